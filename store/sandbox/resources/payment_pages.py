"""Payment pages: the undocumented calls by which Stripe's command line pays a Checkout Session."""

from __future__ import annotations

from store.sandbox import paying
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, wanting
from store.sandbox.resources import payment_intents, payment_methods


def retrieve(call: Call) -> Body:
    return _page(call.account, _session(call))


def confirm(call: Call) -> Body:
    session = _session(call)
    if "payment_method" not in call.params:
        raise wanting("payment_method")
    if call.params.get("expected_amount", str(session["amount_total"])) != str(session["amount_total"]):
        raise ApiError("The amount has changed.", code="checkout_amount_mismatch", param="expected_amount")
    method = payment_methods.of_token(call.account, call.params["payment_method"])
    refusal = payment_intents.declined(paying.pay_session(call.account, session, method))
    if refusal is not None:
        raise refusal
    return _page(call.account, _session(call))


def _session(call: Call) -> Body:
    return call.account.get("checkout.session", call.path["session"], "session")


def _page(account: Account, session: Body) -> Body:
    intent = account.find(session["payment_intent"] or "", "payment_intent")
    return {
        "id": session["id"],
        "object": "checkout.session",
        "amount_total": session["amount_total"],
        "currency": session["currency"],
        "livemode": False,
        "payment_intent": intent,
        "payment_status": session["payment_status"],
        "session_id": session["id"],
        "state": session["status"],
    }
