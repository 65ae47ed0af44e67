"""An order as people see it: on its page, on the thank-you page and in mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.catalog.pictures import Picture
from store.money import Money
from store.orders.lifecycle import UNSENT, FulfilmentState, PaymentState
from store.orders.models import Checkout, CheckoutLine, Order, OrderEvent, OrderLine
from store.pricing.countries import country_name

STATES = {
    FulfilmentState.UNFULFILLED: "Paid, waiting to be packed",
    FulfilmentState.PART: "Partly shipped",
    FulfilmentState.PACKED: "Packed",
    FulfilmentState.SHIPPED: "Shipped",
    FulfilmentState.DELIVERED: "Delivered",
    FulfilmentState.CANCELLED: "Canceled",
    FulfilmentState.RETURNED: "Returned",
}
MONEY_STATES = {
    PaymentState.PART_REFUNDED: "Partly refunded",
    PaymentState.REFUNDED: "Refunded",
    PaymentState.CHARGED_BACK: "Payment taken back",
}
CUES = {"placed": "Placed", "paid": "Paid", "packed": "Packed", "shipped": "Shipped", "delivered": "Delivered"}
"""The events that buyers are told of; what staff note among themselves is not here."""
NEXT_STEPS = {
    FulfilmentState.UNFULFILLED: "We pack it within two working days.",
    FulfilmentState.PACKED: "It is packed. We write when it leaves.",
    FulfilmentState.PART: "The rest follows in another parcel. We write when it leaves.",
    FulfilmentState.SHIPPED: "All of it has left. From the day it arrives you have 30 days to send it back.",
    FulfilmentState.DELIVERED: "All of it has arrived. You have 30 days to send it back.",
    FulfilmentState.CANCELLED: "It was canceled, and nothing is sent.",
    FulfilmentState.RETURNED: "It came back to us.",
}
HELD_BACK = {
    PaymentState.REFUNDED: "We have paid it back.",
    PaymentState.CHARGED_BACK: "Your bank has taken the payment back, so nothing more is sent.",
}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an order or of a checkout."""

    title: str
    number: str | None
    variant_label: str
    quantity: int
    unit: Money
    total: Money
    picture: Picture | None = None
    progress: str = ""
    """How many of its units have left, while others have not."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A step of the order: done, now or later, with its time once it has one."""

    label: str
    at: datetime | None
    state: str
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """What a buyer is told about an order."""

    number: str
    placed_at: datetime
    email: str
    state_label: str
    lines: list[LineView]
    subtotal: Money
    discount: Money | None
    shipping: Money
    tax: Money | None
    total: Money
    address: list[str]
    timeline: list[Cue]
    next_step: str


def view_order(order: Order, pictures: Mapping[int, Picture] | None = None) -> OrderView:
    """What to tell of an order; on pages with the pictures of its variants, in mails without."""
    currency = order.currency
    in_parts = order.fulfilment_state is FulfilmentState.PART
    return OrderView(
        number=order.number,
        placed_at=order.placed_at,
        email=order.email,
        state_label=state_label(order),
        lines=_view_lines(order.lines, currency, pictures or {}, in_parts=in_parts),
        subtotal=Money(order.subtotal, currency),
        discount=Money(order.discount, currency) if order.discount else None,
        shipping=Money(order.shipping, currency),
        tax=Money(order.tax, currency) if order.tax else None,
        total=Money(order.total, currency),
        address=address_lines(order),
        timeline=_timeline(order),
        next_step=_next_step(order),
    )


def state_label(order: Order) -> str:
    """How an order stands, in words; what happened to its money comes before where its parcel is."""
    if order.payment_state in MONEY_STATES:
        return MONEY_STATES[order.payment_state]
    if not order.country:
        return "Paid" if order.total else "Placed"
    if order.total == 0 and order.fulfilment_state is FulfilmentState.UNFULFILLED:
        return "Placed, waiting to be packed"
    return STATES[order.fulfilment_state]


def view_checkout(checkout: Checkout) -> dict[str, object]:
    """A checkout that is no order yet, for the mails about its payment."""
    currency = checkout.currency
    return {
        "lines": _view_lines(checkout.lines, currency, {}),
        "subtotal": Money(checkout.subtotal, currency),
        "discount": Money(checkout.discount, currency),
        "shipping": Money(checkout.shipping, currency),
        "tax": Money(checkout.tax, currency),
        "total": Money(checkout.total, currency),
        "address": address_lines(checkout),
    }


def _view_lines(
    lines: list[OrderLine] | list[CheckoutLine],
    currency: str,
    pictures: Mapping[int, Picture],
    *,
    in_parts: bool = False,
) -> list[LineView]:
    return [
        LineView(
            line.title,
            line.number,
            line.variant_label,
            line.quantity,
            Money(line.unit_price, currency),
            Money(line.quantity * line.unit_price, currency),
            pictures.get(line.variant_id),
            _progress(line) if isinstance(line, OrderLine) and in_parts else "",
        )
        for line in lines
    ]


def address_lines(order: Order | Checkout) -> list[str]:
    """The address as it stands on a parcel; empty when nothing is shipped."""
    if not order.country:
        return []
    place = " ".join(part for part in (order.city, order.region, order.postal_code) if part)
    lines = [order.name, order.line1, order.line2, place, country_name(order.country)]
    return [line for line in lines if line]


def _progress(line: OrderLine) -> str:
    if line.quantity == 1:
        return "Shipped" if line.shipped else "Not shipped yet"
    return f"{line.shipped} of {line.quantity} shipped"


def _next_step(order: Order) -> str:
    if not order.country:
        return ""
    if order.payment_state is PaymentState.DISPUTED and order.fulfilment_state in UNSENT:
        return "We write when it leaves."  # what speaks against a payment is between us, Stripe and the bank
    return HELD_BACK.get(order.payment_state) or NEXT_STEPS[order.fulfilment_state]


def _timeline(order: Order) -> list[Cue]:
    """What has happened, cue by cue; then what is next and what comes later, as long as anything does.

    That a parcel has arrived is told once we know it, and not announced before.
    """
    cues = [_cue(order, event) for event in order.events if event.kind in CUES]
    happened = {event.kind for event in order.events}
    to_come = [step for step in ("packed", "shipped") if step not in happened]
    if order.fulfilment_state is FulfilmentState.PART:
        to_come = ["shipped"]
    if not order.country or order.payment_state in HELD_BACK or order.fulfilment_state not in UNSENT:
        to_come = []
    for step in to_come:
        label = "The rest" if step in happened else CUES[step]
        cues.append(Cue(label, None, "now" if cues[-1].at else "later"))
    return cues


def _cue(order: Order, event: OrderEvent) -> Cue:
    if event.kind != "shipped":
        return Cue(CUES[event.kind], event.at, "done")
    units = sum(line.quantity - line.cancelled for line in order.lines)
    is_part = event.data["units"] < units
    return Cue(
        "Parcel shipped" if is_part else CUES["shipped"],
        event.at,
        "done",
        event.data["carrier"],
        event.data["tracking"],
    )
