"""The life of a payment: tried, accepted, declined, confirmed with the bank, or settled days later.

Page, API, command line and test controls all come through here, so that every way of paying leaves
the same objects and the same events in the same order. Order of events: Stripe's docs, "How
PaymentIntents work" and "Fulfil orders"; Stripe promises no order of delivery.
"""

from __future__ import annotations

from typing import Any

from store.sandbox import events, session_life, timers
from store.sandbox.account import Account, Body
from store.sandbox.cards import ACCEPTED, AFTERWARDS, BANK_DAYS, BANK_FAILS, Outcome, outcome_of_card
from store.sandbox.errors import ApiError, doc_url
from store.sandbox.ids import random_text
from store.sandbox.resources import charges

DAY = 24 * 3600
BANK_REFUSAL = Outcome(
    "payment_intent_payment_attempt_failed",
    sentence="The bank could not take the money from this account.",
    kind="invalid_request_error",
)
NOT_CONFIRMED = Outcome(
    "payment_intent_authentication_failure",
    sentence="Your bank could not confirm that it is you. Try again or use another card.",
    kind="invalid_request_error",
)
PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
FROM_SESSION = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


def open_intent(account: Account, facts: Body, types: list[str], session: str | None = None) -> Body:
    """A payment intent that waits for a payment method."""
    blank = {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "metadata": {},
        "payment_method_options": {"card": {"installments": None, "mandate_options": None, "network": None}},
        "payment_method_types": types,
        "status": "requires_payment_method",
    }
    intent = account.add("payment_intent", blank | facts, {"session": session})
    intent["client_secret"] = f"{intent['id']}_secret_{random_text(25)}"
    events.emit(account, "payment_intent.created", account.save(intent))
    return intent


def intent_of(account: Account, session: Body) -> Body:
    """The session's payment intent, made when the buyer first confirms. Source: changelog 2022-08-01."""
    if session["payment_intent"] is not None:
        return account.get("payment_intent", session["payment_intent"])
    given: Body = account.private(session["id"])["payment_intent_data"]
    facts: dict[str, Any] = {name: given[name] for name in FROM_SESSION if name in given}
    facts |= {
        "amount": session["amount_total"],
        "currency": session["currency"],
        "customer": session["customer"],
        "metadata": given.get("metadata", {}),
        "shipping": shipping(given.get("shipping")),
    }
    intent = open_intent(account, facts, session["payment_method_types"], session["id"])
    session["payment_intent"] = intent["id"]
    account.save(session)
    return intent


def pay_session(account: Account, session: Body, method: Body) -> Body:
    """The buyer presses Pay; returns the payment intent. Raises ApiError when the session is not open."""
    if session["status"] != "open":
        message = f"This Checkout Session is {session['status']}; only an open one can be paid."
        raise ApiError(message, code="checkout_session_not_open", executed=True)
    session_life.remember_buyer(account, session, method)
    return attempt(account, intent_of(account, session), method)


def attempt(account: Account, intent: Body, method: Body) -> Body:
    """Try to take the money with `method`."""
    if intent["status"] not in PAYABLE:
        message = f"A PaymentIntent that is {intent['status']} cannot be confirmed."
        raise ApiError(message, code="payment_intent_unexpected_state", executed=True, payment_intent=intent)
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if method["type"] == "sepa_debit":
        return _wait_for_bank(account, intent, method)
    outcome = outcome_of_card(account.private(method["id"])["number"])
    if outcome.confirm:
        return _ask_to_confirm(account, intent)
    if outcome != ACCEPTED:
        charge = charges.record(account, intent, method, "failed", outcome)
        events.emit(account, "charge.failed", charge)
        return _fail(account, intent, method, outcome, charge)
    return _succeed(account, intent, charges.record(account, intent, method, "succeeded"))


def approve(account: Account, intent: Body) -> Body:
    """The buyer has confirmed with the bank."""
    method = _awaiting(account, intent)
    intent["next_action"] = None
    return _succeed(account, intent, charges.record(account, intent, method, "succeeded"))


def deny(account: Account, intent: Body) -> Body:
    """The buyer has failed to confirm with the bank."""
    method = _awaiting(account, intent)
    intent["next_action"] = None
    return _fail(account, intent, method, NOT_CONFIRMED, None)


def settle_bank_debit(account: Account, identifier: str, outcome: str | None = None) -> Body:
    """The bank's answer to a delayed payment: `succeed` or `fail`; by default what the IBAN stands for."""
    intent = account.get("payment_intent", identifier)
    if intent["status"] != "processing":
        if outcome is None:
            return intent  # settled earlier by hand
        message = f"A PaymentIntent that is {intent['status']} awaits no bank."
        raise ApiError(message, code="payment_intent_unexpected_state")
    method = account.get("payment_method", intent["payment_method"])
    charge = account.get("charge", intent["latest_charge"])
    fails = account.private(method["id"])["iban"] in BANK_FAILS if outcome is None else outcome == "fail"
    if not fails:
        return _succeed(account, intent, charges.take(account, charge, "succeeded"), late=True)
    events.emit(account, "charge.failed", charges.take(account, charge, "failed", BANK_REFUSAL))
    intent = _fail(account, intent, method, BANK_REFUSAL, charge)
    session_life.late_payment_failed(account, account.private(intent["id"])["session"])
    return intent


def shipping(given: Body | None) -> Body | None:
    """An address as Stripe shows it: every member present."""
    if given is None:
        return None
    blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return dict.fromkeys(("carrier", "phone", "tracking_number")) | given | {"address": blank | given["address"]}


def _succeed(account: Account, intent: Body, charge: Body, *, late: bool = False) -> Body:
    events.emit(account, "charge.succeeded", charge)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    events.emit(account, "payment_intent.succeeded", account.save(intent))
    session = account.private(intent["id"])["session"]
    if late:
        session_life.late_payment_succeeded(account, session)
    else:
        session_life.complete(account, session, "paid")
    charges.capture_later(account, charge)
    follows = AFTERWARDS.get(account.private(charge["payment_method"]).get("number", ""))
    if follows is not None:
        account.set_timer(follows, charge["id"], account.now)
    return intent


def _fail(account: Account, intent: Body, method: Body, outcome: Outcome, charge: Body | None) -> Body:
    assert outcome.code is not None
    error: Body = {"code": outcome.code, "doc_url": doc_url(outcome.code), "message": outcome.sentence}
    error |= {"payment_method": method, "type": outcome.kind}
    if outcome.decline_code:
        error["decline_code"] = outcome.decline_code
    if charge is not None:
        error["charge"] = charge["id"]
        intent["latest_charge"] = charge["id"]
    intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error}
    events.emit(account, "payment_intent.payment_failed", account.save(intent))
    return intent


def _ask_to_confirm(account: Account, intent: Body) -> Body:
    private = account.private(intent["id"])
    session = account.find(private["session"], "checkout.session") if private["session"] else None
    url = f"{session['url']}/confirm" if session else None
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": url}}
    events.emit(account, "payment_intent.requires_action", account.save(intent))
    return intent


def _wait_for_bank(account: Account, intent: Body, method: Body) -> Body:
    charge = charges.record(account, intent, method, "pending")
    intent |= {"status": "processing", "latest_charge": charge["id"]}
    events.emit(account, "payment_intent.processing", account.save(intent))
    session_life.complete(account, account.private(intent["id"])["session"], "unpaid")
    account.set_timer("settle_bank_debit", intent["id"], account.now + BANK_DAYS * DAY)
    return intent


def _awaiting(account: Account, intent: Body) -> Body:
    if intent["status"] != "requires_action":
        message = f"A PaymentIntent that is {intent['status']} awaits no confirmation."
        raise ApiError(message, code="payment_intent_unexpected_state")
    return account.get("payment_method", intent["payment_method"])


def _settle_on_time(account: Account, identifier: str) -> None:
    settle_bank_debit(account, identifier)


timers.DUE["settle_bank_debit"] = _settle_on_time
