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


_FULFILMENT_PATHS = {
    FulfilmentState.UNFULFILLED: {
        FulfilmentState.PACKED,
        FulfilmentState.PART,
        FulfilmentState.SHIPPED,
        FulfilmentState.CANCELLED,
    },
    FulfilmentState.PACKED: {FulfilmentState.PART, FulfilmentState.SHIPPED, FulfilmentState.CANCELLED},
    FulfilmentState.PART: {FulfilmentState.PART, FulfilmentState.SHIPPED, FulfilmentState.RETURNED},
    FulfilmentState.SHIPPED: {FulfilmentState.DELIVERED, FulfilmentState.RETURNED},
    FulfilmentState.DELIVERED: {FulfilmentState.RETURNED},
    FulfilmentState.CANCELLED: set(),
    FulfilmentState.RETURNED: set(),
}

SENDABLE = frozenset({PaymentState.PAID, PaymentState.PART_REFUNDED, PaymentState.DISPUTED})
"""Only while its money is in one of these does anything of an order leave the house; what is disputed is held back by
a block of its own, which staff may lift (rule 28)."""
UNSENT = frozenset({FulfilmentState.UNFULFILLED, FulfilmentState.PACKED, FulfilmentState.PART})
"""While an order is in one of these something of it may still have to be sent."""


class ForbiddenStep(Exception):
    """A state cannot follow another: a fault of the store, never of the person in front of it."""


def checkout_step(now: CheckoutState, to: CheckoutState) -> CheckoutState:
    """`to`, if it may follow `now`; raises ForbiddenStep."""
    if to not in _CHECKOUT_PATHS[now]:
        raise ForbiddenStep(f"a checkout that is {now} cannot become {to}")
    return to


def fulfilment_step(now: FulfilmentState, to: FulfilmentState) -> FulfilmentState:
    """`to`, if it may follow `now`; raises ForbiddenStep."""
    if to not in _FULFILMENT_PATHS[now]:
        raise ForbiddenStep(f"an order that is {now} cannot become {to}")
    return to
