"""The SQL behind home, listing and collections. Pages are cut by keys, never by counting past rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product
from store.clock import from_epoch
from store.errors import Invalid, NotFound
from store.storefront.cards import LISTED, LOWEST, ON_SALE, Card, Terms, fill

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
_COUNT = select(func.count(Product.id)).join(LOWEST, LOWEST.c.product_id == Product.id).where(ON_SALE)
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


def list_products(session: Session, terms: Terms, sort: str, after: str | None, collection: int | None) -> Listing:
    """A page of products: newest first, or by price. Raises Invalid for a key that is none of ours."""
    bound = {**terms.bound, "collection": collection, **(_read_key(after, sort) if after else {})}
    within = collection is not None
    rows = session.execute(_page(sort, goes_on=bool(after), within=within), bound).all()
    total = session.scalar(_COUNT.where(_WITHIN) if within else _COUNT, bound) or 0
    following = _key(rows[PAGE - 1], sort) if len(rows) > PAGE else None
    return Listing(fill(session, rows[:PAGE], terms), total, following)


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


@cache
def _page(sort: str, *, goes_on: bool, within: bool) -> Select[Any]:
    """The statement of a page: where the last one ended, `first` and `last` are its key."""
    first: BindParameter[Any] = bindparam("first")
    last: BindParameter[Any] = bindparam("last")
    if sort == "newest":
        order, beyond = _NEWEST, or_(
            Product.published_at < first, and_(Product.published_at == first, Product.id < last)
        )  # fmt: skip
    elif sort == "price":
        order = (LOWEST.c.lowest.asc(), Product.id.asc())
        beyond = or_(LOWEST.c.lowest > first, and_(LOWEST.c.lowest == first, Product.id > last))
    else:
        order = (LOWEST.c.lowest.desc(), Product.id.desc())
        beyond = or_(LOWEST.c.lowest < first, and_(LOWEST.c.lowest == first, Product.id < last))
    query = LISTED.where(_WITHIN) if within else LISTED
    return (query.where(beyond) if goes_on else query).order_by(*order).limit(PAGE + 1)


def _key(row: Any, sort: str) -> str:  # noqa: ANN401
    first = round(row.published_at.timestamp() * 1_000_000) if sort == "newest" else row.lowest
    return f"{first}-{row.id}"


def _read_key(after: str, sort: str) -> dict[str, object]:
    first, _, last = after.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (first, last)):
        raise Invalid("This page of the catalog does not exist. Start from its first page.")
    if sort != "newest":
        return {"first": int(first), "last": int(last)}
    seconds, micros = divmod(int(first), 1_000_000)
    return {"first": from_epoch(min(seconds, 32_000_000_000)).replace(microsecond=micros), "last": int(last)}
