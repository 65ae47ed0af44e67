"""List envelopes: newest first, cursors, `created` windows, plain filters.

Source: Stripe's API reference, "Pagination".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store.sandbox.account import Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, missing, unsupported

PAGING = {"created", "ending_before", "expand", "limit", "starting_after"}
WINDOW: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def envelope(data: list[Body], url: str, has_more: bool) -> Body:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def listing(
    call: Call,
    kind: str,
    url: str,
    filters: tuple[str, ...] = (),
    keep: Callable[[Body], bool] = lambda _: True,
    kept_by: tuple[str, ...] = (),
) -> Body:
    """A page of the account's objects of `kind` whose members equal the parameters named by `filters`.

    `keep` decides by the parameters named in `kept_by`; any other filter is refused, for ignoring
    it would list too much.
    """
    for name in call.params:
        if name not in PAGING and name not in filters and name not in kept_by:
            raise unsupported(name)
    wanted = {name: call.params[name] for name in filters if name in call.params}

    def fits(body: Body) -> bool:
        equal = all(body.get(name) == value for name, value in wanted.items())
        return equal and in_window(body, call.params.get("created")) and keep(body)

    return page(call.account.newest_first(kind), call.params, url, fits)


def in_window(body: Body, created: dict[str, int] | int | None) -> bool:
    if created is None:
        return True
    if isinstance(created, int):
        return bool(body["created"] == created)
    return all(WINDOW[name](body["created"], bound) for name, bound in created.items())


def page(rows: list[Body], params: dict[str, Any], url: str, fits: Callable[[Body], bool] = lambda _: True) -> Body:
    """One page of `rows`, which are newest first.

    The cursor is a place among all rows, also when the row it names no longer fits the filter;
    `ending_before` gives the rows just above it, still newest first.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError("Invalid integer: limit is from 1 to 100", code="parameter_invalid_integer", param="limit")
    if "starting_after" in params and "ending_before" in params:
        raise ApiError("Give either starting_after or ending_before.", param="ending_before")
    if "ending_before" in params:
        above = [row for row in rows[: _position(rows, params, "ending_before")] if fits(row)]
        return envelope(above[-limit:], url, len(above) > limit)
    if "starting_after" in params:
        rows = rows[_position(rows, params, "starting_after") + 1 :]
    rows = [row for row in rows if fits(row)]
    return envelope(rows[:limit], url, len(rows) > limit)


def _position(rows: list[Body], params: dict[str, Any], cursor: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == params[cursor]:
            return position
    raise missing("object", params[cursor], cursor)
