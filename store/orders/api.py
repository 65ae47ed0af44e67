"""A member's own orders, for their programs."""

from __future__ import annotations

from typing import Any

from store.errors import NotFound
from store.orders import repository, resources
from store.orders.schemas import OrderList, OrderOut
from store.web.api.calls import Calls
from store.web.api.fields import PageIn
from store.web.api.paging import cut, number
from store.web.current import actor, reader

calls = Calls("orders", __name__, "Orders of whoever the token belongs to.")
SCOPE = "orders:read"


@calls.get("/orders", query=PageIn, answers=OrderList, scope=SCOPE)
def list_orders(query: dict[str, Any]) -> dict[str, Any]:
    """The newest first."""
    limit = query["limit"]
    found = repository.list_of_member(reader(), _member(), number(query["cursor"]), limit + 1)
    return cut(found, limit, lambda order: order.id, resources.order)


@calls.get("/orders/<order_number>", answers=OrderOut, scope=SCOPE)
def show_order(order_number: str) -> dict[str, Any]:
    """One of them, by its number."""
    found = repository.find_order(reader(), order_number)
    if found is None or found.member_id != _member():
        raise NotFound("There is no such order of yours.")
    return resources.order(found)


def _member() -> int:
    return actor().member_id or 0  # no member has that id; the scope was required before
