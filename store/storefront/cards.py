"""What a product looks like on a card, and the statements that fill a page of them.

Core statements built once, not the ORM: a page of 24 cards would load hundreds of objects to show four facts of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, BindParameter, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from store.catalog.models import Product, ProductPicture, Variant, VariantPrice
from store.catalog.pictures import IS_FIRST, SHOWN, Picture, embed
from store.catalog.repository import Told, on_sale, told_prices
from store.catalog.search.documents import colors
from store.catalog.search.models import SearchPrice
from store.media.models import Picture as Source
from store.media.models import Track
from store.money import Money
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE
from store.storefront.listening import IS_FIRST as IS_FIRST_HEARD
from store.storefront.listening import Preview


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
HAS_PRICE = (
    select(SearchPrice.product_id)
    .where(SearchPrice.product_id == Product.id, SearchPrice.currency == CURRENCY)
    .correlate(Product)
    .exists()
)
"""In the shop's currency; what has none is in no list."""
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
_PRICES = (
    select(
        Variant.product_id,
        func.min(VariantPrice.amount).label("cheapest"),
        func.max(VariantPrice.amount).label("dearest"),
        func.max(VariantPrice.compare_at).label("was"),
        func.coalesce(func.sum(case((AVAILABLE > 0, AVAILABLE), else_=0)), 0).label("left"),
        func.max(case((Variant.stocked, 0), else_=1)).label("uncounted"),
    )
    .join(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == CURRENCY))
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
)


def cards_of(these: CTE) -> Select[Any]:
    """Rows for `fill`: all that cards show of the products whose `id`s these are, for the caller to put in order.

    Many kinds of things at once, for a page of products only: each statement more is another way to the database.
    """
    chosen = these.c.id
    prices = _PRICES.where(Variant.product_id.in_(select(chosen))).group_by(Variant.product_id).subquery()
    shown = (*LISTED.selected_columns, *list(prices.c)[1:], Track.title.label("heard"), Track.clip_key, *SHOWN)
    return (
        select(*shown)
        .select_from(these)
        .join(Product, Product.id == chosen)
        .join(LOWEST, LOWEST.c.product_id == Product.id)
        .join(prices, prices.c.product_id == Product.id)
        .outerjoin(Track, and_(Track.product_id == Product.id, IS_FIRST_HEARD))
        .outerjoin(ProductPicture, and_(ProductPicture.product_id == Product.id, IS_FIRST))
        .outerjoin(Source, Source.id == ProductPicture.picture_id)
        .where(ON_SALE)
    )


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_THESE = cards_of(select(Product.id).where(Product.id.in_(_IDS)).cte("these"))


def cards_by_id(session: Session, ids: Sequence[int], terms: Terms) -> list[Any]:
    """Rows for `fill` in the order of `ids`; what has lost its price meanwhile is left out."""
    if not ids:
        return []
    rows = {row.id: row for row in session.execute(_THESE, {**terms.bound, "ids": list(ids)})}
    return [rows[one] for one in ids if one in rows]


def told_of(session: Session, product_ids: Sequence[int], terms: Terms) -> list[Told]:
    """The higher prices that may still be told of, of products that are reduced."""
    return told_prices(session, product_ids, terms.currency, terms.day_ends or terms.now)


def reduced(rows: Sequence[Any]) -> list[int]:
    """Those of the rows that were dearer, as staff say."""
    return [row.id for row in rows if row.was]


def fill(rows: Sequence[Any], told: Sequence[Told], terms: Terms) -> list[Card]:
    """Cards for rows of `cards_of`, in their order; beside them what may be told of their prices before."""
    was: dict[int, int] = {}
    for one in told:
        was[one.product_id] = max(one.amount, was.get(one.product_id, 0))
    return [_card(row, was.get(row.id), terms) for row in rows]


def filled(session: Session, rows: Sequence[Any], terms: Terms) -> list[Card]:
    """The same for a page that has no other cards."""
    return fill(rows, told_of(session, reduced(rows), terms), terms)


def _card(row: Any, was: int | None, terms: Terms) -> Card:  # noqa: ANN401 - a row of `cards_of`
    left = None if row.uncounted else row.left
    state = terms.state(left)
    return Card(
        slug=row.slug,
        number=row.number,
        title=row.title,
        line=row.line,
        price=Money(row.cheapest, terms.currency),
        price_varies=row.dearest > row.cheapest,
        was=Money(was, terms.currency) if was is not None and was > row.cheapest else None,
        picture=embed(row),
        colours=colors(row.cells),
        state=state,
        left=left if state == "low" else None,
        preview=Preview(row.heard, f"/media/{row.clip_key}") if row.clip_key else None,
    )
