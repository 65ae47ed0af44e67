"""How a Checkout Session ends: complete (paid, or unpaid until the bank has answered) or expired."""

from __future__ import annotations

from store.sandbox import events, timers
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError
from store.sandbox.resources import customers


def remember_buyer(account: Account, session: Body, method: Body) -> None:
    """What the buyer has typed becomes the session's customer_details when it completes."""
    billing = method["billing_details"]
    account.note(session["id"], buyer={name: billing[name] for name in ("email", "name", "address")})


def complete(account: Account, identifier: str | None, payment_status: str) -> None:
    """The buyer is done; `identifier` is None for a payment intent that belongs to no session."""
    if identifier is None:
        return
    session = account.get("checkout.session", identifier)
    buyer = account.private(identifier).get("buyer", {})
    email = session["customer_email"] or buyer.get("email")
    details = {"address": buyer.get("address"), "email": email, "name": buyer.get("name"), "phone": None}
    more: Body = {"business_name": None, "individual_name": None, "tax_exempt": "none", "tax_ids": []}
    session |= {"status": "complete", "payment_status": payment_status, "url": None, "customer_details": details | more}
    if session["customer"] is None and session["customer_creation"] == "always":
        session["customer"] = customers.make(account, {"email": email, "name": buyer.get("name")})["id"]
    events.emit(account, "checkout.session.completed", account.save(session))


def late_payment_succeeded(account: Account, identifier: str | None) -> None:
    if identifier is None:
        return
    session = account.get("checkout.session", identifier) | {"payment_status": "paid"}
    events.emit(account, "checkout.session.async_payment_succeeded", account.save(session))


def late_payment_failed(account: Account, identifier: str | None) -> None:
    if identifier is None:
        return
    session = account.get("checkout.session", identifier)
    events.emit(account, "checkout.session.async_payment_failed", session)


def expire(account: Account, session: Body) -> Body:
    """Close an open session for good. Raises ApiError when it is not open."""
    if session["status"] != "open":
        message = f"Only an open Checkout Session can be expired; this one is {session['status']}."
        raise ApiError(message, executed=True)
    session |= {"status": "expired", "url": None}
    events.emit(account, "checkout.session.expired", account.save(session))
    intent = account.find(session["payment_intent"] or "", "payment_intent")
    if intent is not None:
        cancel_intent(account, intent, "automatic")
    return session


def cancel_intent(account: Account, intent: Body, reason: str | None) -> Body:
    intent |= {"status": "canceled", "canceled_at": account.timestamp, "cancellation_reason": reason}
    intent["next_action"] = None
    events.emit(account, "payment_intent.canceled", account.save(intent))
    return intent


def _expire_on_time(account: Account, identifier: str) -> None:
    session = account.get("checkout.session", identifier)
    if session["status"] == "open":
        expire(account, session)


timers.DUE["expire_session"] = _expire_on_time
