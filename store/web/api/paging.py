"""Lists page by page: one more row than asked for is read, and where the last one stands is the next cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from store.errors import Invalid

Row = TypeVar("Row")
NO_SUCH = "There is no such page. Begin without a cursor."


def cut(
    found: Sequence[Row], limit: int, key: Callable[[Row], object], show: Callable[[Row], Any] | None = None
) -> dict[str, Any]:
    """`found` holds up to one more than `limit`; the next page goes on by `key`, `show` is what is told of a row."""
    page = found[:limit]
    more = len(found) > limit
    return {"items": [show(row) for row in page] if show else page, "next": str(key(page[-1])) if more else None}


def number(cursor: str | None) -> int | None:
    """A cursor that is a row's number. Raises Invalid for one that is none of ours."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid(NO_SUCH, {"cursor": [NO_SUCH]})
    return int(cursor)
