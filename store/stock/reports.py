"""What staff read about stock: every variant's level, whose the promised units are, and what moved."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, column, func, or_, select, table, tuple_
from sqlalchemy.orm import Session

from store.catalog.models import Product, Status, Variant
from store.db import Utc
from store.errors import NotFound
from store.stock.levels import Level, Promise
from store.stock.models import Hold, HoldState, StockLevel, StockMovement

# Checkouts and orders stand above stock, so they are known here by the names of their tables only.
CHECKOUT = table("checkout", column("id"), column("state"), column("email"), column("hold_ends_at", Utc()))
ORDER = table("order", column("checkout_id"), column("number"))

AVAILABLE = func.coalesce(StockLevel.on_hand + StockLevel.backorder_limit - StockLevel.reserved, 0)
MOST_WORDS = 8


class Show(enum.StrEnum):
    """Which variants a list is narrowed to."""

    ALL = "all"
    LOW = "low"
    SOLD_OUT = "sold-out"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Stocked:
    """A variant whose units are counted, with its level; one that never had any stands at 0."""

    variant_id: int
    sku: str
    label: str
    product_id: int
    title: str
    slug: str
    status: Status
    level: Level

    @property
    def name(self) -> str:
        return f"{self.title}, {self.label}" if self.label else self.title


@dataclass(frozen=True, slots=True)
class Held:
    """Units that are promised: to an order until they are shipped, to a checkout until it is paid or ends."""

    quantity: int
    order: str | None
    email: str
    checkout_state: str
    ends_at: datetime
    """When the shop begins to ask Stripe whether an unpaid checkout is still wanted."""
    since: datetime

    @property
    def promise(self) -> Promise:
        return Promise(self.order, self.quantity)


def list_stock(
    session: Session, words: str, show: Show, low_stock: int, after: int | None, most: int | None
) -> list[Stocked]:
    """Variants in the order of their products' titles, from behind variant `after` on.

    Each of `words` must stand in title, label or sku. What is archived is neither low nor sold out: nobody waits.
    """
    query = _stocked().order_by(Product.title, Product.id, Variant.position).limit(most)
    for word in words.split()[:MOST_WORDS]:
        places = (Product.title, Variant.label, Variant.sku)
        query = query.where(or_(*(place.icontains(word, autoescape=True) for place in places)))
    if (narrowed := _narrowed(show, low_stock)) is not None:
        query = query.where(narrowed)
    if after is not None:
        place = tuple_(Product.title, Product.id, Variant.position)
        last = select(Product.title, Product.id, Variant.position).join(Variant.product).where(Variant.id == after)
        query = query.where(place > last.scalar_subquery())
    return [_read(row) for row in session.execute(query)]


def get_stocked(session: Session, variant_id: int) -> Stocked:
    """Raises NotFound for a variant we do not know, and for one whose units are not counted."""
    row = session.execute(_stocked().where(Variant.id == variant_id)).first()
    if row is None:
        raise NotFound("We count no units of such a thing. Look for it in the list.")
    return _read(row)


def list_held(session: Session, variant_id: int, most: int) -> list[Held]:
    """Whose the promised units are: whoever paid first comes first, then the unpaid by their age."""
    units = Hold.quantity - Hold.shipped - Hold.cancelled
    since = func.coalesce(Hold.sold_at, Hold.created_at)
    query = (
        select(units, ORDER.c.number, CHECKOUT.c.email, CHECKOUT.c.state, CHECKOUT.c.hold_ends_at, since)
        .select_from(Hold)
        .join(CHECKOUT, CHECKOUT.c.id == Hold.checkout_id)
        .outerjoin(ORDER, ORDER.c.checkout_id == Hold.checkout_id)
        .where(Hold.variant_id == variant_id, Hold.state.in_([HoldState.LIVE, HoldState.SOLD]), units > 0)
        .order_by(case((Hold.state == HoldState.SOLD, 0), else_=1), since, Hold.id)
        .limit(most)
    )
    return [Held(*row) for row in session.execute(query)]


def list_holds(session: Session, checkout_id: str) -> dict[int, Hold]:
    """What a checkout holds or has held, by variant."""
    return {hold.variant_id: hold for hold in session.scalars(select(Hold).where(Hold.checkout_id == checkout_id))}


def list_movements(session: Session, variant_id: int, before: int | None, most: int) -> Sequence[StockMovement]:
    """The newest first, from before movement `before` on."""
    query = select(StockMovement).where(StockMovement.variant_id == variant_id)
    if before is not None:
        query = query.where(StockMovement.id < before)
    return session.scalars(query.order_by(StockMovement.id.desc()).limit(most)).all()


def _stocked() -> Select[*tuple[Any, ...]]:
    numbers = (StockLevel.on_hand, StockLevel.reserved, StockLevel.short, StockLevel.backorder_limit)
    return (
        select(
            Variant.id,
            Variant.sku,
            Variant.label,
            Product.id,
            Product.title,
            Product.slug,
            Product.status,
            *(func.coalesce(number, 0) for number in numbers),
        )
        .select_from(Variant)
        .join(Variant.product)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Variant.stocked)
    )


def _read(row: Row[*tuple[Any, ...]]) -> Stocked:
    variant_id, sku, label, product_id, title, slug, status, *numbers = row
    return Stocked(variant_id, sku, label, product_id, title, slug, status, Level(*numbers))


def _narrowed(show: Show, low_stock: int) -> ColumnElement[bool] | None:
    for_sale = Product.status != Status.ARCHIVED
    return {
        Show.ALL: None,
        Show.LOW: and_(for_sale, AVAILABLE.between(1, low_stock)),
        Show.SOLD_OUT: and_(for_sale, AVAILABLE <= 0),
        Show.SHORT: StockLevel.short > 0,
    }[show]
