"""Booking: double entry in minor units, one entry for each thing that happened, never changed.

Debits are positive, credits negative; each entry's postings add up to 0. What each account means: `accounts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert as insert_plainly
from sqlalchemy.orm import Session

from store.db import insert
from store.orders.models import Order
from store.payments.ledger import closing
from store.payments.ledger.accounts import (
    ACCEPTED_DIFFERENCES,
    CLEARING,
    CUSTOMER_LIABILITY,
    DISCOUNTS,
    SALES,
    SHIPPING,
    TAX,
)
from store.payments.ledger.models import JournalEntry, Posting
from store.payments.models import Payment


def book(
    session: Session,
    kind: str,
    source_type: str,
    source_id: str,
    currency: str,
    postings: Mapping[str, int],
    booked_at: datetime,
    now: datetime,
    *,
    payment_id: int | None = None,
) -> bool:
    """Write one entry; whether it is new. The same kind for the same source is booked once, whoever is first.

    `postings` are minor units of `currency` by account, debits positive; zeros are left out, and nothing but zeros
    is nothing to book. `booked_at` is Stripe's date of the fact. `payment_id` says whose money it is: whatever
    belongs to a payment names it. Raises ValueError when the postings do not add up to 0.
    """
    if not source_id:
        raise ValueError(f"an entry of kind {kind} must name what caused it")
    if sum(postings.values()):
        raise ValueError(f"the postings of {kind} for {source_type} {source_id} do not balance")
    if not (moved := {account: amount for account, amount in postings.items() if amount}):
        return False
    facts = {"kind": kind, "source_type": source_type, "source_id": source_id, "payment_id": payment_id}
    row = insert(session, JournalEntry).values(**facts, currency=currency, booked_at=booked_at, created_at=now)
    once = row.on_conflict_do_nothing(index_elements=["kind", "source_type", "source_id"])
    entry_id = session.scalar(once.returning(JournalEntry.id))
    if entry_id is not None:
        _post(session, entry_id, moved)
        if closing.may_be_closed(booked_at, now):
            closing.add_late(session, currency, moved, booked_at, now)
    return entry_id is not None


def _post(session: Session, entry_id: int, moved: Mapping[str, int]) -> None:
    lines = [{"entry_id": entry_id, "account": account, "amount": amount} for account, amount in moved.items()]
    session.execute(insert_plainly(Posting), lines)


def book_sale(session: Session, order: Order, payment: Payment, paid_at: datetime, now: datetime) -> None:
    """Gross, as charged: what Stripe owes us against what the order consists of."""
    postings = {CLEARING: order.total, **_consists_of(order)}
    _book_payment(session, "sale", payment, order.currency, postings, paid_at, now)


def _consists_of(order: Order) -> dict[str, int]:
    """What an order earns, as credits; they add up to its total."""
    return {SALES: -order.subtotal, DISCOUNTS: order.discount, SHIPPING: -order.shipping, TAX: -order.tax}


def book_accepted(session: Session, order: Order, payment: Payment, now: datetime) -> None:
    """Staff gave unapplied money its order: what we owed its buyer is earned, and the difference is ours to bear."""
    came = payment.amount or 0
    postings = {CUSTOMER_LIABILITY: came, **_consists_of(order), ACCEPTED_DIFFERENCES: order.total - came}
    _book_payment(session, "accepted", payment, order.currency, postings, now, now)


def book_free_order(session: Session, order: Order, now: datetime) -> None:
    """A sale that discounts have paid for altogether; what has no price at all is given away and not booked."""
    book(session, "sale", "checkout", order.checkout_id, order.currency, _consists_of(order), now, now)


def book_unapplied(session: Session, payment: Payment, paid_at: datetime, now: datetime) -> None:
    """Money without an order: Stripe owes it to us, and we owe it to whoever paid (rule 20)."""
    amount = payment.amount or 0
    postings = {CLEARING: amount, CUSTOMER_LIABILITY: -amount}
    _book_payment(session, "unapplied", payment, payment.currency or "", postings, paid_at, now)


def _book_payment(
    session: Session,
    kind: str,
    payment: Payment,
    currency: str,
    postings: Mapping[str, int],
    paid_at: datetime,
    now: datetime,
) -> None:
    intent = payment.payment_intent
    book(session, kind, "payment_intent", intent, currency, postings, paid_at, now, payment_id=payment.id)
