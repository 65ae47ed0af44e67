"""Pages of a list too long to be looked at as a whole: ordered, filtered and cut by the database, from a key on."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import (
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    Variant,
    VariantPrice,
    VariantValue,
)
from store.catalog.search.documents import COLOR_NAMES, SIZE_NAMES
from store.catalog.search.models import SearchPrice
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE
from store.storefront.cards import CURRENCY, HAS_PRICE, ON_SALE, Terms, cards_of
from store.storefront.filters import OF_VARIANTS, Filters
from store.storefront.paging import CHEAPEST, DEAREST, NEWEST, PAGE, key_of, moment

WITHOUT_END = 2**62
VALUES = {"size": SIZE_NAMES, "color": COLOR_NAMES}
"""Filters that are values of options, with what the options may be called."""


def read_page(
    session: Session,
    terms: Terms,
    filters: Filters,
    sort: str,
    after: tuple[int, int] | None,
    within: int | None,
    count: int = PAGE,
) -> tuple[list[Any], str | None]:
    """Rows for `fill`, and the key for the next page if more follow."""
    sort = sort if sort in (CHEAPEST, DEAREST) else NEWEST
    bound: dict[str, object] = {**terms.bound, **filters.on, "within": within, "count": count + 1}
    if filters.price is not None:
        bound |= {"low": filters.price.low, "high": filters.price.high or WITHOUT_END}
    bound |= {name: str(bound[name]).lower() for name in ("size", "color") if name in bound}
    if after is not None:
        bound |= {"first": moment(after[0]) if sort == NEWEST else after[0], "last": after[1]}
    query = _page(sort, frozenset(filters.on), goes_on=after is not None, within=within is not None)
    rows = list(session.execute(query, bound))
    if len(rows) <= count:
        return rows, None
    last = rows[count - 1]
    return rows[:count], key_of(last.published_at if sort == NEWEST else last.lowest, last.id)


@cache
def _page(sort: str, on: frozenset[str], *, goes_on: bool, within: bool) -> Select[Any]:
    """The statement of a page: where the last one ended, `first` and `last` are its key.

    Its ids are found along one index, and only then what is shown of them: seeing it all at once, a planner sorts all.
    """
    first: BindParameter[Any] = bindparam("first")
    last: BindParameter[Any] = bindparam("last")
    by = Product.published_at if sort == NEWEST else SearchPrice.lowest
    number = Product.id if sort == NEWEST else SearchPrice.product_id
    if sort == CHEAPEST:
        order, beyond = (by.asc(), number.asc()), and_(by >= first, or_(by > first, number > last))
    else:
        order, beyond = (by.desc(), number.desc()), and_(by <= first, or_(by < first, number < last))
    ids = select(number.label("id"), by.label("by"))
    if sort == NEWEST:
        ids = ids.where(ON_SALE, HAS_PRICE)
    else:
        ids = ids.join(Product, Product.id == SearchPrice.product_id).where(ON_SALE, SearchPrice.currency == CURRENCY)
    ids = ids.where(*_conditions(on, within=within))
    page = (ids.where(beyond) if goes_on else ids).order_by(*order).limit(bindparam("count")).cte("page")
    sorted_by = (page.c.by.asc(), page.c.id.asc()) if sort == CHEAPEST else (page.c.by.desc(), page.c.id.desc())
    return cards_of(page).order_by(*sorted_by)


def _conditions(on: frozenset[str], *, within: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if within:
        shelf = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == bindparam("within"))
        conditions.append(Product.id.in_(shelf))
    if "collection" in on:
        other = select(CollectionProduct.product_id).join(Collection, Collection.id == CollectionProduct.collection_id)
        conditions.append(Product.id.in_(other.where(Collection.slug == bindparam("collection"))))
    for name, options in VALUES.items():
        if name in on:  # what has it at all; which of its variants is asked below, of those alone
            conditions.append(Product.id.in_(_labeled(select(Option.product_id), name, options)))
    if on & set(OF_VARIANTS):
        conditions.append(_some_variant(on))
    return conditions


def _some_variant(on: frozenset[str]) -> ColumnElement[bool]:
    """One variant fits all that is asked of variants."""
    fits = (
        select(Variant.id)
        .join(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == CURRENCY))
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Variant.product_id == Product.id)
    )
    if "price" in on:
        fits = fits.where(VariantPrice.amount >= bindparam("low"), VariantPrice.amount < bindparam("high"))
    if "in_stock" in on:
        fits = fits.where(or_(~Variant.stocked, AVAILABLE > 0))
    for name, options in VALUES.items():
        if name in on:
            mine = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
            has = _labeled(mine.join(OptionValue, OptionValue.id == VariantValue.value_id), name, options, joined=True)
            fits = fits.where(has.correlate(Variant).exists())
    return fits.correlate(Product).exists()


def _labeled(query: Select[Any], name: str, options: set[str], *, joined: bool = False) -> Select[Any]:
    """Narrowed to the values of an option that are labeled as the parameter `name` says, in small letters."""
    query = (
        query.join(Option, Option.id == OptionValue.option_id)
        if joined
        else query.join(OptionValue, OptionValue.option_id == Option.id)
    )
    return query.where(func.lower(Option.name).in_(sorted(options)), func.lower(OptionValue.label) == bindparam(name))
