"""The SQL of the staff's list of products: one page of rows, what each has in stock, and how many there are of each."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import Product, Status, Variant, VariantPrice
from store.catalog.pictures import Picture, of_products
from store.money import Money
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE

PAGE = 50


class View(enum.StrEnum):
    """The tabs of the list."""

    ALL = "all"
    DRAFT = "draft"
    COMING = "coming"
    ON_SALE = "on_sale"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Row:
    """A product in the list. Stock is None where nothing is counted."""

    id: int
    title: str
    number: str | None
    status: Status
    published_at: datetime | None
    is_coming: bool
    lowest: Money | None
    highest: Money | None
    variants: int
    available: int | None
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows; `after` is where the next one goes on."""

    rows: list[Row]
    after: int | None


def list_products(
    session: Session, view: View, words: str, before: int | None, currency: str, now: datetime, count: int = PAGE
) -> Listing:
    """The newest first, of one view, that `words` find by title, number or sku."""
    query = _found(select(Product), words).where(_within(view, now)).order_by(Product.id.desc()).limit(count + 1)
    if before is not None:
        query = query.where(Product.id < before)
    products = list(session.scalars(query))
    ids = [product.id for product in products[:count]]
    sums, pictures = _sums(session, ids, currency), of_products(session, ids)
    rows = [_row(product, sums.get(product.id), pictures, currency, now) for product in products[:count]]
    return Listing(rows, ids[-1] if len(products) > count else None)


def count_views(session: Session, words: str, now: datetime) -> dict[View, int]:
    """How many products each view has, of those that `words` find."""
    counted = select(*[func.count(case((_within(view, now), 1))) for view in View]).select_from(Product)
    counts = session.execute(_found(cast("Select[Any]", counted), words)).one()
    return dict(zip(View, counts, strict=True))


def stock_of(session: Session, variant_ids: list[int]) -> dict[int, tuple[int, int]]:
    """What is on hand and can be had of each variant that was ever counted."""
    query = select(StockLevel.variant_id, StockLevel.on_hand, AVAILABLE)
    return {row[0]: (row[1], row[2]) for row in session.execute(query.where(StockLevel.variant_id.in_(variant_ids)))}


def _within(view: View, now: datetime) -> ColumnElement[bool]:
    coming = Product.published_at > now
    active = Product.status == Status.ACTIVE
    return {
        View.ALL: Product.id > 0,
        View.DRAFT: Product.status == Status.DRAFT,
        View.COMING: and_(active, coming),
        View.ON_SALE: and_(active, ~coming),
        View.ARCHIVED: Product.status == Status.ARCHIVED,
    }[view]


def _found(query: Select[Any], words: str) -> Select[Any]:
    if not words:
        return query
    code = words.upper()
    number = code.removeprefix("NMX").lstrip(" -") or code
    by_sku = select(Variant.product_id).where(Variant.sku.startswith(code, autoescape=True))
    by_title = func.lower(Product.title).contains(words.lower(), autoescape=True)
    return query.where(or_(by_title, Product.number == number, Product.id.in_(by_sku)))


def _sums(session: Session, ids: list[int], currency: str) -> dict[int, Any]:
    priced = and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == currency)
    query = (
        select(
            Variant.product_id,
            func.count(Variant.id).label("variants"),
            func.min(VariantPrice.amount).label("lowest"),
            func.max(VariantPrice.amount).label("highest"),
            func.count(case((Variant.stocked, 1))).label("stocked"),
            func.coalesce(func.sum(AVAILABLE), 0).label("available"),
        )
        .outerjoin(VariantPrice, priced)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Variant.product_id.in_(ids))
        .group_by(Variant.product_id)
    )
    return {row.product_id: row for row in session.execute(query)}


def _row(product: Product, sums: Any, pictures: dict[int, Picture], currency: str, now: datetime) -> Row:  # noqa: ANN401
    is_priced = sums is not None and sums.lowest is not None
    return Row(
        id=product.id,
        title=product.title,
        number=product.number,
        status=product.status,
        published_at=product.published_at,
        is_coming=product.status is Status.ACTIVE and product.published_at is not None and product.published_at > now,
        lowest=Money(sums.lowest, currency) if is_priced else None,
        highest=Money(sums.highest, currency) if is_priced else None,
        variants=sums.variants if sums is not None else 0,
        available=sums.available if sums is not None and sums.stocked else None,
        picture=pictures.get(product.id),
    )
