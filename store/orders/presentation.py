"""An order as people see it: on its page, on the thank-you page and in mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.catalog.pictures import Picture
from store.money import Money
from store.orders.lifecycle import FulfilmentState, PaymentState
from store.orders.models import Checkout, CheckoutLine, Order, OrderLine
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
    PaymentState.DISPUTED: "Payment questioned",
    PaymentState.CHARGED_BACK: "Payment taken back",
}
CUES = {"placed": "Placed", "paid": "Paid", "packed": "Packed", "shipped": "Shipped", "delivered": "Delivered"}


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


@dataclass(frozen=True, slots=True)
class Cue:
    """A step of the order: done, now or later, with its time once it has one."""

    label: str
    at: datetime | None
    state: str


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
    return OrderView(
        number=order.number,
        placed_at=order.placed_at,
        email=order.email,
        state_label=state_label(order),
        lines=_view_lines(order.lines, currency, pictures or {}),
        subtotal=Money(order.subtotal, currency),
        discount=Money(order.discount, currency) if order.discount else None,
        shipping=Money(order.shipping, currency),
        tax=Money(order.tax, currency) if order.tax else None,
        total=Money(order.total, currency),
        address=address_lines(order),
        timeline=_timeline(order),
        next_step="We pack it within two working days." if order.country else "",
    )


def state_label(order: Order) -> str:
    """How an order stands, in words; what happened to its money comes before where its parcel is."""
    return MONEY_STATES.get(order.payment_state) or STATES[order.fulfilment_state]


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
    }


def _view_lines(
    lines: list[OrderLine] | list[CheckoutLine], currency: str, pictures: Mapping[int, Picture]
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


def _timeline(order: Order) -> list[Cue]:
    happened = {event.kind: event.at for event in order.events}
    steps = list(CUES) if order.country else ["placed", "paid"]
    cues: list[Cue] = []
    for step in steps:
        at = happened.get(step)
        is_next = at is None and all(cue.state == "done" for cue in cues)
        cues.append(Cue(CUES[step], at, "done" if at else "now" if is_next else "later"))
    return cues
