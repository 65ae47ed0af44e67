"""What a list shows: a page of cards, how many there are, and what each filter would leave.

Of what fits the words (or of everything, newest first) at most 2,000 products are looked at, in one statement; filters,
their counts and the order are worked out from those. Only a list without words that is longer than that is ordered and
cut by the database; the counts beside it are then of its newest 2,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, String, Subquery, bindparam, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product, Variant
from store.catalog.search import repository as search
from store.catalog.search.asking import Asked
from store.catalog.search.models import SearchPrice
from store.catalog.search.repository import MOST
from store.catalog.search.service import mended
from store.money import exponent
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE
from store.storefront.cards import CURRENCY, HAS_PRICE, LISTED, ON_SALE, Card, Terms, cards_by_id, filled
from store.storefront.filters import Filters, Item, bands, narrow
from store.storefront.paging import PAGE, cut, read_key
from store.storefront.walking import read_page

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see. `within` is the collection whose page it is."""

    asked: Asked
    filters: Filters
    sort: str
    after: str | None = None
    within: int | None = None
    count: int = PAGE


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of cards; `after` is the key at which the next one goes on."""

    products: list[Card]
    total: int
    partly: bool
    """Whether there is more than was counted."""
    after: str | None
    counts: dict[str, dict[str, int]]
    shown: Asked
    """What was really looked for: other words than were asked, where those are nowhere."""


_THERE = (
    select(func.aggregate_strings(cast(Variant.position, String), ","))
    .select_from(Variant)
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
    .where(Variant.product_id == Product.id, or_(~Variant.stocked, AVAILABLE > 0))
    .correlate(Product)
    .scalar_subquery()
)
_SHELVES = (
    select(func.aggregate_strings(Collection.slug, ","))
    .select_from(CollectionProduct)
    .join(Collection, Collection.id == CollectionProduct.collection_id)
    .where(CollectionProduct.product_id == Product.id)
    .correlate(Product)
    .scalar_subquery()
)
_COLUMNS = (
    Product.published_at,
    SearchPrice.lowest,
    SearchPrice.cells,
    _THERE.label("there"),
    _SHELVES.label("shelves"),
)
"""Of an `Item`, behind id and tier."""
WITHIN = Product.id.in_(
    select(CollectionProduct.product_id).where(CollectionProduct.collection_id == bindparam("within"))
)


def browse(session: Session, terms: Terms, wish: Wish) -> Listing:
    """A page of what is asked for. Raises Invalid for a key that is none of ours.

    When nothing has a word, what has the likeliest other one is shown.
    """
    after = read_key(wish.after) if wish.after else None
    items, shown = _candidates(session, terms, wish.asked, wish.within), wish.asked
    if not items and wish.asked:
        for other in mended(session, wish.asked):
            if items := _candidates(session, terms, other, wish.within):
                shown = other
                break
    priced = bands(exponent(terms.currency))
    narrowed = narrow(items, wish.filters, priced)
    partly = len(items) >= MOST
    if wish.asked or not partly:
        ids, following = cut(narrowed.items, wish.sort, after, wish.count)
        rows = cards_by_id(session, ids, terms)
    else:
        rows, following = read_page(session, terms, wish.filters, wish.sort, after, wish.within, wish.count)
    total = min(len(narrowed.items), MOST_COUNTED) if partly else len(narrowed.items)
    return Listing(filled(session, rows, terms), total, partly, following, narrowed.counts, shown)


def first_matches(session: Session, terms: Terms, asked: Asked, count: int) -> list[Any]:
    """Rows of `LISTED` for the best matches: what a search box suggests."""
    on_sqlite = _on_sqlite(session)
    given = {**terms.bound, "count": count, **search.bound(asked, on_sqlite=on_sqlite)}
    return list(session.execute(_best(on_sqlite=on_sqlite), given))


def _candidates(session: Session, terms: Terms, asked: Asked, within: int | None) -> list[Item]:
    on_sqlite = _on_sqlite(session)
    bound = {**terms.bound, "within": within}
    if asked:
        bound |= search.bound(asked, on_sqlite=on_sqlite)
    query = _of(worded=bool(asked), within=within is not None, on_sqlite=on_sqlite)
    return [Item(*row) for row in session.execute(query, bound)]


@cache
def _of(*, worded: bool, within: bool, on_sqlite: bool) -> Select[Any]:
    """What is on sale and priced, of what fits the words if there are any, within a collection if there is one.

    Which products these are is settled first, in a statement of its own kind: only of those is all the rest looked up.
    """
    these = search.matches(on_sqlite=on_sqlite) if worded else _newest(within=within)
    priced = (SearchPrice.product_id == Product.id) & (SearchPrice.currency == CURRENCY)
    query = (
        select(Product.id, these.c.tier, *_COLUMNS)
        .select_from(these)
        .join(Product, Product.id == these.c.id)
        .join(SearchPrice, priced)
        .where(ON_SALE)
    )
    return query.where(WITHIN) if worded and within else query


def _newest(*, within: bool) -> Subquery:
    """(id, tier) of the newest of all, in the form of `search.matches`."""
    query = select(Product.id, literal(search.SHELF).label("tier")).where(ON_SALE, HAS_PRICE)
    if within:
        query = query.where(WITHIN)
    return query.order_by(Product.published_at.desc(), Product.id.desc()).limit(MOST).subquery("newest")


@cache
def _best(*, on_sqlite: bool) -> Select[Any]:
    matched = search.matches(on_sqlite=on_sqlite)
    query = LISTED.join(matched, matched.c.id == Product.id)
    return query.order_by(matched.c.tier.desc(), matched.c.id.desc()).limit(bindparam("count"))


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
