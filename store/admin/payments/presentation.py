"""A payment as the staff pages show it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.admin.refunds.presentation import shown
from store.orders.models import Checkout, Order
from store.payments.ledger.accounts import account_label, kind_label
from store.payments.ledger.models import JournalEntry
from store.payments.models import Payment, PaymentStage

STAGES = {
    PaymentStage.UNKNOWN: ("Not known yet", "off"),
    PaymentStage.OPEN: ("Open", "todo"),
    PaymentStage.PROCESSING: ("On its way", "part"),
    PaymentStage.FAILED: ("Failed", "off"),
    PaymentStage.PAID: ("Paid", "done"),
}
REASONS = {
    "duplicate": "The checkout was paid twice.",
    "cancelled": "The buyer had canceled when it came.",
    "stock_gone": "The things were gone when it came.",
    "mismatch": "It is not what was agreed.",
    "unknown": "We know no checkout for it.",
    "erased": "Its buyer's account was erased when it came.",
}


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry of the ledger; each line is an account with its debit or credit."""

    label: str
    at: datetime
    lines: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """The facts of a payment."""

    intent: str
    stage: tuple[str, str]
    amount: str | None
    agreed: str | None
    """What its checkout asked for, if that is something else."""
    back: str | None
    """What has gone back of it, or is going back."""
    left: int
    """What could still go back, in minor units."""
    left_shown: str
    mode: str | None
    why: str | None
    """Why it has no order; None when it has one, or nothing has come."""
    paid_at: datetime | None
    created_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    order: str | None
    """The order it paid for."""
    checkout_order: str | None
    """The order of its checkout, which another payment may have paid for."""


def view_payment(payment: Payment, checkout: Checkout | None, order: Order | None) -> PaymentView:
    """`order` is that of the payment's checkout."""
    came = _shown(payment.amount, payment.currency)
    agreed = _shown(checkout.total, checkout.currency) if checkout else None
    left = max((payment.amount or 0) - payment.refunded - payment.withdrawn, 0)
    has_order = order is not None and payment.order_id == order.id
    return PaymentView(
        intent=payment.payment_intent,
        stage=STAGES[payment.stage],
        amount=came,
        agreed=agreed if came != agreed else None,
        back=_shown(payment.refunded, payment.currency) if payment.refunded else None,
        left=left,
        left_shown=_shown(left, payment.currency) or "",
        mode={True: "Live", False: "Test"}.get(payment.livemode) if payment.livemode is not None else None,
        why=REASONS.get(payment.unapplied_reason, payment.unapplied_reason) if payment.unapplied_reason else None,
        paid_at=payment.paid_at,
        created_at=payment.created_at,
        accepted_by=payment.accepted_by,
        accepted_at=payment.accepted_at,
        order=order.number if order and has_order else None,
        checkout_order=order.number if order and not has_order else None,
    )


def view_booking(entry: JournalEntry) -> Booking:
    lines = [
        (
            account_label(posting.account),
            _shown(posting.amount, entry.currency) or "" if posting.amount > 0 else "",
            _shown(-posting.amount, entry.currency) or "" if posting.amount < 0 else "",
        )
        for posting in entry.postings
    ]
    return Booking(kind_label(entry.kind), entry.booked_at, lines)


def _shown(amount: int | None, currency: str | None) -> str | None:
    return None if amount is None or not currency else shown(amount, currency)
