"""PaymentIntents, as far as the command line and a shop that uses Checkout need them."""

from __future__ import annotations

from store.sandbox import lists, metadata, money, paying, session_life
from store.sandbox.account import Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, unsupported, wanting
from store.sandbox.paying import FROM_SESSION as KEPT
from store.sandbox.resources import payment_methods

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing")
UNSUPPORTED = ("payment_method_data", "confirmation_token", "transfer_data", "application_fee_amount", "on_behalf_of")


def create(call: Call) -> Body:
    given = call.params
    _refuse_unsupported(given)
    for name in ("amount", "currency"):
        if name not in given:
            raise wanting(name)
    currency = money.check_currency(given["currency"], "currency")
    money.check_step(given["amount"], currency, "amount")
    money.check_total(given["amount"], currency, "amount")
    facts = {name: given[name] for name in KEPT if name in given}
    facts |= {
        "amount": given["amount"],
        "currency": currency,
        "metadata": metadata.merge(None, given.get("metadata")),
        "shipping": paying.shipping(given.get("shipping")),
    }
    if "customer" in given:
        facts["customer"] = call.account.get("customer", given["customer"], "customer")["id"]
    method = payment_methods.of_token(call.account, given["payment_method"]) if "payment_method" in given else None
    intent = paying.open_intent(call.account, facts, call.legacy_types or ["card", "sepa_debit"])
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        call.account.save(intent)
    return _confirm(call, intent) if given.get("confirm") else intent


def confirm(call: Call) -> Body:
    _refuse_unsupported(call.params)
    return _confirm(call, retrieve(call))


def retrieve(call: Call) -> Body:
    return call.account.get("payment_intent", call.path["intent"], "intent")


def update(call: Call) -> Body:
    intent = retrieve(call)
    if "amount" in call.params or "currency" in call.params:
        raise unsupported("amount")
    intent |= {name: call.params[name] or None for name in KEPT if name in call.params}
    if "shipping" in call.params:
        intent["shipping"] = paying.shipping(call.params["shipping"] or None)
    intent["metadata"] = metadata.merge(intent["metadata"], call.params.get("metadata"))
    return call.account.save(intent)


def cancel(call: Call) -> Body:
    intent = retrieve(call)
    if intent["status"] not in CANCELABLE or call.account.private(intent["id"])["session"]:
        message = f"This PaymentIntent cannot be canceled: it is {intent['status']}, or belongs to a Checkout Session."
        raise ApiError(message, code="payment_intent_unexpected_state", executed=True, payment_intent=intent)
    return session_life.cancel_intent(call.account, intent, call.params.get("cancellation_reason"))


def list_all(call: Call) -> Body:
    return lists.listing(call, "payment_intent", "/v1/payment_intents", ("customer",))


def declined(intent: Body) -> ApiError | None:
    """The 402 that an API request gets when the bank has said no."""
    error = intent["last_payment_error"]
    if error is None:
        return None
    more = {name: error[name] for name in ("charge", "decline_code", "payment_method") if name in error}
    more["payment_intent"] = intent
    return ApiError(error["message"], status=402, kind=error["type"], code=error["code"], executed=True, **more)


def _confirm(call: Call, intent: Body) -> Body:
    chosen = call.params.get("payment_method", intent["payment_method"])
    if chosen is None:
        message = "A PaymentIntent is confirmed with a payment method; this one has none."
        raise ApiError(message, code="payment_intent_unexpected_state", param="payment_method")
    method = payment_methods.of_token(call.account, chosen)
    intent = paying.attempt(call.account, intent, method)
    refusal = declined(intent)
    if refusal is not None:
        raise refusal
    return intent


def _refuse_unsupported(given: Body) -> None:
    for name in UNSUPPORTED:
        if name in given:
            raise unsupported(name)
    if given.get("capture_method") == "manual":
        raise unsupported("capture_method=manual")
