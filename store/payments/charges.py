"""What events about a charge set off; a charge has no row of its own, for its payment says all that matters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.jobs.repository import enqueue
from store.payments.facts import Event
from store.payments.models import EventOutcome, Payment


def take_in(session: Session, payment: Payment, event: Event, now: datetime) -> EventOutcome:
    """`charge.refunded` carries no refunds and its sum is never state: the refunds themselves are read (rule 25).

    Of `charge.updated` only the balance transaction matters, which is read whoever names it.
    """
    if event.type != "charge.refunded":
        return EventOutcome.IGNORED
    payload = {"payment_intent": payment.payment_intent}
    enqueue(session, "list_refunds", payload, now, unique_key=f"list_refunds:{event.id}")
    return EventOutcome.APPLIED
