"""The payment page: `/c/pay/<session>` and the bank's question behind it.

It waits for the shop's answer to the webhook, ten seconds at most, before it sends the buyer back.
Source: what Stripe's own hosted page does, confirmed by others, not promised in its docs.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from store.sandbox import buyer, money
from store.sandbox.account import Account, Body, account_of
from store.sandbox.courier import Courier
from store.sandbox.hosted_page import payment_form
from store.sandbox.hosted_page.payment_form import PaymentForm
from store.sandbox.state import State

blueprint = Blueprint("hosted_page", __name__)
blueprint.add_app_template_filter(money.display, "money")
LONGEST_WAIT = 10.0
TEST_CARDS = (
    ("4242 4242 4242 4242", "is accepted"),
    ("4000 0025 0000 3155", "asks to confirm with the bank"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has too little money on it"),
    ("4000 0000 0000 0069", "has expired"),
    ("4000 0000 0000 0127", "has another security code"),
    ("4000 0000 0000 0119", "meets a fault at the bank"),
    ("4000 0000 0000 7726", "pays; refunds take a minute"),
    ("4000 0000 0000 5126", "pays; refunds come back"),
    ("4000 0000 0000 0259", "pays, then is charged back"),
    ("4000 0000 0000 1976", "pays, then the bank asks"),
    ("4000 0000 0000 5423", "pays, then is called fraud"),
)
TEST_IBANS = (
    ("AT61 1904 3002 3457 3201", "is debited after three days"),
    ("IT60 X054 2811 1010 0000 0123 456", "fails after three days"),
)
Page = str | Response | tuple[str, int]


@contextmanager
def _opened(session: str) -> Iterator[tuple[Account, Body]]:
    """The session and its account, with everything that was due done. 404 when there is none."""
    state: State = current_app.extensions["state"]
    with state.transaction() as connection:
        account = account_of(connection, session)
        if account is None or account.find(session, "checkout.session") is None:
            abort(404)
        yield account, buyer.session_now(account, session)


@blueprint.get("/c/pay/<session>")
def show(session: str) -> Page:
    with _opened(session) as (account, body):
        if body["status"] != "open":
            return _closed(body)
        if buyer.awaits_bank(account, body):
            return redirect(url_for("hosted_page.ask", session=session), 303)
        return _form(account, body, payment_form.blank(body))


@blueprint.post("/c/pay/<session>")
def pay(session: str) -> Page:
    with _opened(session) as (account, body):
        if body["status"] == "expired":
            return _closed(body)
        if body["status"] == "open":
            form = payment_form.read(body, request.form, account.now)
            if form.problems:
                return _form(account, body, form), 422
            intent = _take(account, body, form)
            if intent["status"] == "requires_action":
                return redirect(url_for("hosted_page.ask", session=session), 303)
            if intent["last_payment_error"]:
                return _form(account, body, form, intent["last_payment_error"]["message"]), 402
        body = account.get("checkout.session", session)
        completion = buyer.completion_of(account, body)
    return _go_back(body, completion)


@blueprint.get("/c/pay/<session>/confirm")
def ask(session: str) -> Page:
    with _opened(session) as (account, body):
        if not buyer.awaits_bank(account, body):
            return redirect(url_for("hosted_page.show", session=session), 303)
        _allow_way_back(body)
        return render_template("confirm.html", session=body)


@blueprint.post("/c/pay/<session>/confirm")
def answer(session: str) -> Page:
    with _opened(session) as (account, body):
        if buyer.awaits_bank(account, body):
            intent = buyer.answer_bank(account, body, approved=request.form.get("answer") == "approve")
            body = account.get("checkout.session", session)
            if intent["last_payment_error"]:
                form = payment_form.blank(body)
                return _form(account, body, form, intent["last_payment_error"]["message"]), 402
        if body["status"] != "complete":
            return redirect(url_for("hosted_page.show", session=session), 303)
        completion = buyer.completion_of(account, body)
    return _go_back(body, completion)


@blueprint.errorhandler(404)
def not_here(_error: Exception) -> Page:
    return render_template("missing.html"), 404


@blueprint.after_request
def protect(response: Response) -> Response:
    """No script, no frame, nothing from elsewhere; forms may lead back to the shop."""
    back = g.get("shop_origins", "")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self'{back}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _take(account: Account, session: Body, form: PaymentForm) -> Body:
    if form.by_bank:
        return buyer.pay_by_bank_debit(account, session, form.iban, form.buyer)
    return buyer.pay_by_card(account, session, form.card_number, form.expiry, form.buyer)


def _form(account: Account, session: Body, form: PaymentForm, declined: str | None = None) -> str:
    _allow_way_back(session)
    shown: dict[str, Any] = {"session": session, "form": form, "declined": declined}
    items = account.private(session["id"])["line_items"]
    return render_template("pay.html", items=items, test_cards=TEST_CARDS, test_ibans=TEST_IBANS, **shown)


def _closed(session: Body) -> Page:
    back = buyer.success_address(session) if session["status"] == "complete" else session["cancel_url"]
    return render_template("closed.html", session=session, back=back), 200 if session["status"] == "complete" else 410


def _go_back(session: Body, completion: str | None) -> Response:
    courier: Courier = current_app.extensions["courier"]
    if completion is not None:
        courier.wait_for(completion, LONGEST_WAIT)
    return redirect(buyer.success_address(session), 303)


def _allow_way_back(session: Body) -> None:
    """Browsers hold the redirect after a form to form-action too, so the shop's own addresses are allowed."""
    origins = {_origin(session[name]) for name in ("success_url", "cancel_url") if session[name]}
    g.shop_origins = "".join(f" {origin}" for origin in sorted(origins))


def _origin(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
