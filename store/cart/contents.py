"""A bag as it stands now: each line with today's offer, and what is wrong with it, if anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.cart import repository
from store.cart.models import CartLine
from store.catalog import repository as catalog
from store.catalog.repository import Offer
from store.money import Money, show_price
from store.pricing.quote import Wish
from store.stock import repository as stock


@dataclass(frozen=True, slots=True)
class BagLine:
    """One line. `problem` is a sentence for the buyer; `blocked` says that it cannot be bought like this."""

    id: int
    offer: Offer
    quantity: int
    currency: str
    left: int | None
    price_seen: int
    problem: str | None
    blocked: bool

    @property
    def unit(self) -> Money:
        return Money(self.offer.price or 0, self.currency)

    @property
    def total(self) -> Money:
        return Money((self.offer.price or 0) * self.quantity, self.currency)

    @property
    def wish(self) -> Wish:
        return Wish(self.offer.variant_id, self.quantity, self.offer.price or 0, self.offer.is_shipped)


@dataclass(frozen=True, slots=True)
class Bag:
    """All lines, oldest first."""

    lines: tuple[BagLine, ...]
    currency: str

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def subtotal(self) -> Money:
        return Money(sum(line.total.amount for line in self.lines if not line.blocked), self.currency)

    @property
    def is_shipped(self) -> bool:
        return any(line.offer.is_shipped for line in self.lines)

    @property
    def can_check_out(self) -> bool:
        return bool(self.lines) and not any(line.blocked for line in self.lines)

    @property
    def problems(self) -> list[str]:
        return [line.problem for line in self.lines if line.problem]

    @property
    def wishes(self) -> list[Wish]:
        return [line.wish for line in self.lines]


def read(session: Session, cart_id: str | None, currency: str, now: datetime) -> Bag:
    """The bag with everything re-read from the database; an unknown bag is an empty one."""
    found = repository.list_lines(session, cart_id) if cart_id else []
    offers = catalog.offers(session, [line.variant_id for line in found], currency, now)
    lines = [line for line in found if line.variant_id in offers]  # staff removed the others between the two looks
    left = stock.available(session, [variant_id for variant_id, offer in offers.items() if offer.stocked], cart_id)
    return Bag(
        tuple(_line(line, offers[line.variant_id], left.get(line.variant_id), currency) for line in lines), currency
    )


def _line(line: CartLine, offer: Offer, left: int | None, currency: str) -> BagLine:
    problem, blocked = None, False
    if not offer.on_sale or offer.price is None:
        problem, blocked = f"{offer.name} is no longer for sale. Remove it to go on.", True
    elif left == 0:
        problem, blocked = f"{offer.name} has sold out. Remove it to go on.", True
    elif left is not None and left < line.quantity:
        problem, blocked = f"Only {left} left of {offer.name}. Change the quantity to go on.", True
    elif offer.price != line.price_seen:
        now_, then = Money(offer.price, currency), Money(line.price_seen, currency)
        problem = f"{offer.name} now costs {show_price(now_)}, not {show_price(then)}."
    return BagLine(line.id, offer, line.quantity, currency, left, line.price_seen, problem, blocked)
