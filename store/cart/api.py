"""Bags for programs. A guest's is whoever's that knows its id; a member's opens to their token alone."""

from __future__ import annotations

from typing import Any

from store.cart import repository, resources, service
from store.cart.models import Cart
from store.cart.schemas import CartOut, DestinationIn, LineIn, QuantityIn
from store.cart.service import Holder
from store.errors import Invalid, NotFound
from store.pricing.repository import find_destination
from store.web.api.calls import Calls
from store.web.api.replays import has_taken_effect
from store.web.current import actor, db, now, reader, settings

calls = Calls("carts", __name__, "Carts: what somebody is about to buy.")


def own(cart_id: str) -> Cart:
    """Raises NotFound for a cart there is not, or that is another member's."""
    with db().reader() as fresh:
        cart = repository.find_own(fresh, cart_id, actor().member_id)
    if cart is None:
        raise NotFound("There is no such cart.")
    return cart


@calls.post("/carts", answers=CartOut, limit="60 per minute")
def create_cart() -> dict[str, Any]:
    """A new cart; with a token, the cart of its owner."""
    return _told(service.begin(db(), Holder(None, actor().member_id), now()))


@calls.get("/carts/<cart_id>", answers=CartOut)
def show_cart(cart_id: str) -> dict[str, Any]:
    """A cart as it stands now, with what it would cost."""
    return _told(cart_id)


@calls.post("/carts/<cart_id>/lines", takes=LineIn, answers=CartOut)
def add_line(body: dict[str, Any], cart_id: str) -> dict[str, Any]:
    """Put so many of a variant in, beside those that are there."""
    cart = own(cart_id)
    whose, currency = Holder(cart.id, cart.member_id), settings().store_currency
    service.add(db(), whose, body["variant"], body["quantity"], currency, now(), is_repeated=has_taken_effect)
    return _told(cart_id)


@calls.patch("/carts/<cart_id>/lines/<id:line_id>", takes=QuantityIn, answers=CartOut)
def change_line(body: dict[str, Any], cart_id: str, line_id: int) -> dict[str, Any]:
    """Let a line be so many."""
    return _change(cart_id, line_id, body["quantity"])


@calls.delete("/carts/<cart_id>/lines/<id:line_id>", answers=CartOut)
def remove_line(cart_id: str, line_id: int) -> dict[str, Any]:
    """Take a line out."""
    return _change(cart_id, line_id, 0)


@calls.put("/carts/<cart_id>/destination", takes=DestinationIn, answers=CartOut)
def set_destination(body: dict[str, Any], cart_id: str) -> dict[str, Any]:
    """Say where it goes, so that delivery is part of the quote."""
    cart, country = own(cart_id), body["country"]
    check_rate(country, body["shipping_rate"])
    service.send_to(db(), cart.id, country, body["region"], body["postal_code"], settings().store_currency, now())
    return _told(cart_id)


def check_rate(country: str, rate_id: str | None) -> None:
    """Raises Invalid for a rate that does not lead there."""
    if rate_id is None:
        return
    goes_to = find_destination(reader(), country, settings().store_currency)
    if goes_to is None or str(goes_to.rate_id) != rate_id:
        sentence = "This rate does not lead there. Choose one of the cart's shipping_rates."
        raise Invalid(sentence, {"shipping_rate": [sentence]})


def _change(cart_id: str, line_id: int, quantity: int) -> dict[str, Any]:
    currency = settings().store_currency
    service.change(db(), own(cart_id).id, line_id, quantity, currency, now(), is_repeated=has_taken_effect)
    return _told(cart_id)


def _told(cart_id: str) -> dict[str, Any]:
    cart = own(cart_id)
    with db().reader() as fresh:
        return resources.bag(fresh, cart, settings().store_currency, now())
