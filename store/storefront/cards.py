"""What a product looks like on a card, and the statements that fill a page of them.

Core statements built once, not the ORM: a page of 24 cards would load hundreds of objects to show four facts of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from store.catalog.models import Product, Variant, VariantPrice
from store.catalog.pictures import Picture, of_products
from store.catalog.repository import on_sale, told_prices
from store.catalog.search.documents import colors
from store.catalog.search.models import SearchPrice
from store.money import Money
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE
from store.storefront.listening import Preview, previews_of


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list. `left` is a true number, given only when it is low."""

    slug: str
    number: str | None
    title: str
    line: str
    price: Money
    price_varies: bool
    was: Money | None
    picture: Picture | None
    colours: list[str]
    state: str
    left: int | None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How cards are to be filled: the shop's currency, the time, and what counts as few."""

    currency: str
    now: datetime
    low: int
    day_ends: datetime | None = None
    """When the shop's day ends: what is told of past prices stays the same all day long."""

    @property
    def bound(self) -> dict[str, object]:
        """The parameters `currency` and `now` of the statements here."""
        return {"currency": self.currency, "now": self.now}

    def state(self, left: int | None) -> str:
        """`in_stock`, `low` or `sold_out`; None is what needs no counting."""
        if left is None or left > self.low:
            return "in_stock"
        return "low" if left > 0 else "sold_out"


CURRENCY = bindparam("currency", type_=VariantPrice.currency.type)
ON_SALE = on_sale(bindparam("now", type_=Product.created_at.type))

LOWEST = (
    select(SearchPrice.product_id, SearchPrice.lowest, SearchPrice.cells)
    .where(SearchPrice.currency == CURRENCY)
    .subquery()
)
"""Kept with the index: to find the lowest of all prices anew for each page would take longer the more there are."""
LISTED = (
    select(
        Product.id,
        Product.slug,
        Product.number,
        Product.title,
        Product.line,
        Product.published_at,
        LOWEST.c.lowest,
        LOWEST.c.cells,
    )
    .join(LOWEST, LOWEST.c.product_id == Product.id)
    .where(ON_SALE)
)
"""Products on sale with their lowest price, for a page to order and cut."""

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PRICES = (
    select(
        Variant.product_id,
        func.min(VariantPrice.amount).label("lowest"),
        func.max(VariantPrice.amount).label("highest"),
        func.max(VariantPrice.compare_at).label("was"),
        func.coalesce(func.sum(case((AVAILABLE > 0, AVAILABLE), else_=0)), 0).label("left"),
        func.max(case((Variant.stocked, 0), else_=1)).label("uncounted"),
    )
    .join(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == CURRENCY))
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
    .where(Variant.product_id.in_(IDS))
    .group_by(Variant.product_id)
)


def fill(session: Session, rows: Sequence[Any], terms: Terms) -> list[Card]:
    """Cards for rows of `LISTED` or items of a list, in their order; what has lost its price meanwhile is left out."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    prices = {row.product_id: row for row in session.execute(_PRICES, {"ids": ids, "currency": terms.currency})}
    pictures, previews = of_products(session, ids), previews_of(session, ids)
    reduced = [product_id for product_id, price in prices.items() if price.was]
    told: dict[int, int] = {}
    for one in told_prices(session, reduced, terms.currency, terms.day_ends or terms.now):
        told[one.product_id] = max(one.amount, told.get(one.product_id, 0))
    return [
        _card(row, prices[row.id], told.get(row.id), pictures.get(row.id), previews.get(row.id), terms)
        for row in rows
        if row.id in prices
    ]


def _card(
    row: Any,  # noqa: ANN401
    price: Any,  # noqa: ANN401
    was: int | None,
    picture: Picture | None,
    preview: Preview | None,
    terms: Terms,
) -> Card:
    left = None if price.uncounted else price.left
    state = terms.state(left)
    return Card(
        slug=row.slug,
        number=row.number,
        title=row.title,
        line=row.line,
        price=Money(price.lowest, terms.currency),
        price_varies=price.highest > price.lowest,
        was=Money(was, terms.currency) if was is not None and was > price.lowest else None,
        picture=picture,
        colours=colors(row.cells),
        state=state,
        left=left if state == "low" else None,
        preview=preview,
    )
