"""From lines and a destination to what is to be paid, and why. Pure: standard library and money only.

Every amount is in minor units of the quote's currency. Always: total = subtotal - discount + shipping + tax, and the
lines' nets add up to subtotal - discount, so that a refund of any part needs no guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """So many of a variant at its price; `shipped` is False for what needs no parcel."""

    variant_id: int
    quantity: int
    unit_price: int
    shipped: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Delivery to one zone: so much for the first item, so much for each more."""

    label: str
    first: int
    additional: int

    def price(self, units: int) -> int:
        return self.first + self.additional * (units - 1) if units else 0


@dataclass(frozen=True, slots=True)
class QuoteLine:
    variant_id: int
    quantity: int
    unit_price: int
    net: int
    """quantity * unit_price less this line's share of the discounts."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What is to be paid. `shipping_label` is empty when nothing has to be shipped or the destination is not known."""

    currency: str
    lines: tuple[QuoteLine, ...]
    subtotal: int
    discount: int
    shipping: int
    shipping_label: str
    tax: int
    tax_included: int
    why: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping + self.tax


def quote(wishes: Sequence[Wish], rate: Rate | None, currency: str) -> Quote:
    """Price `wishes`; `rate` is None while the destination is not known, or when nothing is shipped."""
    lines = tuple(
        QuoteLine(wish.variant_id, wish.quantity, wish.unit_price, wish.quantity * wish.unit_price) for wish in wishes
    )
    units = sum(wish.quantity for wish in wishes if wish.shipped)
    shipping = rate.price(units) if rate else 0
    why = []
    if rate and units:
        items = "1 item" if units == 1 else f"{units} items"
        why.append(f"{rate.label}, {items}.")
    return Quote(
        currency=currency,
        lines=lines,
        subtotal=sum(line.quantity * line.unit_price for line in lines),
        discount=0,
        shipping=shipping,
        shipping_label=rate.label if rate and units else "",
        tax=0,
        tax_included=0,
        why=tuple(why),
    )
