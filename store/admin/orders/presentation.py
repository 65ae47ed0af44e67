"""Orders as the staff pages show them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.admin.orders.cues import cue
from store.fulfilment.parcels import HeldBy, Units, why_not_sent
from store.money import Money
from store.orders.lifecycle import SENDABLE, UNSENT, FulfilmentState, PaymentState
from store.orders.models import Checkout, Order, OrderEvent, OrderLine
from store.orders.presentation import address_lines
from store.orders.search import View
from store.pricing.countries import country_name

WHO = {"buyer": "The buyer", "stripe": "Stripe", "system": "The shop itself", "demo": "The demo"}
HELD_FOR = {
    HeldBy.DISPUTE: "Bank’s question",
    HeldBy.REVIEW: "Under review",
    HeldBy.EARLY_FRAUD_WARNING: "Warning of fraud",
    HeldBy.DASHBOARD_REFUND: "Refund made at Stripe",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A line with what has become of its units."""

    id: int
    title: str
    number: str | None
    variant_label: str
    sku: str
    quantity: int
    shipped: int
    cancelled: int
    left: int
    total: Money


@dataclass(frozen=True, slots=True)
class Row:
    """An order in the list. `items` counts what is left to pack where that is the question, else what was bought."""

    number: str
    placed_at: datetime
    buyer: str
    place: str
    service: str
    items: list[tuple[int, Item]]
    payment_state: str
    fulfilment_state: str | None
    """None where it is what the view is about, or says what will not happen."""
    is_noted: bool
    held: list[str]
    """That it is held back; where the view is about that, why."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What somebody has ordered whose bank has not answered yet: it is no order, and nothing of it may leave."""

    placed_at: datetime
    buyer: str
    items: list[str]
    total: Money
    is_cancelled: bool
    """Whether its buyer no longer wants it."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline, with who did it."""

    label: str
    who: str
    at: datetime
    text: str = ""
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order's own page."""

    number: str
    placed_at: datetime
    email: str
    phone: str | None
    address: list[str]
    service: str
    items: list[Item]
    sums: list[tuple[str, Money]]
    total: Money
    payment_state: str
    fulfilment_state: str | None
    timeline: list[Happening]
    can_ship: bool
    can_pack: bool
    can_cancel: bool
    """What was paid for is canceled by its refund."""
    held_back: str | None
    """Why nothing of it may leave, where one would expect it to."""
    notes: list[Happening]
    """What to know before something leaves."""


_NORMAL = {
    View.TO_PACK: FulfilmentState.UNFULFILLED,
    View.HELD: FulfilmentState.UNFULFILLED,
    View.SHIPPED: FulfilmentState.SHIPPED,
    View.ALL: None,
}


def view_row(order: Order, view: View, noted: Collection[int], held: Mapping[int, Collection[str]]) -> Row:
    items = [_item(line, order.currency) for line in order.lines]
    progress = _progress(order, is_held=order.id in held)
    waits = view in (View.TO_PACK, View.HELD)
    counted = [(item.left if waits else item.quantity, item) for item in items]
    return Row(
        number=order.number,
        placed_at=order.placed_at,
        buyer=order.name or order.email,
        place=", ".join(part for part in (order.city, country_name(order.country or "")) if part),
        service=order.shipping_label if order.country else "",
        items=[(units, item) for units, item in counted if units],
        payment_state=order.payment_state.value,
        fulfilment_state=None if order.fulfilment_state is _NORMAL[view] else progress,
        is_noted=order.id in noted,
        held=_held(order, view, held.get(order.id, ())),
    )


def _held(order: Order, view: View, reasons: Collection[str]) -> list[str]:
    if view is not View.HELD:
        return ["Held back"] if reasons else []
    is_said = order.payment_state is PaymentState.DISPUTED
    return [HELD_FOR[HeldBy(reason)] for reason in sorted(reasons) if not (is_said and reason == HeldBy.DISPUTE)]


def view_awaited(checkout: Checkout) -> Awaited:
    return Awaited(
        placed_at=checkout.created_at,
        buyer=checkout.email,
        items=[f"{line.quantity} × {line.title}" for line in checkout.lines],
        total=Money(checkout.total, checkout.currency),
        is_cancelled=checkout.cancel_requested,
    )


def view_sheet(order: Order, emails: Mapping[int, str], held_by: Collection[HeldBy]) -> Sheet:
    """All that staff are told of an order; `emails` names the members among those who did something."""
    currency, has_address = order.currency, order.country is not None
    fault = why_not_sent(order.payment_state, order.fulfilment_state, has_address=has_address, held_by=held_by)
    sums = [("Items", order.subtotal), ("Discount", -order.discount), (_delivery(order), order.shipping)]
    sums += [("Tax", order.tax)]
    items = [_item(line, currency) for line in order.lines]
    # Stripe tells seconds only, and may tell late.
    by_time = sorted(order.events, key=lambda event: (event.at.replace(microsecond=0), event.id), reverse=True)
    timeline = [_happening(event, emails, currency) for event in by_time]
    return Sheet(
        number=order.number,
        placed_at=order.placed_at,
        email=order.email,
        phone=order.phone,
        address=address_lines(order),
        service=order.shipping_label,
        items=items,
        sums=[(label, Money(amount, currency)) for label, amount in sums if amount or label == "Items"],
        total=Money(order.total, currency),
        payment_state=order.payment_state.value,
        fulfilment_state=_progress(order, is_held=bool(held_by)),
        timeline=timeline,
        can_ship=fault is None and any(item.left for item in items),
        can_pack=fault is None and order.fulfilment_state is FulfilmentState.UNFULFILLED,
        can_cancel=order.total == 0 and any(item.left for item in items),
        held_back=fault if order.payment_state not in SENDABLE and order.fulfilment_state in UNSENT else None,
        notes=[one for one in timeline if one.text and order.fulfilment_state in UNSENT],
    )


def member_ids(events: Sequence[OrderEvent]) -> set[int]:
    """Who of the members did something."""
    return {int(event.actor.removeprefix("member:")) for event in events if event.actor.startswith("member:")}


def _item(line: OrderLine, currency: str) -> Item:
    units = Units(line.quantity, line.shipped, line.cancelled, line.refunding)
    return Item(
        id=line.id,
        title=line.title,
        number=line.number,
        variant_label=line.variant_label,
        sku=line.sku,
        quantity=line.quantity,
        shipped=line.shipped,
        cancelled=line.cancelled,
        left=units.left,
        total=Money(line.net, currency),
    )


def _progress(order: Order, *, is_held: bool) -> str | None:
    """How far an order is; that it is to be packed only if it may be."""
    may_leave = order.payment_state in SENDABLE and order.country is not None and not is_held
    is_untouched = order.fulfilment_state is FulfilmentState.UNFULFILLED
    return None if is_untouched and not may_leave else order.fulfilment_state.value


def _delivery(order: Order) -> str:
    return order.shipping_label or "Delivery"


def _happening(event: OrderEvent, emails: Mapping[int, str], currency: str) -> Happening:
    return Happening(
        label=cue(event.kind, event.data, currency),
        who=_who(event.actor, emails),
        at=event.at,
        text=event.data.get("text", ""),
        carrier=event.data.get("carrier", ""),
        tracking=event.data.get("tracking", ""),
    )


def _who(actor: str, emails: Mapping[int, str]) -> str:
    kind, _, number = actor.partition(":")
    if kind == "member":
        return emails.get(int(number), "A former member")
    return WHO.get(actor, actor)
