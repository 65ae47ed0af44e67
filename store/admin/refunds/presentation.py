"""Refunds as the staff pages show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.admin.refunds.schemas import REASONS
from store.money import EXPONENTS, Money, show
from store.orders.models import Order, OrderLine
from store.payments.refunds.models import Refund, RefundLine
from store.payments.refunds.rules import COUNTED, Refundable, RefundState, Standing, Sum, Wish

STATES = {
    RefundState.RESERVED: ("Set aside", "todo"),
    RefundState.SENT: ("Asked for", "todo"),
    RefundState.PENDING: ("On its way", "part"),
    RefundState.REQUIRES_ACTION: ("Buyer must act", "todo"),
    RefundState.SUCCEEDED: ("Paid back", "done"),
    RefundState.FAILED: ("Came back", "bad"),
    RefundState.CANCELED: ("Came back", "bad"),
    RefundState.REJECTED: ("Refused", "bad"),
}
"""Each state as a word, and the badge it stands in."""
_CAME_BACK = "The bank could not take it, so the money is with us again and owed to the buyer."
MEANINGS = {
    RefundState.RESERVED: "The money is set aside. Stripe is asked for it next.",
    RefundState.SENT: "Stripe has been asked and has not answered yet. It is asked until it does.",
    RefundState.PENDING: "Stripe has it and waits for the money to move. Nothing is left to do.",
    RefundState.REQUIRES_ACTION: "Stripe has written to the buyer, who has to say where the money goes.",
    RefundState.SUCCEEDED: "It has left for what was paid with. Banks take up to ten days to show it.",
    RefundState.FAILED: _CAME_BACK,
    RefundState.CANCELED: "It was canceled at Stripe, so the money is with us again and owed to the buyer.",
    RefundState.REJECTED: "Stripe refused it, and nothing went back. Units and money are as they were.",
}


@dataclass(frozen=True, slots=True)
class RefundView:
    """One refund of an order, or of money without one."""

    id: int
    amount: str
    state: tuple[str, str]
    meaning: str
    parts: list[tuple[str, str]]
    reason: str
    note: str
    who: str
    at: datetime
    failure: str | None
    stripe_id: str | None
    waits_for_units: bool
    """Whether nobody has said which units it is for."""
    can_be_repaid: bool


@dataclass(frozen=True, slots=True)
class RefundItem:
    """A line of an order with what is left of it to refund."""

    id: int
    name: str
    sku: str
    quantity: int
    total: Money
    unsent_left: int
    sent_left: int


def shown(amount: int, currency: str) -> str:
    """An amount in words; in minor units where Stripe names a currency that the store does not know."""
    return show(Money(amount, currency)) if currency in EXPONENTS else f"{amount} {currency.upper()}"


def view_refunds(refunds: Sequence[Refund], order: Order | None, names: Mapping[str, str]) -> list[RefundView]:
    """All refunds of a payment, the newest first; `order` is the one it paid for, `names` says who the actors are."""
    lines = {line.id: line for line in order.lines} if order else {}
    repaid = {refund.repays_id for refund in refunds if refund.state in COUNTED}
    return [_view(refund, lines, names, is_repaid=refund.id in repaid) for refund in reversed(refunds)]


def _view(refund: Refund, lines: Mapping[int, OrderLine], names: Mapping[str, str], *, is_repaid: bool) -> RefundView:
    meaning = MEANINGS[refund.state]
    if is_repaid:
        meaning = "It came back, and its money was sent once more."
    waits = refund.is_unexplained and bool(lines)
    if waits:
        meaning += " It was made at Stripe, and nobody has said yet which units it is for."
    return RefundView(
        id=refund.id,
        amount=shown(refund.amount, refund.currency),
        state=STATES[refund.state],
        meaning=meaning,
        parts=_parts(refund, lines),
        reason=REASONS.get(refund.reason, refund.reason.replace("_", " ").capitalize()),
        note=refund.note,
        who=names[refund.actor],
        at=refund.created_at,
        failure=_spelled(refund.failure),
        stripe_id=refund.stripe_id,
        waits_for_units=waits,
        can_be_repaid=refund.failed_at is not None and not is_repaid,
    )


def _spelled(failure: str | None) -> str | None:
    """Stripe's word for why, as people write it; a sentence stays as it is."""
    return failure.replace("_", " ").capitalize() if failure and " " not in failure else failure


def _parts(refund: Refund, lines: Mapping[int, OrderLine]) -> list[tuple[str, str]]:
    parts = [(_units_of(line, lines[line.order_line_id]), line.amount) for line in refund.lines]
    parts += [("Delivery", refund.shipping), ("Tax", refund.tax)]
    return [(label, shown(amount, refund.currency)) for label, amount in parts if amount or label not in _IF_ANY]


_IF_ANY = ("Delivery", "Tax")


def _units_of(part: RefundLine, line: OrderLine) -> str:
    return f"{_name(line)}: {_told(part.unsent, part.sent, restock=part.restock)}"


def _told(unsent: int, sent: int, *, restock: bool) -> str:
    """`2 canceled, 1 came back, for sale again`."""
    told = [f"{unsent} canceled"] if unsent else []
    told += [f"{sent} {'came back' if restock else 'sent'}"] if sent else []
    return ", ".join([*told, "for sale again" if restock else "not for sale"])


def _name(line: OrderLine) -> str:
    return f"{line.title}, {line.variant_label}" if line.variant_label else line.title


def view_items(order: Order, known: Mapping[int, Refundable]) -> list[RefundItem]:
    return [
        RefundItem(
            id=line.id,
            name=_name(line),
            sku=line.sku,
            quantity=line.quantity,
            total=Money(line.net, order.currency),
            unsent_left=max(known[line.id].unsent_left, 0),
            sent_left=max(known[line.id].sent_left, 0),
        )
        for line in order.lines
    ]


def view_sum(sum_: Sum, wish: Wish, order: Order) -> list[tuple[str, Money]]:
    """Of what the sum consists, before it is sent."""
    lines = {line.id: line for line in order.lines}
    parts = []
    for line_id, amount in sum_.lines.items():
        units = wish.lines[line_id]
        told = _told(units.unsent, units.sent, restock=units.restock)
        parts.append((f"{_name(lines[line_id])}: {told}", amount))
    parts += [("An amount, for no unit", wish.amount)] if wish.amount else []
    parts += [("Delivery", sum_.shipping)] if sum_.shipping else []
    parts += [("Tax", sum_.tax)] if sum_.tax else []
    return [(label, Money(amount, order.currency)) for label, amount in parts]


def shipping_left(standing: Standing) -> Money:
    return Money(max(standing.shipping - standing.shipping_refunded, 0), standing.currency)
