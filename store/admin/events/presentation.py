"""Stripe's events as the staff pages show them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.payments.inbox import DONE
from store.payments.models import EventOutcome, WebhookEvent

OUTCOMES = {
    EventOutcome.APPLIED: ("Applied", "done"),
    EventOutcome.IGNORED: ("Nothing to do", "off"),
    EventOutcome.ATTENTION: ("Needs a person", "todo"),
    EventOutcome.FAILED: ("Failed", "bad"),
    None: ("Being handled", "part"),
}
"""What became of an event, in words."""


@dataclass(frozen=True, slots=True)
class EventRow:
    id: str
    type: str
    object_id: str
    outcome: tuple[str, str]
    error: str
    failures: int
    may_be_tried: bool
    """Whether there is anything left to try; that its body is still known is seen then."""
    happened_at: datetime
    received_at: datetime


def view_event(event: WebhookEvent) -> EventRow:
    return EventRow(
        id=event.id,
        type=event.type,
        object_id=event.object_id,
        outcome=OUTCOMES[event.outcome],
        error=event.error or "",
        failures=event.failures,
        may_be_tried=event.outcome is not None and event.outcome not in DONE,
        happened_at=event.happened_at,
        received_at=event.received_at,
    )
