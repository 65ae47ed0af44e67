"""The till: one page before Stripe's, and the pages people come back to."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.cart.contents import Bag
from store.cart.views import destination, holder, own_bag, own_cart_id, remember
from store.catalog.pictures import of_variants
from store.checkout.presentation import faults, typed_before, view_quote
from store.checkout.schemas import BuyerIn, ShippedIn
from store.checkout.service import Checkouts, Placed, Returned
from store.checkout.taking import ADDRESS, Buyer, Placing, price
from store.errors import Conflict, Invalid, NotFound, Unavailable
from store.mail.typos import likely_meant
from store.orders import repository as orders
from store.orders.expected import expected_of
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout
from store.orders.numbers import private_link
from store.orders.presentation import view_order
from store.pricing.countries import country_name
from store.pricing.repository import list_destinations
from store.web import cookies
from store.web.current import actor, db, now, reader, rest, settings
from store.web.limits import limiter, network

blueprint = Blueprint("checkout", __name__)


REMEMBERED = timedelta(days=1)
"""How long the till remembers an address of a bag that was not paid."""
ENDED_UNPAID = (CheckoutState.EXPIRED, CheckoutState.CANCELLED)


def checkouts() -> Checkouts:
    """The use cases of a checkout. They may wait for Stripe, and keep no connection of this request's meanwhile."""
    rest()
    found: Checkouts = current_app.extensions["checkouts"]
    return found


@blueprint.get("/checkout")
def details() -> Answer | str:
    bag = own_bag()
    if not bag.can_check_out:
        return redirect(url_for("cart.show"), 303)
    asked = {"country": request.args["country"]} if request.args.get("country") else {}
    before = orders.find_unpaid_checkout(reader(), own_cart_id() or "", now() - REMEMBERED)
    return _form(bag, typed_before(before) | asked, {})


@blueprint.post("/checkout/check")
@limiter.limit("120 per minute")
def check() -> Answer:
    """What a script asks when somebody leaves a field: the sentences of the form, and nothing is kept."""
    typed = request.form.to_dict()
    meant = likely_meant(typed.get("email", ""))
    return jsonify(faults=faults(typed, is_shipped="line1" in typed), meant=meant)


@blueprint.post("/checkout")
@limiter.limit("30 per minute")
def place() -> Answer:
    bag, sent = own_bag(), request.form.to_dict()
    if sent.get("use_email"):
        sent |= {"email": sent["use_email"], "action": "update"}
    if not bag.lines:
        return _repeated(sent.get("form_token", ""))
    try:
        wish = (ShippedIn if bag.is_shipped else BuyerIn)().load(sent)
    except ValidationError as refusal:
        if sent.get("action") == "update":
            return make_response(_form(bag, sent, {}))
        return make_response(_form(bag, sent, refusal.messages_dict), 422)
    if wish["action"] == "update":
        return make_response(_form(bag, sent, {}))
    return _place(bag, sent, wish)


def _place(bag: Bag, sent: dict[str, str], wish: dict[str, Any]) -> Answer:
    buyer = Buyer(email=wish["email"], network=network(), **{field: wish.get(field) for field in ADDRESS})
    placing = Placing(own_cart_id() or "", buyer, wish["form_token"], wish["expected_total"], actor().member_id)
    try:
        return _onwards(checkouts().place(placing))
    except Invalid as refusal:
        return make_response(_form(own_bag(), sent, refusal.fields), 422)
    except Conflict as refusal:
        notice = " ".join([str(refusal), *refusal.problems])
        return make_response(_form(own_bag(), sent, {}, notice), 409)
    except Unavailable as refusal:
        return make_response(_form(own_bag(), sent, {}, str(refusal)), 503)


def _repeated(form_token: str) -> Answer:
    """An empty bag at the till: what was in it may have been bought by this very form, which then shows its outcome."""
    cart_id = own_cart_id()
    bought = orders.find_checkout_by_request(reader(), cart_id, form_token) if cart_id else None
    return _onwards(Placed(bought.id, None)) if bought else redirect(url_for("cart.show"), 303)


def _onwards(placed: Placed) -> Answer:
    """To Stripe's page, or, when there is nothing left to pay there, to ours."""
    return redirect(placed.url or url_for("checkout.success", checkout=placed.checkout_id), 303)


def _form(bag: Bag, sent: dict[str, str], errors: dict[str, list[str]], notice: str | None = None) -> str:
    currency = settings().store_currency
    countries = [destination.country for destination in list_destinations(reader(), currency)]
    country = next(
        (code for code in (sent.get("country"), settings().store_country, *countries) if code in countries), None
    )
    offer = price(reader(), bag, country, currency)
    values = {
        "email": actor().email,
        "country": country,
        **{name: text for name, text in sent.items() if name != "country"},
    }
    return render_template(
        "checkout/details.html",
        form={"values": values, "errors": errors, "summary": []},
        quote=view_quote(bag, offer),
        countries=[{"code": code, "name": country_name(code)} for code in countries],
        needs_address=bag.is_shipped,
        dates=destination(bag, country)["dates"],
        meant=likely_meant(values.get("email") or "") if "email" in errors else None,
        form_token=sent.get("form_token") if errors else secrets.token_urlsafe(18),
        expected_total=offer.total,
        for_members=offer.total == 0 and actor().member_id is None,
        notice=notice,
    )


def bring_along(member_id: int, answer: Answer) -> None:
    """Whoever signs in takes their bag along; from then on it is found by who they are."""
    brought = checkouts().bring_along(cookies.bag_id(), member_id)
    if brought.moved:
        cookies.forget_bag(answer)
    cookies.remember_count(answer, brought.count)


@blueprint.get("/checkout/success")
@limiter.limit("60 per minute")
def success() -> Answer:
    """Where Stripe sends people back to, and free orders lead. Only the bag or member that placed an order sees it."""
    stripe_id, checkout_id = request.args.get("session_id", ""), request.args.get("checkout", "")
    try:
        if stripe_id:
            returned = checkouts().settle_return(own_cart_id(), stripe_id)
        else:
            returned = Returned(_own_checkout(checkout_id))
    except NotFound:
        return make_response(render_template("checkout/success.html", state="unknown"))
    answer = make_response(_return_page(returned.checkout, is_sure=returned.is_sure))
    count = own_bag().count  # what was bought is no longer in it
    cookies.remember_count(answer, count)
    return answer


def _own_checkout(checkout_id: str) -> Checkout:
    checkout = orders.find_checkout(reader(), checkout_id)
    if checkout is None or not _is_own(checkout):
        raise NotFound("Paid orders are confirmed by mail.")
    return checkout


def _is_own(checkout: Checkout) -> bool:
    by_member = checkout.member_id is not None and checkout.member_id == actor().member_id
    return by_member or checkout.cart_id == own_cart_id()


def _return_page(checkout: Checkout, *, is_sure: bool) -> str:
    with db().reader() as fresh:
        order = orders.find_order_of_checkout(fresh, checkout.id)
    if order is not None:
        link = url_for("orders.private", link=private_link(order.number, settings().secret_key))
        pictures = of_variants(reader(), [line.variant_id for line in order.lines])
        return render_template(
            "checkout/success.html",
            state="paid",
            order=view_order(order, pictures),
            expected=expected_of(order, now(), settings()),
            order_url=link,
            may_join=actor().member_id is None,
        )
    if checkout.state in ENDED_UNPAID and checkout.bag_taken_at is not None:
        return render_template("checkout/success.html", state="failed", checkout_id=checkout.id)
    state = {
        CheckoutState.OPEN: "open" if is_sure else "unsure",
        CheckoutState.AWAITING_PAYMENT: "awaiting",
        CheckoutState.QUARANTINED: "awaiting",
    }.get(checkout.state, "expired")
    return render_template("checkout/success.html", state=state, resume_url=url_for("checkout.resume"))


@blueprint.get("/checkout/resume")
@limiter.limit("30 per minute")
def resume() -> Answer:
    """Back to the open payment page; changes nothing but where the browser is."""
    bag = own_cart_id()
    if bag is None:
        raise NotFound("There is no payment to go back to.")
    return _onwards(checkouts().resume(bag))


@blueprint.get("/checkout/again/<checkout_id>")
@limiter.limit("30 per minute")
def again(checkout_id: str) -> str:
    """Where the mail about a failed payment leads: the lines, and a button that puts them back."""
    checkout = orders.get_checkout(reader(), checkout_id)
    if checkout.state not in ENDED_UNPAID:
        raise NotFound("This checkout has not failed. Look for the newest mail about it.")
    return render_template("checkout/again.html", lines=checkout.lines, checkout_id=checkout_id)


@blueprint.post("/checkout/again/<checkout_id>")
@limiter.limit("30 per minute")
def put_back(checkout_id: str) -> Answer:
    cart_id, count = checkouts().put_back(holder(), checkout_id)
    answer = redirect(url_for("cart.show"), 303)
    remember(answer, cart_id, count)
    return answer


@blueprint.get("/checkout/cancel")
def cancel() -> str:
    """Stripe's way back without paying. A prefetch must do no harm: nothing is cancelled by looking (rule 17)."""
    bag = own_cart_id()
    checkout = orders.find_unfinished_checkout(reader(), bag) if bag else None
    if checkout is None:
        raise NotFound("There is no payment to cancel. Your bag is as you left it.")
    return render_template(
        "checkout/cancel.html",
        resume_url=url_for("checkout.resume"),
        held_until=checkout.hold_ends_at,
        cancelled=False,
    )


@blueprint.post("/checkout/cancel")
@limiter.limit("30 per minute")
def cancel_now() -> Answer:
    bag = own_cart_id()
    if bag is None:
        raise NotFound("There is no payment to cancel.")
    state = checkouts().cancel(bag)
    if state in ENDED_UNPAID:
        return make_response(render_template("checkout/cancel.html", cancelled=True))
    with db().reader() as fresh:
        paid_or_waiting = orders.find_unfinished_checkout(fresh, bag)
    waiting = paid_or_waiting is not None
    return make_response(render_template("checkout/success.html", state="awaiting" if waiting else "unknown"))
