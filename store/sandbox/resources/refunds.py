"""Refunds: all of a charge or a part of it, never more than what is left."""

from __future__ import annotations

from store.sandbox import expansion, lists, metadata, refunding
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, unsupported

UNSUPPORTED = ("currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer")


def create(call: Call) -> Body:
    given = call.params
    for name in UNSUPPORTED:
        if name in given:
            raise unsupported(name)
    wish: Body = {name: given[name] for name in ("amount", "reason") if name in given}
    wish["metadata"] = metadata.merge(None, given.get("metadata"))
    return refunding.make(call.account, _charge(call.account, given), wish)


def retrieve(call: Call) -> Body:
    return call.account.get("refund", call.path["refund"], "refund")


def update(call: Call) -> Body:
    refund = retrieve(call)
    previous = {"metadata": refund["metadata"]}
    refund["metadata"] = metadata.merge(refund["metadata"], call.params.get("metadata"))
    if refund["metadata"] != previous["metadata"]:
        refunding.tell(call.account, call.account.save(refund), previous)
    return refund


def cancel(call: Call) -> Body:
    """Only while the buyer has yet to act. Source: Stripe's API reference, "Cancel a refund"."""
    refund = retrieve(call)
    if refund["status"] != "requires_action":
        message = f"Only a refund that requires action can be canceled; this one is {refund['status']}."
        raise ApiError(message, executed=True)
    return refunding.cancel(call.account, refund)


def list_all(call: Call) -> Body:
    return lists.listing(call, "refund", "/v1/refunds", ("charge", "payment_intent"))


def charge_of_intent(account: Account, identifier: str) -> Body:
    """The charge that took the money. Raises ApiError when there is none."""
    intent = account.get("payment_intent", identifier, "payment_intent")
    if intent["status"] != "succeeded":
        message = f"PaymentIntent {intent['id']} does not have a successful charge."
        raise ApiError(message, param="payment_intent", executed=True)
    return account.get("charge", intent["latest_charge"])


def _charge(account: Account, given: Body) -> Body:
    if ("charge" in given) == ("payment_intent" in given):
        message = "Give either payment_intent or charge."
        raise ApiError(message, code="parameter_missing", param="payment_intent")
    if "payment_intent" in given:
        return charge_of_intent(account, given["payment_intent"])
    charge = account.get("charge", given["charge"], "charge")
    if charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} is {charge['status']}.", param="charge", executed=True)
    return charge


def _of_charge(account: Account, charge: Body) -> Body:
    made = [refund for refund in account.newest_first("refund") if refund["charge"] == charge["id"]]
    return lists.page(made, {}, f"/v1/charges/{charge['id']}/refunds")


expansion.INCLUDABLE["charge", "refunds"] = _of_charge
