"""The webhook's way in: each event of ours is handled once, in the transaction that also notes it (rule 3).

Answers to Stripe: what was committed, repeated, unknown or foreign is done with; what failed unexpectedly is asked for
again, until it has failed five times: then it is shown to staff and the worker goes on trying.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.db import Database
from store.jobs.repository import enqueue
from store.payments import charges, repository
from store.payments.disputes import taking_in as disputes
from store.payments.facts import Event, read_event
from store.payments.gateway import API_VERSION, EVENT_TYPES
from store.payments.ledger.noting import note_named
from store.payments.models import EventOutcome, Payment, PaymentStage, WebhookEvent
from store.payments.refunds import joining as refunds
from store.payments.settle import Ours, settle

log = logging.getLogger(__name__)

ENOUGH_FAILURES = 5


class NotHandled(Exception):
    """Handling failed unexpectedly, for the n-th time; nothing but that was changed."""

    def __init__(self, failures: int) -> None:
        super().__init__(f"failed {failures} times")
        self.failures = failures


DONE = (EventOutcome.APPLIED, EventOutcome.IGNORED)

Witness = Callable[[Session, EventOutcome | None, EventOutcome], None]
"""Is told, in the transaction that handles an event, what had become of it before and what becomes of it now."""


def nobody(_session: Session, _before: EventOutcome | None, _after: EventOutcome) -> None:
    """Nobody wants to know."""


Around = Callable[[Session, Event, Callable[[], EventOutcome]], EventOutcome]
"""Is given what an event will do, and does it: so it sees what was before and what is after."""


def plainly(_session: Session, _event: Event, apply: Callable[[], EventOutcome]) -> EventOutcome:
    return apply()


def receive(
    db: Database,
    event: Event,
    ours: Ours,
    now: datetime,
    witness: Witness = nobody,
    around: Around = plainly,
) -> EventOutcome:
    """Handle an event; the same one again finds it handled, and what is foreign is counted and forgotten (rule 1).

    Raises NotHandled, after noting the failure, when handling raised something.
    """
    if event.type not in EVENT_TYPES or is_foreign(event, ours):
        log.info("event %s (%s) is not ours", event.id, event.type)
        db.run(lambda session: repository.count_foreign(session, event.type, now))
        return EventOutcome.IGNORED
    try:
        return db.run(lambda session: _handle(session, event, ours, now, witness, around), repeatable=True)
    except Exception as error:
        log.exception("event %s (%s) could not be handled", event.id, event.type)
        note = f"{type(error).__name__}: {error}"[:500]
        raise NotHandled(db.run(lambda session: _failed(session, event, note, now, witness))) from error


def is_foreign(event: Event, ours: Ours) -> bool:
    """Sessions and intents say whose they are; everything else is judged by its payment (rule 1)."""
    return event.object_kind in ("checkout.session", "payment_intent") and event.store_id != ours.store_id


def _handle(
    session: Session, event: Event, ours: Ours, now: datetime, witness: Witness, around: Around
) -> EventOutcome:
    row = repository.lock_event(session, event, now)
    if row.outcome in DONE:
        return row.outcome
    before, row.outcome = row.outcome, around(session, event, lambda: _apply(session, event, ours, now))
    witness(session, before, row.outcome)
    if row.error is not None:
        row.error = None
        close_attention(session, "event_failed", f"event:{event.id}", now)
    return row.outcome


def look_again(session: Session, event_id: str, now: datetime) -> None:
    """Handle a kept event once more, now that its payment is known to be ours."""
    row = session.get_one(WebhookEvent, event_id, with_for_update=True)
    if row.body is not None:
        row.outcome = _about_a_payment(session, read_event(row.body, API_VERSION), now)


def _apply(session: Session, event: Event, ours: Ours, now: datetime) -> EventOutcome:
    if event.api_version != API_VERSION:
        return _read_again(session, event, now)
    if event.session is not None:
        return settle(session, event.session, ours, now)
    if event.object_kind == "payment_intent" and event.payment_intent:
        # A decline on an open page: the buyer may try again. Only the payment's row is worth keeping (rule 21).
        repository.lock_payment(session, event.payment_intent, now)
        return EventOutcome.APPLIED
    return _about_a_payment(session, event, now)


def _read_again(session: Session, event: Event, now: datetime) -> EventOutcome:
    """An event in another API version is never read: a job asks for its object in ours."""
    payload = {"event": event.id, "object_id": event.object_id, "object_kind": event.object_kind}
    enqueue(session, "read_again", payload, now, unique_key=f"read_again:{event.id}")
    return EventOutcome.APPLIED


Handler = Callable[[Session, Payment, Event, datetime], EventOutcome]
"""Joins what an event tells about a payment that is ours, and locked."""
HANDLERS: dict[str, Handler] = {
    "charge": charges.take_in,
    "refund": refunds.take_in,
    "dispute": disputes.take_in_dispute,
    "review": disputes.take_in_review,
    "radar.early_fraud_warning": disputes.take_in_warning,
}
"""By the kind of Stripe's object."""


def _about_a_payment(session: Session, event: Event, now: datetime) -> EventOutcome:
    """Charges, refunds, disputes, warnings: of a payment of ours.

    Of a payment we do not know, or do not know as paid, a job asks Stripe: the refund may have come before the payment
    (rule 10). Whose money it is must be known before any of it is said to go back.
    """
    if not event.payment_intent:
        return EventOutcome.IGNORED
    payment = repository.find_payment(session, event.payment_intent)
    if payment is None or payment.stage is not PaymentStage.PAID:
        payload = {"event": event.id, "payment_intent": event.payment_intent}
        enqueue(session, "find_owner", payload, now, unique_key=f"find_owner:{event.id}")
        return EventOutcome.IGNORED
    if handler := HANDLERS.get(event.object_kind):
        payment = repository.lock_payment(session, event.payment_intent, now)
        moved = note_named(session, event.body["data"]["object"], now)
        outcome = handler(session, payment, event, now)
        return EventOutcome.APPLIED if moved and outcome is EventOutcome.IGNORED else outcome
    sentence = (
        f"Stripe reports {event.type} for one of our payments, which this shop cannot read. Look at it at Stripe."
    )
    raise_attention(session, "event_unread", f"event:{event.id}", sentence, now)
    return EventOutcome.ATTENTION


def _failed(session: Session, event: Event, note: str, now: datetime, witness: Witness) -> int:
    row = repository.lock_event(session, event, now)
    if row.outcome in DONE:
        return 0
    witness(session, row.outcome, EventOutcome.FAILED)
    row.outcome, row.error = EventOutcome.FAILED, note
    row.failures += 1
    if row.failures == ENOUGH_FAILURES:
        sentence = f"Stripe's event {event.id} ({event.type}) could not be handled: {note}"
        raise_attention(session, "event_failed", f"event:{event.id}", sentence, now)
        enqueue(session, "retry_event", {"event": event.id}, now, unique_key=f"retry_event:{event.id}")
    return row.failures
