"""A checkout as the staff page shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.money import Money
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout
from store.orders.presentation import address_lines
from store.stock.models import Hold, HoldState

STATES = {
    CheckoutState.OPEN: ("Open", "todo"),
    CheckoutState.AWAITING_PAYMENT: ("Payment on its way", "part"),
    CheckoutState.PAID: ("Paid", "done"),
    CheckoutState.EXPIRED: ("Expired", "off"),
    CheckoutState.CANCELLED: ("Canceled", "off"),
    CheckoutState.QUARANTINED: ("Waits for staff", "bad"),
}
HOLDS = {
    HoldState.LIVE: ("Held", "todo"),
    HoldState.SOLD: ("Sold", "done"),
    HoldState.RELEASED: ("Given back", "off"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what became of what was held for it."""

    title: str
    variant_label: str
    sku: str
    quantity: int
    total: Money
    hold: tuple[str, str] | None
    """None for what nobody counts."""


@dataclass(frozen=True, slots=True)
class CheckoutView:
    id: str
    state: tuple[str, str]
    email: str
    address: list[str]
    lines: list[Line]
    sums: list[tuple[str, Money]]
    total: Money
    created_at: datetime
    hold_ends_at: datetime
    completed_at: datetime | None
    closed_at: datetime | None
    is_cancel_requested: bool


def view_checkout(checkout: Checkout, holds: Mapping[int, Hold]) -> CheckoutView:
    """`holds` by variant."""
    currency = checkout.currency
    sums = [
        ("Items", checkout.subtotal),
        ("Discount", -checkout.discount),
        (checkout.shipping_label or "Delivery", checkout.shipping),
        ("Tax", checkout.tax),
    ]
    return CheckoutView(
        id=checkout.id,
        state=STATES[checkout.state],
        email=checkout.email,
        address=address_lines(checkout),
        lines=[
            Line(
                title=line.title,
                variant_label=line.variant_label,
                sku=line.sku,
                quantity=line.quantity,
                total=Money(line.net, currency),
                hold=HOLDS[holds[line.variant_id].state] if line.variant_id in holds else None,
            )
            for line in checkout.lines
        ],
        sums=[(label, Money(amount, currency)) for label, amount in sums if amount or label == "Items"],
        total=Money(checkout.total, currency),
        created_at=checkout.created_at,
        hold_ends_at=checkout.hold_ends_at,
        completed_at=checkout.bag_taken_at,
        closed_at=checkout.closed_at,
        is_cancel_requested=checkout.cancel_requested,
    )
