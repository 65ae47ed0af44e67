"""What a list is narrowed by, and how many things each further choice would leave. Pure.

A product fits when one of its variants fits all of what is asked of variants: size, color, price and being there.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from store.catalog.search.documents import Cell, read_cells

LONGEST = 60
FACETS = ("collection", "size", "color", "price", "in_stock")
OF_VARIANTS = ("size", "color", "price", "in_stock")
WHOLE, CENTS_LIKE = 25, 2500
SIZES = ("xxs", "xs", "s", "m", "l", "xl", "2xl", "xxl", "3xl", "xxxl", "4xl", "5xl")


@dataclass(frozen=True, slots=True)
class Band:
    """Prices from `low` to just below `high`, in minor units; `key`, as addresses have it, is in the currency's own."""

    key: str
    low: int
    high: int | None

    def holds(self, amount: int) -> bool:
        return self.low <= amount and (self.high is None or amount < self.high)


def bands(decimals: int) -> tuple[Band, ...]:
    """Four bands that suit things to wear and records: for dollars, below 25, to 50, to 100, and above."""
    unit = 10**decimals
    step = WHOLE if decimals else CENTS_LIKE
    edges = [0, step, 2 * step, 4 * step]
    closed = [Band(f"{low}-{high}", low * unit, high * unit) for low, high in itertools.pairwise(edges)]
    return (*closed, Band(f"{edges[-1]}-", edges[-1] * unit, None))


@dataclass(frozen=True, slots=True)
class Filters:
    """What is on; None is what is not. Size and color are compared without regard to capitals."""

    collection: str | None = None
    size: str | None = None
    color: str | None = None
    price: Band | None = None
    in_stock: bool = False

    @property
    def on(self) -> dict[str, str]:
        """The filters that are on, by name, as addresses have them."""
        found: dict[str, str] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value:
                found[field.name] = value.key if isinstance(value, Band) else "1" if value is True else value
        return found

    def without(self, name: str) -> Filters:
        off: dict[str, Any] = {name: False if name == "in_stock" else None}
        return replace(self, **off)


def read_filters(given: Mapping[str, str], priced: Iterable[Band]) -> Filters:
    """Filters as an address has them; what is empty, and prices that are none of ours, are left out."""
    texts = {name: "".join(filter(str.isprintable, given.get(name, "")[:LONGEST])).strip() or None for name in FACETS}
    return Filters(
        collection=texts["collection"],
        size=texts["size"],
        color=texts["color"],
        price=next((band for band in priced if band.key == texts["price"]), None),
        in_stock=texts["in_stock"] == "1",
    )


class Item(NamedTuple):
    """A product that may be shown. `cells` and `there` are its variants, and the positions of those that can be had.

    A plain tuple: there may be two thousand of them for one page.
    """

    id: int
    tier: int
    at: datetime
    """When it appeared."""
    lowest: int
    cells: str
    there: str | None
    shelves: str | None
    """The slugs of its collections, comma-separated."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What fits, and for each facet how many there would be with each of its values instead of the one that is on."""

    items: list[Item]
    counts: dict[str, dict[str, int]]


Reach = frozenset[tuple[str, str]]
"""Facets of variants with those of their values with which a product would fit all other filters."""
Reacher = Callable[[str, str | None], tuple[bool, Reach]]
REMEMBERED, OF_FILTERS = 4096, 8
"""Products whose reach is known, for the filters that were on of late: it changes only with their variants, and to
find it anew took half the time of a list."""


def narrow(items: Iterable[Item], filters: Filters, priced: tuple[Band, ...]) -> Narrowed:
    """Those that fit, in their order, and what each other choice would leave."""
    reach_of = _reacher(filters, priced)
    on_shelves: Counter[str] = Counter()
    alike_ones: Counter[tuple[bool, Reach]] = Counter()
    fitting = []
    for item in items:
        found = reach_of(item.cells, item.there)
        shelves = item.shelves or ""
        if found[0]:
            on_shelves[shelves] += 1
        if filters.collection is not None and filters.collection not in shelves.split(","):
            continue
        alike_ones[found] += 1
        if found[0]:
            fitting.append(item)
    return Narrowed(fitting, _counts(on_shelves, alike_ones))


def _counts(on_shelves: Counter[str], alike_ones: Counter[tuple[bool, Reach]]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for shelves, many in on_shelves.items():
        for shelf in filter(None, shelves.split(",")):
            counted["collection"][shelf] += many
    for (_, reach), many in alike_ones.items():
        for name, value in reach:
            counted[name][value] += many
    return {name: dict(counter) for name, counter in counted.items()}


@lru_cache(maxsize=OF_FILTERS)
def _reacher(filters: Filters, priced: tuple[Band, ...]) -> Reacher:
    """What tells, of variants and of the positions of those that can be had, whether they fit, and their reach.

    A variant that fails one filter alone could be had with another value of that.
    """

    @lru_cache(maxsize=REMEMBERED)
    def reach_of(cells: str, there: str | None) -> tuple[bool, Reach]:
        positions = set(there.split(",")) if there else set()
        reach = set()
        some_fit = False
        for cell in read_cells(cells):
            is_there = str(cell.position) in positions
            fails = _failing(cell, is_there, filters)
            some_fit = some_fit or not fails
            for name in OF_VARIANTS if not fails else fails if len(fails) == 1 else ():
                if (value := _value(name, cell, is_there, priced)) is not None:
                    reach.add((name, value))
        return some_fit, frozenset(reach)

    return reach_of


def _failing(cell: Cell, is_there: bool, filters: Filters) -> list[str]:
    failing = []
    if filters.size is not None and not alike(cell.size, filters.size):
        failing.append("size")
    if filters.color is not None and not alike(cell.color, filters.color):
        failing.append("color")
    if filters.price is not None and not filters.price.holds(cell.amount):
        failing.append("price")
    if filters.in_stock and not is_there:
        failing.append("in_stock")
    return failing


def _value(name: str, cell: Cell, is_there: bool, priced: tuple[Band, ...]) -> str | None:
    if name == "size":
        return cell.size
    if name == "color":
        return cell.color
    if name == "in_stock":
        return "1" if is_there else None
    return next((band.key for band in priced if band.holds(cell.amount)), None)


def alike(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def in_order(name: str, values: Iterable[str], priced: tuple[Band, ...]) -> list[str]:
    """A facet's values as a rail lists them: sizes from small to large, prices from low to high, colors by name."""
    if name == "size":
        return sorted(values, key=_size_rank)
    if name == "price":
        keys = [band.key for band in priced]
        return sorted(values, key=keys.index)
    return sorted(values, key=str.casefold)


def _size_rank(label: str) -> tuple[int, int, str]:
    small = label.casefold()
    if small in SIZES:
        return 0, SIZES.index(small), ""
    return (1, int(small), "") if small.isascii() and small.isdigit() and len(small) < 10 else (2, 0, small)
