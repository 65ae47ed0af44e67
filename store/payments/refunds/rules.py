"""What a refund may be, what it pays and how Stripe's word about one joins what is known. Pure.

Rules 23 and 29: units are counted, amounts follow from the units. The n-th refunded unit of a line pays what n units
are worth less what n - 1 were, so that all of them together pay the line to the cent.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from store.errors import Conflict, Invalid
from store.money import Money, half_even, show


class RefundState(enum.StrEnum):
    """`reserved`: Stripe was not asked yet. `sent`: it was, and the answer is not known. `rejected`: never made."""

    RESERVED = "reserved"
    SENT = "sent"
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REJECTED = "rejected"


class RefundOrigin(enum.StrEnum):
    """Who made it: staff, the shop by itself (rule 20), or somebody at Stripe."""

    STAFF = "staff"
    AUTOMATIC = "automatic"
    DASHBOARD = "dashboard"


UNKNOWN = frozenset({RefundState.RESERVED, RefundState.SENT})
"""While a refund is in one of these its payment accepts no other of ours (rule 24)."""
ACCEPTED = frozenset({RefundState.PENDING, RefundState.REQUIRES_ACTION, RefundState.SUCCEEDED})
FALLEN_THROUGH = frozenset({RefundState.FAILED, RefundState.CANCELED})
COUNTED = UNKNOWN | ACCEPTED
"""What takes, or may still take, money from the payment."""

_RANK = {
    RefundState.RESERVED: 0,
    RefundState.SENT: 1,
    RefundState.PENDING: 2,
    RefundState.REQUIRES_ACTION: 2,
    RefundState.SUCCEEDED: 3,
    RefundState.FAILED: 4,
    RefundState.CANCELED: 4,
}


def join(known: RefundState, known_at: datetime | None, said: RefundState, said_at: datetime) -> RefundState:
    """The further of two states; of one rank the later by Stripe's time, and of failed and canceled always failed."""
    if known is said:
        return known
    if _RANK[known] != _RANK[said]:
        return max(known, said, key=_RANK.__getitem__)
    if RefundState.FAILED in (known, said):
        return RefundState.FAILED
    if known_at is not None and known_at != said_at:
        return known if known_at > said_at else said
    return RefundState.REQUIRES_ACTION  # at one instant: the one that somebody has to see to


@dataclass(frozen=True, slots=True)
class Refundable:
    """A line of an order as far as refunds know it."""

    net: int
    quantity: int
    shipped: int
    cancelled: int
    refunding: int
    returned: int
    refunded: int
    sent_refunded: int
    """Units that were sent and then refunded."""

    @property
    def unsent_left(self) -> int:
        """Units that have not left and that no other refund has taken."""
        return min(self.quantity - self.shipped - self.cancelled - self.refunding, self.quantity - self.refunded)

    @property
    def sent_left(self) -> int:
        return min(self.shipped - self.sent_refunded, self.quantity - self.refunded)

    def worth(self, units: int) -> int:
        """What the next `units` pay back."""
        return share(self.net, self.quantity, self.refunded + units) - share(self.net, self.quantity, self.refunded)


def share(net: int, quantity: int, units: int) -> int:
    """What `units` of a line's `quantity` are worth together, half to even."""
    return half_even(net * units, quantity)


@dataclass(frozen=True, slots=True)
class UnitsBack:
    """Units of one line: not sent and never to be, or sent."""

    unsent: int = 0
    sent: int = 0
    restock: bool = True

    @property
    def count(self) -> int:
        return self.unsent + self.sent


@dataclass(frozen=True, slots=True)
class Wish:
    """What staff want to pay back: units of lines and part of the delivery, or else an amount that touches no unit."""

    lines: Mapping[int, UnitsBack] = field(default_factory=dict)
    shipping: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order has cost and what was paid back of it, all in the currency of its payment."""

    captured: int
    counted: int
    """What refunds have taken or may still take."""
    withdrawn: int
    """What disputes have taken and not given back."""
    shipping: int
    shipping_refunded: int
    tax: int
    tax_refunded: int
    goods: int
    goods_refunded: int
    """What refunds by line have paid for goods; those by amount are no measure for the tax."""
    currency: str

    @property
    def left(self) -> int:
        """The most that may go back now."""
        return max(self.captured - self.counted - self.withdrawn, 0)


@dataclass(frozen=True, slots=True)
class Sum:
    """What a refund comes to, and of what it consists."""

    lines: Mapping[int, int]
    shipping: int
    tax: int
    amount: int


def price(wish: Wish, lines: Mapping[int, Refundable], standing: Standing) -> Sum:
    """What `wish` pays back, to the cent. Raises Invalid for what makes no sense, Conflict for what is not left."""
    wanted = {line: units for line, units in wish.lines.items() if units.count}
    if wish.amount and (wanted or wish.shipping):
        raise Invalid(
            "Refund either units and delivery, or an amount.", {"amount": ["Leave this empty, or the units."]}
        )
    if min(wish.shipping, wish.amount, *(min(one.unsent, one.sent) for one in wanted.values()), 0) < 0:
        raise Invalid("A refund cannot be less than nothing.")
    refuse_units(wanted, lines)
    if wish.shipping > standing.shipping - standing.shipping_refunded:
        left = _show(standing.shipping - standing.shipping_refunded, standing)
        raise Conflict(f"Only {left} of the delivery is left to refund.")
    worth = {line: lines[line].worth(units.count) for line, units in wanted.items()}
    tax = _tax(sum(worth.values()) + wish.shipping, standing) if not wish.amount else 0
    amount = sum(worth.values()) + wish.shipping + tax + wish.amount
    if amount == 0:
        raise Invalid("Nothing to refund yet. Say which units, how much of the delivery, or an amount.")
    if amount > standing.left:
        raise Conflict(f"That would be {_show(amount, standing)}, and only {_show(standing.left, standing)} is left.")
    return Sum(worth, wish.shipping, tax, amount)


def refuse_units(wanted: Mapping[int, UnitsBack], lines: Mapping[int, Refundable]) -> None:
    """Raises Conflict for units that are not there to be refunded."""
    for line, units in wanted.items():
        if line not in lines:
            raise Conflict("The refund names something that is not of this order. Open the order again.")
        known = lines[line]
        if units.unsent > known.unsent_left or units.sent > known.sent_left:
            raise Conflict("More units than are left to refund. Somebody may have shipped or refunded meanwhile.")
        if units.count > known.quantity - known.refunded:
            raise Conflict("More units than are left to refund. Somebody may have shipped or refunded meanwhile.")


def _tax(goods_and_delivery: int, standing: Standing) -> int:
    """The share of the tax that was added on top: all of it, to the cent, once all else has gone back."""
    base = standing.goods + standing.shipping
    if not standing.tax or not base:
        return 0
    before = standing.goods_refunded + standing.shipping_refunded
    due = half_even(standing.tax * min(before + goods_and_delivery, base), base)
    return max(min(due, standing.tax) - standing.tax_refunded, 0)


def _show(amount: int, standing: Standing) -> str:
    return show(Money(amount, standing.currency))
