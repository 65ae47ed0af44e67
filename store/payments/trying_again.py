"""Staff have an event tried again that failed, or that waits for them (rule 3): handled as the worker would."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.errors import Conflict, NotFound
from store.payments import inbox, repository
from store.payments.facts import read_event
from store.payments.gateway import API_VERSION
from store.payments.inbox import DONE, NotHandled
from store.payments.models import EventOutcome, WebhookEvent
from store.payments.service import Payments


def try_event_again(payments: Payments, actor: Actor, event_id: str, now: datetime) -> EventOutcome:
    """Handle a kept event once more; what has become of it, FAILED if it failed again.

    Raises NotFound; Conflict when it is done with, or its body is no longer there.
    """
    actor.require(Permission.ORDERS_WRITE)
    with payments.db.reader() as reader:
        row = repository.find_event(reader, event_id)
    if row is None:
        raise NotFound("We know no such event. It may have been another shop's.")
    if fault := why_not_again(row):
        raise Conflict(fault)

    def note(session: Session, before: EventOutcome | None, after: EventOutcome) -> None:
        was = {"outcome": before.value if before else None}
        told = {"outcome": after.value, "type": row.type}
        record(session, actor, "event.retry", f"event:{event_id}", was, told, now)

    event = read_event(row.body or {}, API_VERSION)
    try:
        return inbox.receive(payments.db, event, payments.ours(), now, note)
    except NotHandled:
        return EventOutcome.FAILED


def why_not_again(event: WebhookEvent) -> str | None:
    """Why an event cannot be tried again, in a sentence; None when it can."""
    if event.outcome in DONE:
        return "This event has been handled. Nothing of it is left to try."
    if event.body is None:
        return "The event is too old: we have forgotten what it said. Look at its object at Stripe."
    return None
