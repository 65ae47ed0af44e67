"""Charges: one attempt to take the money of a payment intent."""

from __future__ import annotations

from store.sandbox import events, lists, metadata, timers
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.cards import Outcome
from store.sandbox.ids import new_id, random_text
from store.sandbox.resources import balance_transactions

CAPTURE_SECONDS = 1  # how long after the payment an asynchronous capture fills in the balance transaction
APPROVED = {
    "network_status": "approved_by_network",
    "reason": None,
    "seller_message": "Payment complete.",
    "type": "authorized",
}
BANK_MEMBERS = ("bank_code", "branch_code", "country", "fingerprint", "last4")
CARD_MEMBERS = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")


def record(account: Account, intent: Body, method: Body, status: str, outcome: Outcome | None = None) -> Body:
    """A charge that is `succeeded`, `pending` or `failed`; for the last, `outcome` says why."""
    amount = intent["amount"] if status == "succeeded" else 0
    body = {
        "amount": intent["amount"],
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX SHOP",
        "captured": status != "failed",
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome(status, outcome),
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(intent, method),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_url": None,
        "refunded": False,
        "shipping": intent["shipping"],
        "status": status,
    }
    identifier = new_id("charge" if method["type"] == "card" else "payment")
    return account.add("charge", body | _failure(outcome) | {"id": identifier})


def take(account: Account, charge: Body, status: str, outcome: Outcome | None = None) -> Body:
    """Settle a pending charge."""
    paid = status == "succeeded"
    charge |= {"status": status, "paid": paid, "amount_captured": charge["amount"] if paid else 0}
    charge["outcome"] = _outcome(status, outcome)
    return account.save(charge | _failure(outcome))


def capture_later(account: Account, charge: Body) -> None:
    account.set_timer("capture_charge", charge["id"], account.now + CAPTURE_SECONDS)


def capture(account: Account, identifier: str) -> None:
    """The last word on a card payment: the balance transaction exists. Source: `capture_method=automatic_async`."""
    charge = account.get("charge", identifier)
    charge["balance_transaction"] = balance_transactions.post_charge(account, charge)["id"]
    events.emit(account, "charge.updated", account.save(charge), {"balance_transaction": None})


timers.DUE["capture_charge"] = capture


def retrieve(call: Call) -> Body:
    return call.account.get("charge", call.path["charge"], "charge")


def update(call: Call) -> Body:
    charge = retrieve(call)
    charge |= {name: call.params[name] for name in ("description", "receipt_email") if name in call.params}
    charge["metadata"] = metadata.merge(charge["metadata"], call.params.get("metadata"))
    events.emit(call.account, "charge.updated", call.account.save(charge))
    return charge


def list_all(call: Call) -> Body:
    return lists.listing(call, "charge", "/v1/charges", ("customer", "payment_intent"))


def _failure(outcome: Outcome | None) -> Body:
    return {} if outcome is None else {"failure_code": outcome.code, "failure_message": outcome.sentence}


def _outcome(status: str, outcome: Outcome | None) -> Body | None:
    base: Body = {"advice_code": None, "network_advice_code": None, "network_decline_code": None}
    if status == "pending":
        return None
    if outcome is None:
        return base | APPROVED | {"risk_level": "normal", "risk_score": 12}
    refused = {"network_status": "declined_by_network", "reason": outcome.decline_code, "type": "issuer_declined"}
    return base | refused | {"risk_level": "normal", "risk_score": 12, "seller_message": outcome.sentence}


def _details(intent: Body, method: Body) -> Body:
    if method["type"] == "sepa_debit":
        bank = {name: method["sepa_debit"][name] for name in BANK_MEMBERS}
        return {"type": "sepa_debit", "sepa_debit": bank | {"mandate": new_id("mandate")}}
    card = {name: method["card"][name] for name in CARD_MEMBERS}
    checks = {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"}
    more = {
        "amount_authorized": intent["amount"],
        "authorization_code": random_text(6),
        "checks": checks,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": "card", "card": card | more}
