"""List envelopes: newest first, cursors, `created` windows, plain filters.

Source: Stripe's API reference, "Pagination".
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from store.sandbox.account import ALWAYS, Body, Window
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, missing, unsupported

PAGING = {"created", "ending_before", "expand", "limit", "starting_after"}


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
    it would list too much. The cursor is a place among all objects, also when the one it names no
    longer fits; `ending_before` gives those just above it, still newest first.
    """
    params = call.params
    for name in params:
        if name not in PAGING and name not in filters and name not in kept_by:
            raise unsupported(name)
    limit, cursor = _limit(params), _cursor(params)
    wanted = {name: params[name] for name in filters if name in params}

    def fits(body: Body) -> bool:
        return all(body.get(name) == value for name, value in wanted.items()) and keep(body)

    place = call.account.place_of(kind, params[cursor], cursor) if cursor else None
    upwards = cursor == "ending_before"
    rows = call.account.walk(kind, past=place, upwards=upwards, created=window(params.get("created")))
    found = list(islice(filter(fits, rows), limit + 1))
    data = found[:limit][::-1] if upwards else found[:limit]
    return envelope(data, url, len(found) > limit)


def window(created: dict[str, int] | int | None) -> Window:
    """First and last second that `created` allows."""
    if created is None:
        return ALWAYS
    if isinstance(created, int):
        return created, created
    first = max(created.get("gte", ALWAYS[0]), created.get("gt", ALWAYS[0] - 1) + 1)
    last = min(created.get("lte", ALWAYS[1]), created.get("lt", ALWAYS[1] + 1) - 1)
    return first, last


def page(items: list[Body], params: dict[str, Any], url: str) -> Body:
    """One page of a list that belongs to an object, in the list's own order."""
    limit, cursor = _limit(params), _cursor(params)
    if cursor is None:
        return envelope(items[:limit], url, len(items) > limit)
    ids = [item["id"] for item in items]
    if params[cursor] not in ids:
        raise missing("object", params[cursor], cursor)
    place = ids.index(params[cursor])
    if cursor == "ending_before":
        return envelope(items[max(0, place - limit) : place], url, place > limit)
    rest = items[place + 1 :]
    return envelope(rest[:limit], url, len(rest) > limit)


def _limit(params: dict[str, Any]) -> int:
    limit: int = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError("Invalid integer: limit is from 1 to 100", code="parameter_invalid_integer", param="limit")
    return limit


def _cursor(params: dict[str, Any]) -> str | None:
    given = [name for name in ("starting_after", "ending_before") if name in params]
    if len(given) > 1:
        raise ApiError("Give either starting_after or ending_before.", param="ending_before")
    return given[0] if given else None
