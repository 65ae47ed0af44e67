"""An order's page behind its private link, and a member's own orders."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from store.catalog.pictures import of_variants
from store.errors import NotFound
from store.money import Money
from store.orders import repository
from store.orders.models import Order
from store.orders.numbers import number_of
from store.orders.presentation import state_label, view_checkout, view_order
from store.web.access import members_only
from store.web.current import actor, reader, settings
from store.web.limits import limiter

blueprint = Blueprint("orders", __name__)

PAGE = 20


@blueprint.get("/o/<link>")
@limiter.limit("60 per minute")
def private(link: str) -> str:
    """Whoever has the link may see the order: it was mailed to its buyer, and cannot be guessed."""
    number = number_of(link, settings().secret_key)
    order = repository.find_order(reader(), number) if number else None
    if order is None:
        raise NotFound("This link opens no order. Look for the newest mail about it.")
    return _page(order)


@blueprint.get("/account/orders")
@members_only
def own() -> str:
    """The newest first; `after` is the id at which the next page goes on."""
    after = request.args.get("after", "")
    before_id = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None
    found = repository.list_of_member(reader(), actor().member_id or 0, before_id, PAGE + 1)
    orders = [
        {
            "number": order.number,
            "placed_at": order.placed_at,
            "state": state_label(order),
            "total": Money(order.total, order.currency),
            "titles": [line.title for line in order.lines],
            "units": sum(line.quantity for line in order.lines),
        }
        for order in found[:PAGE]
    ]
    older = url_for("orders.own", after=found[PAGE - 1].id) if len(found) > PAGE else None
    awaited = [] if before_id else repository.list_awaited(reader(), actor().member_id or 0, PAGE)
    on_their_way = [{"id": one.id, "placed_at": one.created_at, **view_checkout(one)} for one in awaited]
    return render_template("orders/own.html", orders=orders, older_url=older, awaited=on_their_way)


@blueprint.get("/account/orders/<number>")
@members_only
def own_order(number: str) -> str:
    """A member's own order; anybody else's is as if it were not there."""
    order = repository.find_order(reader(), number)
    if order is None or order.member_id != actor().member_id:
        raise NotFound("You have no such order. Your orders are listed in your account.")
    return _page(order)


def _page(order: Order) -> str:
    pictures = of_variants(reader(), [line.variant_id for line in order.lines])
    return render_template("orders/private.html", order=view_order(order, pictures))
