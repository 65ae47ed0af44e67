"""The shelf for staff's programs: what there is, and what came, went or was counted."""

from __future__ import annotations

from typing import Any

from store.actors import Permission
from store.admin.stock.programs import MovementIn, MovementOut, StockIn, StockList, stocked
from store.catalog.repository import owners_of_skus
from store.errors import NotFound
from store.stock import service
from store.stock.models import MovementKind
from store.stock.reports import Show, get_stocked, list_stock
from store.web.api.calls import Calls, Repeat
from store.web.api.paging import cut, number
from store.web.api.replays import request_key
from store.web.current import actor, db, now, reader, settings

calls = Calls("admin_stock", __name__, "Stock: what is on the shelf. For staff.")


@calls.get("/admin/stock", query=StockIn, answers=StockList, needs=(Permission.STOCK_READ,))
def list_levels(query: dict[str, Any]) -> dict[str, Any]:
    """What is counted, in the order of its titles."""
    limit, low = query["limit"], settings().low_stock
    found = list_stock(reader(), query["q"], Show(query["show"]), low, number(query["cursor"]), limit + 1)
    return cut(found, limit, lambda item: item.variant_id, stocked)


@calls.post(
    "/admin/stock/<sku>/movements", takes=MovementIn, answers=MovementOut,
    needs=(Permission.STOCK_WRITE,), repeat=Repeat.NEEDS_KEY,
)  # fmt: skip
def move(body: dict[str, Any], sku: str) -> dict[str, Any]:
    """Put a delivery on the shelf, correct it, or believe a count."""
    variant_id = owners_of_skus(reader(), [sku]).get(sku)
    if variant_id is None:
        raise NotFound("Nothing has this sku.")
    written = {"reason": body["reason"], "request_key": request_key(), "now": now()}
    kind, quantity = MovementKind(body["kind"]), body["quantity"]
    if kind is MovementKind.RECEIVE:
        moved = service.receive(db(), actor(), variant_id, quantity, **written)
    elif kind is MovementKind.ADJUST:
        moved = service.adjust(db(), actor(), variant_id, quantity, **written)
    else:
        moved = service.count(db(), actor(), variant_id, quantity, body["expected_on_hand"], **written)
    with db().reader() as fresh:
        level = get_stocked(fresh, variant_id).level
    return {"id": moved.movement_id, "kind": kind.value, "quantity": moved.quantity, "level": level}
