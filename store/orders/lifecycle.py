"""Which state may follow which. Pure: the rest of the store asks here before it changes a state."""

from __future__ import annotations

import enum


class CheckoutState(enum.StrEnum):
    OPEN = "open"
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    QUARANTINED = "quarantined"


class PaymentState(enum.StrEnum):
    PAID = "paid"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


class FulfilmentState(enum.StrEnum):
    UNFULFILLED = "unfulfilled"
    PART = "part"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


HOLDING = frozenset({CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT, CheckoutState.QUARANTINED})
"""While a checkout is in one of these its holds are live; in no other."""

_CHECKOUT_PATHS = {
    CheckoutState.OPEN: HOLDING | {CheckoutState.PAID, CheckoutState.EXPIRED, CheckoutState.CANCELLED},
    CheckoutState.AWAITING_PAYMENT: HOLDING - {CheckoutState.OPEN}
    | {CheckoutState.PAID, CheckoutState.EXPIRED, CheckoutState.CANCELLED},
    CheckoutState.QUARANTINED: {CheckoutState.PAID, CheckoutState.CANCELLED},
    CheckoutState.EXPIRED: {CheckoutState.PAID},
    CheckoutState.CANCELLED: {CheckoutState.PAID},
    CheckoutState.PAID: set(),
}


class ForbiddenStep(Exception):
    """A state cannot follow another: a fault of the store, never of the person in front of it."""


def checkout_step(now: CheckoutState, to: CheckoutState) -> CheckoutState:
    """`to`, if it may follow `now`; raises ForbiddenStep."""
    if to not in _CHECKOUT_PATHS[now]:
        raise ForbiddenStep(f"a checkout that is {now} cannot become {to}")
    return to
