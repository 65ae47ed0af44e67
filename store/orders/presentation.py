"""An order as people see it: on its page, on the thank-you page and in mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.catalog.pictures import Picture
from store.money import Money, show
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
CUES = {
    "placed": "Placed",
    "paid": "Paid",
    "packed": "Packed",
    "shipped": "Shipped",
    "delivered": "Delivered",
    "refunded": "Refunded",
    "canceled": "Canceled",
}
"""The events that buyers are told of; what staff note among themselves is not here."""
NEXT_STEPS = {
    FulfilmentState.UNFULFILLED: "We pack it next, and write when it leaves.",
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
    """What became of its units: how many have left, while others have not, were canceled or came back."""


@dataclass(frozen=True, slots=True)
class Back:
    """Money that went back to the buyer."""

    amount: Money
    at: datetime


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
    refunds: list[Back]
    kept: Money
    """The total less what went back."""
    address: list[str]
    timeline: list[Cue]
    next_step: str
    is_part: bool
    """Whether part of it has left."""


def view_order(order: Order, pictures: Mapping[int, Picture] | None = None) -> OrderView:
    """What to tell of an order; on pages with the pictures of its variants, in mails without."""
    currency = order.currency
    in_parts = order.fulfilment_state is FulfilmentState.PART
    refunds = _refunds(order)
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
        refunds=refunds,
        kept=Money(max(order.total - sum(back.amount.amount for back in refunds), 0), currency),
        address=address_lines(order),
        timeline=_timeline(order),
        next_step=_next_step(order),
        is_part=any(line.shipped for line in order.lines),
    )


def state_label(order: Order) -> str:
    """How an order stands, in words; what happened to its money comes before where its parcel is."""
    if order.payment_state in MONEY_STATES:
        return MONEY_STATES[order.payment_state]
    if not order.country and order.fulfilment_state is not FulfilmentState.CANCELLED:
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
            _progress(line, in_parts=in_parts) if isinstance(line, OrderLine) else "",
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


def _progress(line: OrderLine, *, in_parts: bool) -> str:
    """`2 of 3 shipped, 1 canceled`; a single unit is only the last of what it became."""
    if line.quantity == 1:
        waits = "Not shipped yet" if in_parts and not line.shipped else ""
        sent = "Shipped" if in_parts and line.shipped else ""
        return "Returned" if line.returned else "Canceled" if line.cancelled else waits or sent
    told = [f"{line.shipped} of {line.quantity} shipped"] if in_parts else []
    told += [f"{line.cancelled} canceled"] if line.cancelled else []
    told += [f"{line.returned} returned"] if line.returned else []
    return ", ".join(told)


def _refunds(order: Order) -> list[Back]:
    """What went back and stayed there; what a bank could not take is with us again, and its buyer has been told."""
    failed = {event.data["refund"] for event in order.events if event.kind == "refund_failed"}
    made = [event for event in order.events if event.kind == "refunded" and event.data["refund"] not in failed]
    return [Back(Money(event.data["amount"], order.currency), event.at) for event in made]


def _next_step(order: Order) -> str:
    if not order.country:
        return HELD_BACK.get(order.payment_state, "")
    if order.payment_state is PaymentState.DISPUTED and order.fulfilment_state in UNSENT:
        return "We write when it leaves."  # what speaks against a payment is between us, Stripe and the bank
    return HELD_BACK.get(order.payment_state) or NEXT_STEPS[order.fulfilment_state]


def _timeline(order: Order) -> list[Cue]:
    """What has happened, cue by cue; then what is next and what comes later, as long as anything does.

    That a parcel has arrived is told once we know it, and not announced before.
    """
    failed = {event.data["refund"] for event in order.events if event.kind == "refund_failed"}
    told = [event for event in order.events if event.kind in CUES]
    cues = [_cue(order, event) for event in told if event.kind != "refunded" or event.data["refund"] not in failed]
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
    if event.kind == "refunded":
        return Cue(f"Refunded {show(Money(event.data['amount'], order.currency))}", event.at, "done")
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
