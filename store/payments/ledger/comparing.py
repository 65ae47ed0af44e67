"""The books against what Stripe has moved: what does not agree, by name, with the likely cause. Pure.

Amounts are signed towards us: what was captured is positive, what was refunded or taken by a bank negative. What is
younger than `GRACE` may simply be on its way, and is no difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

GRACE = timedelta(days=2)
"""Stripe moves a payment within minutes, and every night all of it is read."""

CAPTURED, REFUNDED, DISPUTED = "captured", "refunded", "disputed"
NOT_SENT = ("failed", "canceled")
"""Payouts whose money has come back."""


@dataclass(frozen=True, slots=True)
class PaymentSides:
    """What is booked for one payment, and what of it Stripe has moved, in the currency of the charge."""

    payment_intent: str
    order_number: str | None
    currency: str
    what: str
    booked: int
    moved: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutSides:
    """A payout, the movements that left in it, and what the bank account was booked to have got of it."""

    stripe_id: str
    status: str
    currency: str
    amount: int
    automatic: bool
    expanded: bool
    members: int
    """The sum of their nets."""
    banked: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MovementSides:
    """A balance transaction, and what it was booked as."""

    stripe_id: str
    type: str
    currency: str
    net: int
    makes: int
    """Its amount less its fee."""
    booked: int
    """What its entries posted to the balance."""
    unexplained: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree: which row of whose, both sums, and what the cause may be."""

    kind: str
    """`payment`, `payout` or `movement`: what `name` is."""
    name: str
    order_number: str | None
    what: str
    currency: str
    here: int
    there: int
    cause: str


def of_payments(rows: Iterable[PaymentSides], now: datetime) -> list[Difference]:
    return [
        Difference(
            "payment", row.payment_intent, row.order_number, row.what, row.currency, row.booked, row.moved, _cause(row)
        )
        for row in rows
        if row.booked != row.moved and not _is_on_its_way(row, now)
    ]


def of_payouts(rows: Iterable[PayoutSides], now: datetime) -> list[Difference]:
    found = []
    for row in rows:
        if row.expanded and row.members != row.amount:
            cause = "A movement that left in it is missing here. Have the balance read again, then compare at Stripe."
            found.append(_of_payout(row, "paid out", row.members, row.amount, cause))
        if row.created_at > now - GRACE:
            continue
        if row.automatic and not row.expanded and row.status not in NOT_SENT:
            cause = "What left in it has not been read from Stripe yet."
            found.append(_of_payout(row, "paid out", row.members, row.amount, cause))
        due = 0 if row.status in NOT_SENT else row.amount
        if row.banked != due:
            cause = "Its own movement was not read from Stripe, or it has come back and that was not read."
            found.append(_of_payout(row, "banked", row.banked, due, cause))
    return found


def of_movements(rows: Iterable[MovementSides]) -> list[Difference]:
    found = []
    for row in rows:
        if row.net != row.makes:
            cause = "Stripe's own sums do not fit each other. Ask Stripe."
            found.append(_of_movement(row, "net", row.makes, row.net, cause))
        if row.booked != row.net:
            cause = "Its entry is missing or was booked otherwise. Nothing here does that: look for who has."
            found.append(_of_movement(row, "booked", row.booked, row.net, cause))
        if row.unexplained:
            cause = f"This shop does not know what Stripe means by {row.type}. Book it by hand in your accounts."
            found.append(_of_movement(row, "unexplained", 0, row.net, cause))
    return found


def _is_on_its_way(row: PaymentSides, now: datetime) -> bool:
    """Told by one of two and not yet by the other; another sum than was agreed is a difference at once."""
    other_sum = row.what == CAPTURED and row.booked != 0 and row.moved != 0
    return row.newest_at > now - GRACE and not other_sum


def _cause(row: PaymentSides) -> str:
    if row.moved == 0:
        return "Stripe has not moved it, or its movement was not read. Look at the payment in Stripe's dashboard."
    if row.booked == 0:
        return "Stripe has moved it and nothing was booked: what tells of it was never handled. Read it from Stripe."
    if row.what == CAPTURED:
        return "Stripe has taken another sum than the one that was booked. Compare the payment at Stripe."
    return "One of several is missing on one side. Compare them one by one with the payment at Stripe."


def _of_payout(row: PayoutSides, what: str, here: int, there: int, cause: str) -> Difference:
    return Difference("payout", row.stripe_id, None, what, row.currency, here, there, cause)


def _of_movement(row: MovementSides, what: str, here: int, there: int, cause: str) -> Difference:
    return Difference("movement", row.stripe_id, None, what, row.currency, here, there, cause)
