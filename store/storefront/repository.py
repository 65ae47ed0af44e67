"""The SQL behind home and collections; that of lists is in `listing.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product
from store.catalog.search.models import SearchPrice
from store.errors import NotFound
from store.storefront.cards import CURRENCY, HAS_PRICE, ON_SALE, Terms, cards_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection and how many of its products are on sale."""

    id: int
    slug: str
    title: str
    description: str
    featured: bool
    count: int


_SHELF = (Collection.id, Collection.slug, Collection.title, Collection.description, Collection.featured)
_SHELVES = (
    select(*_SHELF, func.count(Product.id))
    .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .join(Product, and_(Product.id == CollectionProduct.product_id, ON_SALE))
    .group_by(*_SHELF, Collection.position)
    .order_by(Collection.position)
)
_WITHIN = (
    select(CollectionProduct.product_id)
    .where(CollectionProduct.product_id == Product.id, CollectionProduct.collection_id == bindparam("collection"))
    .exists()
)
_newest = (
    select(Product.id)
    .where(ON_SALE, HAS_PRICE, ~_WITHIN)
    .order_by(Product.published_at.desc(), Product.id.desc())
    .limit(bindparam("most"))
    .cte("newest")
)
_BESIDES = cards_of(_newest).order_by(Product.published_at.desc(), Product.id.desc())
_in_order = (
    select(Product.id, CollectionProduct.position, func.min(SearchPrice.lowest).over().label("lowest_of_all"))
    .join(CollectionProduct, CollectionProduct.product_id == Product.id)
    .join(SearchPrice, and_(SearchPrice.product_id == Product.id, SearchPrice.currency == CURRENCY))
    .where(ON_SALE, CollectionProduct.collection_id == bindparam("collection"))
    .order_by(CollectionProduct.position)
    .limit(bindparam("most"))
    .cte("in_order")
)
_IN_ORDER = cards_of(_in_order).add_columns(_in_order.c.lowest_of_all).order_by(_in_order.c.position)


def list_shelves(session: Session, terms: Terms) -> list[Shelf]:
    """Collections that have something on sale, in their order."""
    return [Shelf(*row) for row in session.execute(_SHELVES, {"now": terms.now})]


def get_collection(session: Session, slug: str) -> Collection:
    collection = session.scalar(select(Collection).where(Collection.slug == slug))
    if collection is None:
        raise NotFound("There is no such collection. The catalog has everything there is.")
    return collection


def list_newest(session: Session, terms: Terms, count: int, besides: int | None) -> list[Any]:
    """Rows for `fill`: the newest, but for those of collection `besides`, which the page shows already."""
    return list(session.execute(_BESIDES, {**terms.bound, "collection": besides or 0, "most": count}))


def list_of_collection(session: Session, collection_id: int, terms: Terms, count: int) -> list[Any]:
    """Rows for `fill`: the first of a collection, in the order staff gave it.

    Each says as `lowest_of_all` what the cheapest of the whole collection costs.
    """
    return list(session.execute(_IN_ORDER, {**terms.bound, "collection": collection_id, "most": count}))
