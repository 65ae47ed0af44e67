"""What a buyer does with a bag. Prices and stock are looked up afresh; the form says only what and how many."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.cart import repository
from store.cart.models import Cart
from store.catalog import repository as catalog
from store.db import Database
from store.errors import Conflict, Invalid, NotFound
from store.pricing.repository import find_rate
from store.stock import repository as stock

MOST_LINES = 90
"""Stripe takes 100 line items; delivery and tax are two of them (rule 11)."""
MOST_UNITS = 99
EMPTY_KEPT = timedelta(days=7)


def new_id() -> str:
    """A bag's id: 144 random bits, for it is all a guest needs to reach it."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose bag: a member's one bag, or the one whose id a guest's browser has (none yet: it is made)."""

    cart_id: str | None
    member_id: int | None = None


Repeated = Callable[[Session], bool]
"""Asked within the transaction: whether the same was done already, by a call that did not come to its answer."""


def never(_session: Session) -> bool:
    return False


def add(
    db: Database,
    holder: Holder,
    reference: str,
    quantity: int,
    currency: str,
    now: datetime,
    *,
    is_repeated: Repeated = never,
) -> tuple[str, int]:
    """Put `quantity` of a variant (its id or sku) into the bag, made if there is none; the bag's id and its units.

    Raises Invalid for a variant that is not on sale, or not known (which look alike: nobody guesses what comes next),
    Conflict when there are not as many.
    """

    def work(session: Session) -> tuple[str, int]:
        if is_repeated(session):
            bag = _lock_or_make(session, holder, now)
            return bag.id, repository.count_units(session, bag.id)
        variant_id = catalog.find_variant(session, reference, now)
        if variant_id is None:
            raise Invalid("We have no such item for sale.", {"variant": ["Choose one of the items on the page."]})
        bag = _lock_or_make(session, holder, now)
        lines = repository.list_lines(session, bag.id)
        already = next((line.quantity for line in lines if line.variant_id == variant_id), 0)
        if not already and len(lines) >= MOST_LINES:
            raise Conflict(f"A bag holds {MOST_LINES} different items. Check out with these first.")
        price = _check(session, bag.id, variant_id, already + quantity, currency, now)
        repository.put_line(session, bag.id, variant_id, already + quantity, price, now)
        bag.updated_at = now
        return bag.id, sum(line.quantity for line in lines) + quantity

    return db.run(work)


def begin(db: Database, holder: Holder, now: datetime) -> str:
    """The id of a member's bag, made if there is none, or of a new one for a guest."""
    return db.run(lambda session: _lock_or_make(session, holder, now).id)


def send_to(
    db: Database, cart_id: str, country: str, region: str | None, postal_code: str | None, currency: str, now: datetime
) -> None:
    """Note where a bag goes, so that delivery is part of its quote. Raises Invalid where the shop does not ship."""

    def work(session: Session) -> None:
        bag = repository.lock_cart(session, cart_id)
        if find_rate(session, country, currency) is None:
            raise Invalid("We do not ship there yet.", {"country": ["We do not ship there yet."]})
        bag.country, bag.region, bag.postal_code, bag.updated_at = country, region, postal_code, now

    db.run(work)


def change(
    db: Database,
    cart_id: str,
    line_id: int,
    quantity: int,
    currency: str,
    now: datetime,
    *,
    is_repeated: Repeated = never,
) -> int:
    """Set a line to `quantity`, 0 takes it out; how many units the bag then holds.

    Raises NotFound for a line that is not in this bag, Conflict when there are not as many.
    """

    def work(session: Session) -> int:
        if is_repeated(session):
            return repository.count_units(session, cart_id)
        bag = repository.lock_cart(session, cart_id)
        line = repository.find_line(session, cart_id, line_id)
        if line is None:
            raise NotFound("This item is no longer in your bag.")
        if quantity == 0:
            repository.remove_line(session, cart_id, line_id)
        else:
            price = _check(session, cart_id, line.variant_id, quantity, currency, now)
            repository.put_line(session, cart_id, line.variant_id, quantity, price, now)
        bag.updated_at = now
        return repository.count_units(session, cart_id)

    return db.run(work)


def put_back(db: Database, holder: Holder, wanted: Mapping[int, int], currency: str, now: datetime) -> tuple[str, int]:
    """Put `wanted` (units by variant) into the bag, as many of each as can be had; the bag's id and its units.

    Raises Conflict when there is nothing left of any.
    """

    def work(session: Session) -> tuple[str, int]:
        bag = _lock_or_make(session, holder, now)
        already = {line.variant_id for line in repository.list_lines(session, bag.id)}
        offers = catalog.offers(session, wanted, currency, now)
        left = stock.available(session, [variant_id for variant_id, offer in offers.items() if offer.stocked], bag.id)
        for variant_id, offer in offers.items():
            quantity = min(wanted[variant_id], left.get(variant_id, wanted[variant_id]))
            if quantity and offer.on_sale and offer.price is not None and variant_id not in already:
                repository.put_line(session, bag.id, variant_id, quantity, offer.price, now)
        bag.updated_at = now
        count = repository.count_units(session, bag.id)
        if not count:
            raise Conflict("All of it has sold out meanwhile. Nothing was charged.")
        return bag.id, count

    return db.run(work)


def bring_along(session: Session, guest_id: str, member_id: int, now: datetime) -> Cart:
    """Move what a guest's bag holds into the member's, of each item the larger number; the member's bag.

    Not the sum: somebody who put the same tee into both wants one. What finds no
    room stays in the guest's bag.
    """
    mine = repository.lock_cart_of(session, member_id, new_id(), now)
    guests = repository.lock_cart(session, guest_id)
    have = {line.variant_id: line for line in repository.list_lines(session, mine.id)}
    room = MOST_LINES - len(have)
    for line in repository.list_lines(session, guests.id):
        known = have.get(line.variant_id)
        if known is None and room <= 0:
            continue
        room -= known is None
        quantity = max(line.quantity, known.quantity) if known else line.quantity
        repository.put_line(session, mine.id, line.variant_id, quantity, line.price_seen, now)
        repository.remove_line(session, guests.id, line.id)
    mine.updated_at = guests.updated_at = now
    return mine


def forget_empty(db: Database, now: datetime) -> int:
    """Bags that programs or browsers have begun and left empty; how many are gone."""
    return db.run(lambda session: repository.forget_empty(session, now - EMPTY_KEPT), repeatable=True)


def _lock_or_make(session: Session, holder: Holder, now: datetime) -> Cart:
    if holder.member_id is not None:
        return repository.lock_cart_of(session, holder.member_id, new_id(), now)
    if holder.cart_id is not None and repository.is_guests(session, holder.cart_id):
        return repository.lock_cart(session, holder.cart_id)
    # None yet, or one from before a restore, one that was tidied away, a member's: begin another.
    bag = Cart(id=new_id(), created_at=now, updated_at=now)
    session.add(bag)
    session.flush()  # lines refer to it
    return bag


def _check(session: Session, cart_id: str, variant_id: int, quantity: int, currency: str, now: datetime) -> int:
    """The price of a variant of which `quantity` can be had now; raises Conflict with a sentence."""
    offer = catalog.offers(session, [variant_id], currency, now).get(variant_id)
    if offer is None:
        raise Conflict("This item has just left the catalog.")
    if not offer.on_sale or offer.price is None:
        raise Conflict(f"{offer.name} is not for sale.")
    if quantity > MOST_UNITS:
        raise Conflict(f"{MOST_UNITS} of one item is the most a bag takes.")
    if offer.limit_per_member is not None and quantity > offer.limit_per_member:
        raise Conflict(f"One person may have {offer.limit_per_member} of {offer.title}. Your bag is as it was.")
    left = stock.available(session, [variant_id], cart_id)[variant_id] if offer.stocked else quantity
    if left == 0:
        raise Conflict(f"{offer.name} is sold out.")
    if quantity > left:
        raise Conflict(f"Only {left} left of {offer.name}. Your bag is as it was.")
    return offer.price
