"""What follows here from a dispute or a warning: the order's timeline, what holds it back, and what staff must do.

In the caller's transaction, under the locks of the payment and of its order.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention, tell_anew
from store.fulfilment.parcels import HeldBy
from store.fulfilment.repository import close_block, open_block
from store.money import Money
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.standing import is_under_way
from store.payments.disputes import words
from store.payments.disputes.facts import DisputeFact, Movement, WarningFact, WarningKind
from store.payments.disputes.joining import Told, waits_for_us
from store.payments.disputes.models import Dispute, FraudWarning
from store.payments.models import Payment

OVERDRAWN = "refunded_too_much"


def reason_of(row: Dispute | FraudWarning) -> HeldBy:
    """What holds an order back because of it, which is also the kind of its matter."""
    return HeldBy.DISPUTE if isinstance(row, Dispute) else HeldBy(row.kind.value)


def is_open(row: Dispute | FraudWarning) -> bool:
    return is_under_way(row.status) if isinstance(row, Dispute) else row.open


# -- the timeline --


def note_dispute(session: Session, order: Order, row: Dispute, fact: DisputeFact, told: Told) -> None:
    """Each status a dispute has had, once, whichever event tells it and however late."""
    about: dict[str, object] = {
        "dispute": row.stripe_id, "status": told.status, "amount": fact.amount, "currency": fact.currency,
        "reason": fact.reason,
    }  # fmt: skip
    _note(session, order, "dispute", f"{row.stripe_id}:{told.status}", told.at, about)


def note_movement(session: Session, order: Order, row: Dispute, moved: Movement) -> None:
    """Money that was taken, or has come back."""
    kind = "dispute_withdrawn" if moved.amount < 0 else "dispute_returned"
    about: dict[str, object] = {"dispute": row.stripe_id, "amount": abs(moved.amount), "currency": row.currency}
    _note(session, order, kind, moved.transaction_id, moved.happened_at, about)


def note_warning(session: Session, order: Order, row: FraudWarning, fact: WarningFact, told_at: datetime) -> None:
    """That it was made, and that it has ended, each once."""
    step = "opened" if fact.open else "closed"
    about: dict[str, object] = {"object": row.stripe_id, "open": fact.open, "reason": fact.reason}
    _note(session, order, row.kind.value, f"{row.stripe_id}:{step}", told_at, about)


def note_standing(session: Session, order: Order, row: Dispute | FraudWarning) -> None:
    """How it stood when the order was made: what had been told before had no timeline to be on."""
    if isinstance(row, FraudWarning):
        fact = WarningFact(row.stripe_id, row.kind, row.open, row.reason, row.opened_at)
        return note_warning(session, order, row, fact, row.told_at)
    about: dict[str, object] = {
        "dispute": row.stripe_id, "status": row.status, "amount": row.amount, "currency": row.currency,
        "reason": row.reason,
    }  # fmt: skip
    return _note(session, order, "dispute", f"{row.stripe_id}:{row.status}", row.told_at, about)


def _note(session: Session, order: Order, kind: str, key: str, at: datetime, about: dict[str, object]) -> None:
    """Write what Stripe has told, once; told again with an earlier date, that is when it was."""
    earlier = orders.find_event(session, f"stripe:{key}")
    if earlier is None:
        orders.add_event(session, order.id, kind, "stripe", at, about, f"stripe:{key}")
    elif at < earlier.at:
        earlier.at = at


# -- what holds the order back, and what staff must do --


def hold_back(
    session: Session, order: Order, row: Dispute | FraudWarning, now: datetime, *, again: bool = False
) -> None:
    """An open one keeps parcels from leaving, an ended one no longer does; see `open_block` for `again`."""
    if is_open(row):
        open_block(session, order.id, reason_of(row), row.stripe_id, now, again=again)
    else:
        close_block(session, order.id, reason_of(row), row.stripe_id, now)


def tell_staff(
    session: Session,
    payment: Payment,
    order: Order | None,
    row: Dispute | FraudWarning,
    now: datetime,
    *,
    changed: bool,
) -> None:
    """An open matter says how it stands now; it closes itself when its object has ended.

    One that staff have closed stays closed, until the bank wants something new of us.
    """
    kind, subject = reason_of(row).value, f"{reason_of(row).value}:{row.stripe_id}"
    if not is_open(row):
        close_attention(session, kind, subject, now)
        return
    due_at = row.reply_by if isinstance(row, Dispute) else None
    is_asked = changed and isinstance(row, Dispute) and waits_for_us(row.status)
    tell_anew(session, kind, subject, _sentence(payment, order, row), now, due_at, even_if_closed=is_asked)


def tell_if_overdrawn(session: Session, payment: Payment, order: Order | None, now: datetime) -> None:
    """Refunds and disputes together above what was paid: stored, booked as a loss, and shown (rules 22 and 27)."""
    paid, currency = payment.amount or 0, payment.currency or ""
    subject = f"payment:{payment.payment_intent}"
    if payment.refunded + payment.withdrawn <= paid:
        close_attention(session, OVERDRAWN, subject, now)
        return
    refunded, withdrawn = Money(payment.refunded, currency), Money(payment.withdrawn, currency)
    number = order.number if order else None
    sentence = words.of_overdrawn(refunded, withdrawn, Money(paid, currency), payment.payment_intent, number)
    raise_attention(session, OVERDRAWN, subject, sentence, now)


def _sentence(payment: Payment, order: Order | None, row: Dispute | FraudWarning) -> str:
    of = (payment.payment_intent, order.number if order else None)
    if isinstance(row, Dispute):
        return words.of_dispute(row.status, row.reason, Money(row.amount, row.currency), *of)
    tell = words.of_review if row.kind is WarningKind.REVIEW else words.of_early_fraud_warning
    return tell(row.reason, *of)
