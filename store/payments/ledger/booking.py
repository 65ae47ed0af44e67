"""The ledger: double entry in minor units, one entry for each thing that happened, never changed.

Debits are positive, credits negative; each entry's postings add up to 0. Accounts: what Stripe holds for us
(`stripe_clearing`), what we earned (`sales`, `shipping`), what we gave away (`discounts`), what is the state's (`tax`),
and what we hold without a claim to it (`customer_liability`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.orders.models import Order
from store.payments.ledger.models import JournalEntry, Posting
from store.payments.models import Payment

CLEARING = "stripe_clearing"
SALES = "sales"
SHIPPING = "shipping"
DISCOUNTS = "discounts"
TAX = "tax"
CUSTOMER_LIABILITY = "customer_liability"


def book_sale(session: Session, order: Order, payment: Payment, paid_at: datetime, now: datetime) -> None:
    """Gross, as charged: what Stripe owes us against what the order consists of."""
    postings = {
        CLEARING: order.total,
        SALES: -order.subtotal,
        DISCOUNTS: order.discount,
        SHIPPING: -order.shipping,
        TAX: -order.tax,
    }
    _book(session, "sale", payment, order.currency, postings, paid_at, now)


def book_unapplied(session: Session, payment: Payment, paid_at: datetime, now: datetime) -> None:
    """Money without an order: Stripe owes it to us, and we owe it to whoever paid (rule 20)."""
    amount = payment.amount or 0
    _book(
        session,
        "unapplied",
        payment,
        payment.currency or "",
        {CLEARING: amount, CUSTOMER_LIABILITY: -amount},
        paid_at,
        now,
    )


def _book(
    session: Session,
    kind: str,
    payment: Payment,
    currency: str,
    postings: dict[str, int],
    booked_at: datetime,
    now: datetime,
) -> None:
    if sum(postings.values()):
        raise ValueError(f"the postings of {kind} for {payment.payment_intent} do not balance")
    entry = JournalEntry(
        kind=kind,
        source_type="payment_intent",
        source_id=payment.payment_intent,
        currency=currency,
        booked_at=booked_at,
        created_at=now,
    )
    entry.postings = [Posting(account=account, amount=amount) for account, amount in postings.items() if amount]
    session.add(entry)


def find_entry(session: Session, kind: str, payment_intent: str) -> JournalEntry | None:
    query = select(JournalEntry).where(JournalEntry.kind == kind, JournalEntry.source_id == payment_intent)
    return session.scalar(query)
