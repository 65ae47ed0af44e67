"""The SQL behind home, listing and collections. Pages are cut by keys, never by counting past rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product
from store.catalog.repository import on_sale
from store.clock import from_epoch
from store.errors import Invalid, NotFound
from store.storefront.cards import Card, Terms, fill, listed

PAGE = 24


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection and how many of its products are on sale."""

    id: int
    slug: str
    title: str
    description: str
    featured: bool
    count: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of cards; `after` is the key at which the next one goes on."""

    products: list[Card]
    total: int
    after: str | None


def list_shelves(session: Session, now: datetime) -> list[Shelf]:
    """Collections that have something on sale, in their order."""
    columns = (Collection.id, Collection.slug, Collection.title, Collection.description, Collection.featured)
    query = (
        select(*columns, func.count(Product.id))
        .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
        .join(Product, and_(Product.id == CollectionProduct.product_id, on_sale(now)))
        .group_by(*columns, Collection.position)
        .order_by(Collection.position)
    )
    return [Shelf(*row) for row in session.execute(query)]


def get_collection(session: Session, slug: str) -> Collection:
    collection = session.scalar(select(Collection).where(Collection.slug == slug))
    if collection is None:
        raise NotFound("There is no such collection. The catalog has everything there is.")
    return collection


def list_products(session: Session, terms: Terms, sort: str, after: str | None, collection: int | None) -> Listing:
    """A page of products: newest first, or by price. Raises Invalid for a key that is none of ours."""
    query = listed(terms)
    count = select(func.count(Product.id)).where(on_sale(terms.now))
    if collection is not None:
        within = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == collection)
        query, count = query.where(Product.id.in_(within)), count.where(Product.id.in_(within))
    rows = session.execute(_page(query, sort, after).limit(PAGE + 1)).all()
    following = _key(rows[PAGE - 1], sort) if len(rows) > PAGE else None
    return Listing(fill(session, rows[:PAGE], terms), session.scalar(count) or 0, following)


def list_newest(session: Session, terms: Terms, count: int, besides: int | None) -> list[Card]:
    """The newest products, but for those of collection `besides`, which the page shows already."""
    query = listed(terms).order_by(Product.published_at.desc(), Product.id.desc())
    if besides is not None:
        shown = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == besides)
        query = query.where(Product.id.not_in(shown))
    return fill(session, session.execute(query.limit(count)).all(), terms)


def list_of_collection(session: Session, collection_id: int, terms: Terms, count: int) -> list[Card]:
    """The first of a collection, in the order staff gave it."""
    query = (
        listed(terms)
        .join(CollectionProduct, CollectionProduct.product_id == Product.id)
        .where(CollectionProduct.collection_id == collection_id)
        .order_by(CollectionProduct.position)
    )
    return fill(session, session.execute(query.limit(count)).all(), terms)


def lowest_price(session: Session, collection_id: int, terms: Terms) -> int | None:
    within = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == collection_id)
    priced = listed(terms).where(Product.id.in_(within)).subquery()
    lowest: int | None = session.scalar(select(func.min(priced.c.lowest)))
    return lowest


def _page(query: Select[Any], sort: str, after: str | None) -> Select[Any]:
    lowest = query.selected_columns.lowest
    if sort == "newest":
        if after:
            moment, product_id = _read_key(after)
            published = from_epoch(moment // 1_000_000).replace(microsecond=moment % 1_000_000)
            query = query.where(
                or_(
                    Product.published_at < published,
                    and_(Product.published_at == published, Product.id < product_id),
                )
            )
        return query.order_by(Product.published_at.desc(), Product.id.desc())
    if sort == "price":
        if after:
            price, product_id = _read_key(after)
            query = query.where(or_(lowest > price, and_(lowest == price, Product.id > product_id)))
        return query.order_by(lowest, Product.id)
    if after:
        price, product_id = _read_key(after)
        query = query.where(or_(lowest < price, and_(lowest == price, Product.id < product_id)))
    return query.order_by(lowest.desc(), Product.id.desc())


def _key(row: Any, sort: str) -> str:  # noqa: ANN401
    first = round(row.published_at.timestamp() * 1_000_000) if sort == "newest" else row.lowest
    return f"{first}-{row.id}"


def _read_key(after: str) -> tuple[int, int]:
    first, _, last = after.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (first, last)):
        raise Invalid("This page of the catalog does not exist. Start from its first page.")
    return int(first), int(last)
