"""The choices beside a list as links with true counts, and those that are on as chips that take them off. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from store.money import Money, show_price
from store.storefront.filters import FACETS, Band, Filters, alike, in_order
from store.storefront.paging import CHEAPEST, DEAREST, MATCH, NEWEST

NAMES = {"collection": "Collection", "size": "Size", "color": "Color", "price": "Price", "in_stock": "Availability"}
MOST_COUNTED = 1000
SORTS = {NEWEST: "Newest", CHEAPEST: "Price, low first", DEAREST: "Price, high first"}
BEST = "Best match"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a list is, with all that it is narrowed by: what is shared, and opened again, shows the same."""

    path: str
    query: Mapping[str, str]

    def but(self, **changes: str | None) -> str:
        """The address with these in the place of what was there; None takes one away. It begins at its first page."""
        query = {**self.query, **changes}
        kept = {name: value for name, value in query.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    @property
    def bare(self) -> str:
        """With no filter on; what was searched for stays."""
        return self.but(**dict.fromkeys(FACETS))


@dataclass(frozen=True, slots=True)
class Choice:
    """A value somebody may narrow a list by; the current one's link takes it off."""

    label: str
    url: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Labels:
    """How the values of filters are called: collections by title, prices in the shop's currency."""

    collections: Mapping[str, str]
    currency: str
    priced: tuple[Band, ...]

    def of(self, name: str, value: str) -> str:
        if name == "collection":
            return self.collections.get(value, value)
        if name == "in_stock":
            return "In stock"
        band = next((band for band in self.priced if band.key == value), None) if name == "price" else None
        return self.band(band) if band else value

    def band(self, band: Band) -> str:
        low, high = (show_price(Money(amount or 0, self.currency)) for amount in (band.low, band.high))
        if band.high is None:
            return f"{low} and up"
        return f"{low} to {high}" if band.low else f"Under {high}"


def count_label(count: int, *, partly: bool) -> str:
    """`12`; `12+` where there may be more than were looked at; never more than `1000+`."""
    return f"{min(count, MOST_COUNTED)}+" if partly or count > MOST_COUNTED else str(count)


def groups(
    counts: Mapping[str, Mapping[str, int]], filters: Filters, address: Address, labels: Labels, *, partly: bool
) -> list[Group]:
    """The rail. A facet that leaves no choice is left out, and so is every value that would leave nothing."""
    on = filters.on
    found = []
    for name in FACETS:
        if name == "collection" and "collection" not in address.query and address.path != "/products":
            continue  # the page is that of one collection already
        values = {value: count for value, count in counts[name].items() if count}
        if len(values) < 2 and name != "in_stock" and name not in on:
            continue
        choices = []
        for value in _ordered(name, values, labels):
            current = name in on and alike(value, on[name])
            url = address.but(**{name: None if current else value})
            choices.append(Choice(labels.of(name, value), url, count_label(values[value], partly=partly), current))
        if choices:
            found.append(Group(NAMES[name], choices))
    return found


def _ordered(name: str, values: Mapping[str, int], labels: Labels) -> list[str]:
    if name != "collection":
        return in_order(name, values, labels.priced)
    known = [slug for slug in labels.collections if slug in values]
    return known + sorted(set(values) - set(known))


def chips(filters: Filters, address: Address, labels: Labels) -> list[Choice]:
    """What is on, each with the address without it."""
    return [
        Choice(labels.of(name, value), address.but(**{name: None}), "", current=True)
        for name, value in filters.on.items()
    ]


def sorts(address: Address, current: str, *, worded: bool) -> list[dict[str, object]]:
    """The orders a list can stand in; the best match first only where something was searched for."""
    offered = ({MATCH: BEST} if worded else {}) | SORTS
    usual = next(iter(offered))
    return [
        {"label": label, "url": address.but(sort=None if key == usual else key), "current": key == current}
        for key, label in offered.items()
    ]
