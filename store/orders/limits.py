"""How many of a product one person may have (rule 16): counters, taken and given back in the transactions of the holds.

A guest is who has the address, a member also who has the account: signing out does not begin another count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.audit.repository import raise_attention
from store.catalog.models import Product, Variant
from store.db import insert
from store.orders.lifecycle import HOLDING, CheckoutState
from store.orders.models import Checkout, CheckoutLine, LimitUse


def take(session: Session, checkout: Checkout, wanted: Mapping[int, int], limits: Mapping[int, int]) -> list[int]:
    """Count `wanted` units by product for the buyer; the products of which they would have more than `limits` allow.

    When the answer is not empty the caller must roll back, for the others are counted already.
    """
    return [
        product_id
        for product_id in sorted(wanted)
        if not all(
            _count(session, product_id, person, wanted[product_id], limits[product_id])
            for person in sorted(checkout.persons)
        )
    ]


def give_back(session: Session, checkout: Checkout) -> None:
    """The checkout has ended unpaid, and its holds with it."""
    for product_id, units in _limited(session, checkout).items():
        own = update(LimitUse).where(LimitUse.product_id == product_id, LimitUse.person.in_(checkout.persons))
        session.execute(own.values(count=LimitUse.count - units))


def take_again(session: Session, checkout: Checkout, now: datetime) -> None:
    """A payment was accepted after its checkout had ended: it may exceed a limit, and staff are told when it does."""
    for product_id, units in _limited(session, checkout).items():
        counts = [_count(session, product_id, person, units) for person in sorted(checkout.persons)]
        product = session.get_one(Product, product_id)
        if product.limit_per_member is not None and max(counts) > product.limit_per_member:
            sentence = (
                f"A late payment was accepted, and now one person has {max(counts)} of {product.title}, of which"
                f" {product.limit_per_member} is the most. Send it, or refund some of it."
            )
            raise_attention(session, "limit_exceeded", f"checkout:{checkout.id}", sentence, now)


def count_for_member(session: Session, checkout: Checkout) -> None:
    """A guest's checkout has become a member's: it counts for the account as well, whatever that comes to."""
    if checkout.state in HOLDING or checkout.state is CheckoutState.PAID:
        for product_id, units in _limited(session, checkout).items():
            _count(session, product_id, f"member:{checkout.member_id}", units)


def _limited(session: Session, checkout: Checkout) -> dict[int, int]:
    """Units by product that this checkout counted, in the order of the products."""
    query = (
        select(Variant.product_id, func.sum(CheckoutLine.quantity))
        .join(Variant, Variant.id == CheckoutLine.variant_id)
        .where(CheckoutLine.checkout_id == checkout.id, CheckoutLine.limited)
        .group_by(Variant.product_id)
        .order_by(Variant.product_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _count(session: Session, product_id: int, person: str, units: int, most: int | None = None) -> int:
    """The count with `units` more; 0, and nothing counted, when that would be above `most`."""
    if most is not None and units > most:
        return 0
    row = insert(session, LimitUse).values(product_id=product_id, person=person, count=units)
    counted = row.on_conflict_do_update(
        index_elements=["product_id", "person"],
        set_={"count": LimitUse.count + units},
        where=None if most is None else LimitUse.count + units <= most,
    )
    return session.scalar(counted.returning(LimitUse.count)) or 0
