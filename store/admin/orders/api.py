"""Orders for staff's programs: a warehouse reads what is to go, and says what went; money goes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app

from store.actors import Permission
from store.admin.orders import programs
from store.fulfilment import service
from store.fulfilment.models import Shipment
from store.fulfilment.service import units_of
from store.orders import repository, resources
from store.orders.models import OrderLine
from store.orders.schemas import OrderList
from store.orders.search import Narrowed, View, list_orders
from store.orders.service import add_note
from store.payments.refunds.models import Refund
from store.payments.refunds.reserving import Asked
from store.payments.refunds.rules import UnitsBack, Wish
from store.payments.refunds.service import Refunds
from store.web.api.calls import Calls, Repeat
from store.web.api.replays import request_key
from store.web.current import actor, db, now, reader, rest

calls = Calls("admin_orders", __name__, "Orders: what was sold, what leaves, what goes back. For staff.")


@calls.get("/admin/orders", query=programs.OrdersIn, answers=OrderList, needs=(Permission.ORDERS_READ,))
def list_all(query: dict[str, Any]) -> dict[str, Any]:
    """The newest first, all of them or what fits."""
    narrowed = Narrowed(programs.STATES.get(query["state"]), query["since"], query["limit"])
    page = list_orders(reader(), View.ALL, query["q"], query["cursor"], narrowed)
    return {"items": [resources.order(order) for order in page.orders], "next": page.after}


@calls.get("/admin/orders/<number>", answers=programs.StaffOrderOut, needs=(Permission.ORDERS_READ,))
def show(number: str) -> dict[str, Any]:
    """One order with its timeline."""
    order = repository.get_order_by_number(reader(), number)
    return resources.order(order) | {"member": order.member_id, "timeline": order.events}


@calls.post(
    "/admin/orders/<number>/fulfilments", takes=programs.FulfilmentIn, answers=programs.FulfilmentOut,
    needs=(Permission.FULFILMENT_WRITE,), repeat=Repeat.NEEDS_KEY,
)  # fmt: skip
def ship(body: dict[str, Any], number: str) -> Shipment:
    """A parcel has left with these units of these lines; its buyer is told."""
    wanted = {line["id"]: line["quantity"] for line in body["lines"]}
    return service.ship(db(), actor(), number, wanted, body["carrier"], body["tracking"], request_key(), now())


@calls.post(
    "/admin/orders/<number>/notes", takes=programs.NoteIn, answers=programs.NoteOut, needs=(Permission.ORDERS_WRITE,)
)
def note(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Put a note on its timeline, for staff only."""
    add_note(db(), actor(), number, body["text"], request_key(), now())
    return {"order": number, "text": body["text"]}


@calls.post(
    "/admin/orders/<number>/refunds", takes=programs.RefundIn, answers=programs.RefundOut,
    needs=(Permission.REFUNDS_WRITE,), repeat=Repeat.NEEDS_KEY,
)  # fmt: skip
def refund(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Pay back units of lines, or an amount. Of a line, units that have not left come first.

    While Stripe does not answer the sum is set aside all the same, and sent as soon as it does: see its state.
    """
    order = repository.get_order_by_number(reader(), number)
    wish = Wish(_units(order.lines, body), body["shipping"], body["amount"] or 0)
    reason, words = programs.reason_and_note(body["reason"])
    rest()
    refunds: Refunds = current_app.extensions["refunds"]
    made: Refund = refunds.refund(actor(), Asked(number, wish, reason, words, request_key(), body["expected"]))
    return programs.refund(made)


def _units(lines: Sequence[OrderLine], body: dict[str, Any]) -> dict[int, UnitsBack]:
    left = {line.id: units_of(line).left for line in lines}
    wanted: dict[int, UnitsBack] = {}
    for line in body["lines"]:
        unsent = min(line["quantity"], left.get(line["id"], 0))
        wanted[line["id"]] = UnitsBack(unsent, line["quantity"] - unsent, body["restock"])
    return wanted
