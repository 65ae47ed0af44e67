"""Buying for programs: the cart is held, Stripe's page takes the money, and anybody with its id asks how it stands."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import ValidationError

from store.cart import contents
from store.cart.api import check_rate, own
from store.checkout.schemas import CheckoutIn, CheckoutOut, PlacedOut
from store.checkout.taking import ADDRESS, Buyer, Placing
from store.checkout.views import checkouts
from store.errors import NotFound
from store.money import Money
from store.orders import repository as orders
from store.pricing.repository import find_destination
from store.web.api.calls import Calls, Repeat
from store.web.api.replays import request_key
from store.web.current import db, now, reader, rest, settings
from store.web.limits import network

calls = Calls("checkout", __name__, "Checkout: from a cart to a payment.")


@calls.post(
    "/carts/<cart_id>/checkout", takes=CheckoutIn, answers=PlacedOut, repeat=Repeat.NEEDS_KEY, limit="30 per minute"
)
def place(body: dict[str, Any], cart_id: str) -> dict[str, Any]:
    """Hold what is in the cart, and have Stripe take the money on the page at `url`.

    Sold out, another price than `expected_total`, nothing in the cart: 409, and nothing is held.
    """
    cart = own(cart_id)
    placing = Placing(cart.id, _buyer(cart.id, body), request_key(), body["expected_total"], cart.member_id)
    rest()
    placed = checkouts().place(placing)
    with db().reader() as fresh:
        checkout = orders.get_checkout(fresh, placed.checkout_id)
        public_url = settings().public_url
        return {
            "id": checkout.id,
            "url": placed.url or public_url + url_for("checkout.success", checkout=checkout.id),
            "expires_at": checkout.hold_ends_at,
            "total": Money(checkout.total, checkout.currency),
        }


@calls.get("/checkouts/<checkout_id>", answers=CheckoutOut)
def show_checkout(checkout_id: str) -> dict[str, Any]:
    """How a checkout stands. Its id is the right to ask."""
    checkout = orders.find_checkout(reader(), checkout_id)
    if checkout is None:
        raise NotFound("There is no such checkout.")
    order = orders.find_order_of_checkout(reader(), checkout.id)
    return {"state": checkout.state.value, "order": order.number if order else None}


def _buyer(cart_id: str, body: dict[str, Any]) -> Buyer:
    address = body["shipping_address"]
    bag = contents.read(reader(), cart_id, settings().store_currency, now())
    if bag.is_shipped and address is None:
        raise ValidationError({"shipping_address": ["Where does the parcel go?"]})
    if not bag.is_shipped:
        address = None
    if address is not None:
        if find_destination(reader(), address["country"], settings().store_currency) is None:
            raise ValidationError({"shipping_address": {"country": ["We do not ship there yet."]}})
        check_rate(address["country"], body["shipping_rate"])
    return Buyer(email=body["email"], network=network(), **{field: (address or {}).get(field) for field in ADDRESS})
