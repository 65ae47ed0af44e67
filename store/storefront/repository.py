"""The SQL behind home and collections; that of lists is in `listing.py`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product
from store.errors import NotFound
from store.storefront.cards import LISTED, ON_SALE, Card, Terms, fill


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection and how many of its products are on sale."""

    id: int
    slug: str
    title: str
    description: str
    featured: bool
    count: int


_WITHIN = Product.id.in_(
    select(CollectionProduct.product_id).where(CollectionProduct.collection_id == bindparam("collection"))
)
_SHELF = (Collection.id, Collection.slug, Collection.title, Collection.description, Collection.featured)
_SHELVES = (
    select(*_SHELF, func.count(Product.id))
    .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .join(Product, and_(Product.id == CollectionProduct.product_id, ON_SALE))
    .group_by(*_SHELF, Collection.position)
    .order_by(Collection.position)
)
_NEWEST = (Product.published_at.desc(), Product.id.desc())
_IN_ORDER = (
    LISTED.join(CollectionProduct, CollectionProduct.product_id == Product.id)
    .where(CollectionProduct.collection_id == bindparam("collection"))
    .order_by(CollectionProduct.position)
    .limit(bindparam("most"))
)
_BESIDES = LISTED.where(~_WITHIN).order_by(*_NEWEST).limit(bindparam("most"))


def list_shelves(session: Session, terms: Terms) -> list[Shelf]:
    """Collections that have something on sale, in their order."""
    return [Shelf(*row) for row in session.execute(_SHELVES, {"now": terms.now})]


def get_collection(session: Session, slug: str) -> Collection:
    collection = session.scalar(select(Collection).where(Collection.slug == slug))
    if collection is None:
        raise NotFound("There is no such collection. The catalog has everything there is.")
    return collection


def list_newest(session: Session, terms: Terms, count: int, besides: int | None) -> list[Card]:
    """The newest products, but for those of collection `besides`, which the page shows already."""
    rows = session.execute(_BESIDES, {**terms.bound, "collection": besides or 0, "most": count}).all()
    return fill(session, rows, terms)


def list_of_collection(session: Session, collection_id: int, terms: Terms, count: int) -> list[Card]:
    """The first of a collection, in the order staff gave it."""
    rows = session.execute(_IN_ORDER, {**terms.bound, "collection": collection_id, "most": count}).all()
    return fill(session, rows, terms)


def lowest_price(session: Session, collection_id: int, terms: Terms) -> int | None:
    priced = LISTED.where(_WITHIN).subquery()
    lowest: int | None = session.scalar(select(func.min(priced.c.lowest)), {**terms.bound, "collection": collection_id})
    return lowest
