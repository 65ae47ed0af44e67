"""An order's page behind its private link, and a member's own orders."""

from __future__ import annotations

import hmac
from collections import Counter

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.cart import repository as bags
from store.cart import service as carts
from store.cart.views import holder, remember
from store.catalog.pictures import of_variants
from store.errors import NotFound
from store.mail.addresses import mail_key
from store.money import Money
from store.orders import repository
from store.orders.expected import expected_of
from store.orders.models import Order
from store.orders.numbers import number_of, private_link
from store.orders.presentation import state_label, view_checkout, view_order
from store.orders.schemas import FindIn
from store.web.access import members_only
from store.web.current import actor, db, now, reader, settings
from store.web.limits import limiter

blueprint = Blueprint("orders", __name__)

PAGE = 20
NOTHING_FOUND = "No order has this number and this address. Look at both again: they stand in the order mail."


@blueprint.get("/o/<link>")
@limiter.limit("60 per minute")
def private(link: str) -> str:
    """Whoever has the link may see the order: it was mailed to its buyer, and cannot be guessed."""
    return _page(_behind(link), url_for("orders.again", link=link))


def _behind(link: str) -> Order:
    number = number_of(link, settings().secret_key)
    order = repository.find_order(reader(), number) if number else None
    if order is None:
        raise NotFound("This link opens no order. Look for the newest mail about it.")
    return order


@blueprint.get("/orders/find")
def find() -> str:
    return _finding({}, {})


@blueprint.post("/orders/find")
@limiter.limit("10 per minute; 60 per hour")
def find_now() -> Answer:
    """Number and address must both be right; which of them is wrong is told to nobody."""
    typed = request.form.to_dict()
    try:
        wish = FindIn().load(typed)
    except ValidationError as refusal:
        return make_response(_finding(typed, refusal.messages_dict), 422)
    order = repository.find_order(reader(), wish["number"])
    if not hmac.compare_digest((order.email_key if order else "").encode(), mail_key(wish["email"]).encode()):
        return make_response(_finding(typed, {}, NOTHING_FOUND), 422)
    link = private_link(wish["number"], settings().secret_key)
    return redirect(url_for("orders.private", link=link), 303)


def _finding(typed: dict[str, str], errors: dict[str, list[str]], notice: str | None = None) -> str:
    form = {"values": typed, "errors": errors, "summary": [notice] if notice else []}
    return render_template("orders/find.html", form=form)


@blueprint.post("/o/<link>/again")
@limiter.limit("30 per minute")
def again(link: str) -> Answer:
    return _put_into_bag(_behind(link))


@blueprint.post("/account/orders/<number>/again")
@members_only
def own_again(number: str) -> Answer:
    return _put_into_bag(_own(number))


def _put_into_bag(order: Order) -> Answer:
    """What can still be had of an order goes into the bag; the bag's page says whether that was all of it."""
    wanted = Counter({line.variant_id: 0 for line in order.lines})
    for line in order.lines:
        wanted[line.variant_id] += line.quantity
    cart_id, count = carts.put_back(db(), holder(), wanted, settings().store_currency, now())
    in_bag = {line.variant_id: line.quantity for line in bags.list_lines(reader(), cart_id)}
    found = all(in_bag.get(variant_id, 0) >= quantity for variant_id, quantity in wanted.items())
    answer = redirect(url_for("cart.show", again="all" if found else "some"), 303)
    remember(answer, cart_id, count)
    return answer


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
    return _page(_own(number), url_for("orders.own_again", number=number))


def _own(number: str) -> Order:
    order = repository.find_order(reader(), number)
    if order is None or order.member_id != actor().member_id:
        raise NotFound("You have no such order. Your orders are listed in your account.")
    return order


def _page(order: Order, again_url: str) -> str:
    pictures = of_variants(reader(), [line.variant_id for line in order.lines])
    return render_template(
        "orders/private.html",
        order=view_order(order, pictures),
        expected=expected_of(order, now(), settings()),
        again_url=again_url,
    )
