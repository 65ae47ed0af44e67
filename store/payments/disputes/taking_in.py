"""What a fact about a dispute, a review or a warning changes here (rules 26 to 28). In the caller's transaction.

The caller has locked the payment; the order is locked after it (rule 5). Every fact may come any number of times and in
any order: rows join forward, money is booked once for each balance transaction, the timeline has each step once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.orders import repository as orders
from store.orders.models import Order
from store.orders.standing import is_inquiry
from store.payments import repository as payments
from store.payments.disputes import consequences, repository
from store.payments.disputes.facts import (
    DisputeFact,
    Movement,
    WarningFact,
    read_dispute,
    read_early_fraud_warning,
    read_review,
)
from store.payments.disputes.joining import Doubt, Told
from store.payments.disputes.models import Dispute, FraudWarning
from store.payments.facts import Event
from store.payments.ledger.accounts import CLEARING, DISPUTES
from store.payments.ledger.booking import book
from store.payments.models import EventOutcome, Payment, PaymentStage
from store.payments.restating import restate

READ_AGAIN = "read"
"""What told a fact that was asked for, and not sent."""


def take_in_dispute(session: Session, payment: Payment, event: Event, now: datetime) -> EventOutcome:
    """An event about a dispute of a payment that is ours and locked."""
    fact = read_dispute(event.body["data"]["object"])
    join_dispute(session, payment, fact, Told(fact.status, event.happened_at, event.id), now)
    return EventOutcome.APPLIED


def take_in_review(session: Session, payment: Payment, event: Event, now: datetime) -> EventOutcome:
    """An event about a review of a payment that is ours and locked."""
    join_warning(session, payment, read_review(event.body["data"]["object"]), event.happened_at, now)
    return EventOutcome.APPLIED


def take_in_warning(session: Session, payment: Payment, event: Event, now: datetime) -> EventOutcome:
    """An event about an early fraud warning of a payment that is ours and locked."""
    join_warning(session, payment, read_early_fraud_warning(event.body["data"]["object"]), event.happened_at, now)
    return EventOutcome.APPLIED


def take_in_read(session: Session, thing: Mapping[str, Any], told_at: datetime, now: datetime) -> bool:
    """A dispute, review or warning as it was read at Stripe; whether its payment is one of ours that was paid.

    `told_at` is Stripe's time of the answer, by which it competes with what events tell.
    """
    intent = thing.get("payment_intent")
    known = payments.find_payment(session, intent) if intent else None
    if known is None or known.stage is not PaymentStage.PAID:
        return False
    payment = payments.lock_payment(session, known.payment_intent, now)
    if thing["object"] == "dispute":
        dispute = read_dispute(thing)
        join_dispute(session, payment, dispute, Told(dispute.status, told_at, READ_AGAIN), now)
    else:
        read = read_review if thing["object"] == "review" else read_early_fraud_warning
        join_warning(session, payment, read(thing), told_at, now)
    return True


def join_dispute(session: Session, payment: Payment, fact: DisputeFact, told: Told, now: datetime) -> None:
    """Join what was told about a dispute of `payment`, which the caller has locked."""
    order = orders.lock_order_of(session, payment.order_id) if payment.order_id else None
    row = repository.find_dispute(session, fact.dispute_id)
    before = row.status if row else None
    if row is None:
        row = _mirror(session, payment, fact, told)
    elif told.is_newer_than(Told(row.status, row.told_at, row.told_by)):
        _follow(row, fact, told)
    moved = [one for one in fact.movements if _book(session, payment, one, fact.currency, now)]
    row.withdrawn -= sum(one.amount for one in moved)
    session.flush()
    payment.withdrawn = repository.sum_withdrawn(session, payment.id)
    if order is not None:
        consequences.note_dispute(session, order, row, fact, told)
        for one in moved:
            consequences.note_movement(session, order, row, one)
        consequences.hold_back(session, order, row, now, again=_is_escalated(before, row.status))
        restate(session, order)
    consequences.tell_staff(session, payment, order, row, now, changed=before != row.status)
    consequences.tell_if_overdrawn(session, payment, order, now)


def _mirror(session: Session, payment: Payment, fact: DisputeFact, told: Told) -> Dispute:
    row = Dispute(stripe_id=fact.dispute_id, payment_id=payment.id, withdrawn=0, opened_at=fact.opened_at)
    _follow(row, fact, told)
    session.add(row)
    return row


def _follow(row: Dispute, fact: DisputeFact, told: Told) -> None:
    row.status, row.told_at, row.told_by = told.status, told.at, told.by
    row.reason, row.amount, row.currency = fact.reason, fact.amount, fact.currency
    row.is_charge_refundable, row.reply_by = fact.is_charge_refundable, fact.reply_by


def _book(session: Session, payment: Payment, moved: Movement, currency: str, now: datetime) -> bool:
    """Whether it is new: each balance transaction is booked once, whichever fact brings it. Its fee is not ours to book
    here, it comes with the settlement."""
    postings = {DISPUTES: -moved.amount, CLEARING: moved.amount}
    source = ("balance_transaction", moved.transaction_id)
    return book(session, "dispute", *source, currency, postings, moved.happened_at, now, payment_id=payment.id)


def _is_escalated(before: str | None, after: str) -> bool:
    """Whether an inquiry has become a chargeback: what staff have decided about the one says nothing of the other."""
    return before is not None and is_inquiry(before) and not is_inquiry(after)


def join_warning(session: Session, payment: Payment, fact: WarningFact, told_at: datetime, now: datetime) -> None:
    """Join what was told about a review or an early fraud warning of `payment`, which the caller has locked."""
    order = orders.lock_order_of(session, payment.order_id) if payment.order_id else None
    said = Doubt(fact.open, fact.reason, told_at)
    row = repository.find_warning(session, fact.warning_id)
    is_new = row is None
    if row is None:
        row = FraudWarning(
            stripe_id=fact.warning_id, kind=fact.kind, payment_id=payment.id, opened_at=fact.opened_at,
            open=said.open, reason=said.reason, told_at=said.at,
        )  # fmt: skip
        session.add(row)
    was_open = row.open
    joined = Doubt(row.open, row.reason, row.told_at).joined_with(said)
    row.open, row.reason, row.told_at = joined.open, joined.reason, joined.at
    session.flush()
    if order is not None:
        consequences.note_warning(session, order, row, fact, told_at)
        consequences.hold_back(session, order, row, now)
    consequences.tell_staff(session, payment, order, row, now, changed=is_new or was_open != row.open)


def carry_over(session: Session, payment: Payment, order: Order, now: datetime) -> None:
    """Money that was disputed or doubted before it had an order: what follows for the order it has now."""
    disputes = repository.list_disputes(session, payment.id)
    rows: list[Dispute | FraudWarning] = [*disputes, *repository.list_warnings(session, payment.id)]
    for row in rows:
        consequences.note_standing(session, order, row)
        consequences.hold_back(session, order, row, now)
        consequences.tell_staff(session, payment, order, row, now, changed=True)
    if disputes:
        restate(session, order)
