"""In which order lists stand, and the key at which the next page goes on: never a count of what was skipped. Pure.

A key is what the last item is sorted by, and its id: `3400-17`. It stays right while things come and go before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from store.clock import from_epoch
from store.errors import Invalid
from store.storefront.filters import Item

PAGE = 24
MATCH, NEWEST, CHEAPEST, DEAREST = "match", "newest", "price", "-price"
NO_SUCH_PAGE = "This page of the catalog does not exist. Start from its first page."
LAST_SECOND = 32_000_000_000

_BY: dict[str, Callable[[Item], Any]] = {
    MATCH: lambda item: (item.tier, item.id),
    NEWEST: lambda item: (item.at, item.id),
    CHEAPEST: lambda item: (item.lowest, item.id),
    DEAREST: lambda item: (item.lowest, item.id),
}


def cut(
    items: Iterable[Item], sort: str, after: tuple[int, int] | None, count: int = PAGE
) -> tuple[list[int], str | None]:
    """The ids of the page behind `after`, and the key for the next one if more follow."""
    by, falls = _BY[sort], sort != CHEAPEST
    keys = sorted(map(by, items), reverse=falls)
    if after is not None:
        last = (moment(after[0]) if sort == NEWEST else after[0], after[1])
        keys = [key for key in keys if (key < last if falls else key > last)]
    page = keys[:count]
    return [key[1] for key in page], key_of(*page[-1]) if len(keys) > count else None


def key_of(first: datetime | int, last: int) -> str:
    return f"{micros(first) if isinstance(first, datetime) else first}-{last}"


def read_key(after: str) -> tuple[int, int]:
    """What a key says. Raises Invalid for one that is none of ours."""
    first, _, last = after.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (first, last)):
        raise Invalid(NO_SUCH_PAGE)
    return int(first), int(last)


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - from_epoch(0)) // timedelta(microseconds=1)


def moment(of_micros: int) -> datetime:
    seconds, rest = divmod(of_micros, 1_000_000)
    return from_epoch(min(seconds, LAST_SECOND)).replace(microsecond=rest)
