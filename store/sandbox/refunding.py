"""The life of a refund: made by the shop or in the dashboard, settled now or later, failed or canceled.

A pending refund counts as refunded from the start; one that fails or is canceled no longer counts,
and its money is back in the balance. Source: Stripe's docs, "Refund and cancel payments", and
"Testing" for the cards whose refunds wait or fail.
"""

from __future__ import annotations

import copy

from store.sandbox import cards, events, money, screening, timers
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError
from store.sandbox.ids import new_id, random_digits
from store.sandbox.resources import balance_transactions

SOON = 60  # seconds until a refund is settled, fails, or has a reference
BANK_SECONDS = 24 * 3600
REASONS = ("requested_by_customer", "duplicate", "fraudulent")
FAILURES = (
    "charge_for_pending_refund_disputed",
    "declined",
    "expired_or_canceled_card",
    "insufficient_funds",
    "lost_or_stolen_card",
    "merchant_request",
    "unknown",
)
WAITING = ("pending", "requires_action")
ACTION_SECONDS = 90 * 24 * 3600


def make(account: Account, charge: Body, given: Body) -> Body:
    """Refund `given["amount"]` of the charge, or what is left of it. Raises ApiError."""
    _refuse_disputed(account, charge)
    amount = _amount(charge, given.get("amount"))
    by_card = charge["payment_method_details"]["type"] == "card"
    body = {
        "id": new_id("refund" if by_card else "payment_refund"),
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "metadata": given.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": given.get("reason"),
        "status": "succeeded",
    }
    if by_card:
        details = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
        body["destination_details"] = {"card": details, "type": "card"}
    refund = account.add("refund", body | _pending(account, charge))
    if refund.get("pending_reason") != "insufficient_funds":
        refund["balance_transaction"] = balance_transactions.post_refund(account, refund, charge)["id"]
    events.emit(account, "refund.created", account.save(refund))
    _count_in(account, charge, refund)
    _foresee(account, charge, refund)
    return refund


def succeed(account: Account, refund: Body) -> Body:
    """A refund that waited has gone out. Raises ApiError when it did not wait."""
    _check_status(refund, WAITING, "succeed")
    facts: Body = {"status": "succeeded", "pending_reason": None, "next_action": None}
    if refund["balance_transaction"] is None:
        charge = account.get("charge", refund["charge"])
        facts["balance_transaction"] = balance_transactions.post_refund(account, refund, charge)["id"]
    _change(account, refund, facts)
    account.set_timer("refer_refund", refund["id"], account.now + SOON)
    return refund


def fail(account: Account, refund: Body, reason: str = "expired_or_canceled_card") -> Body:
    """The money did not arrive. Raises ApiError for a refund that has ended already."""
    _check_status(refund, (*WAITING, "succeeded"), "fail")
    return _take_back(account, refund, "failed", reason)


def cancel(account: Account, refund: Body) -> Body:
    """Raises ApiError for a refund that has ended already."""
    _check_status(refund, (*WAITING, "succeeded"), "be canceled")
    return _take_back(account, refund, "canceled", "merchant_request")


def require_action(account: Account, refund: Body) -> Body:
    """The buyer is asked where to send the money. Raises ApiError unless the refund is pending."""
    _check_status(refund, ("pending",), "require action")
    charge = account.get("charge", refund["charge"])
    mail = {
        "email_sent_at": account.timestamp,
        "email_sent_to": charge["billing_details"]["email"] or "buyer@example.com",
    }
    details = {"email_sent": mail, "expires_at": account.timestamp + ACTION_SECONDS}
    action = {"type": "display_details", "display_details": details}
    return _change(account, refund, {"status": "requires_action", "pending_reason": None, "next_action": action})


def wait_for_funds(account: Account, waits: bool) -> None:
    """Whether the balance is too low for refunds; once it is not, those that waited succeed, oldest first."""
    account.change_settings(refunds_wait=waits)
    if not waits:
        for refund in list(account.oldest_first("refund")):
            if refund.get("pending_reason") == "insufficient_funds":
                succeed(account, refund)


def tell(account: Account, refund: Body, previous: Body) -> None:
    """The two events of a refund that has changed."""
    for kind in ("refund.updated", "charge.refund.updated"):
        events.emit(account, kind, refund, previous)


def _refuse_disputed(account: Account, charge: Body) -> None:
    for dispute in account.newest_first("dispute") if charge["disputed"] else ():
        if dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]:
            message = f"Charge {charge['id']} has been charged back; it cannot be refunded."
            raise ApiError(message, code="charge_disputed", executed=True)


def _amount(charge: Body, wish: int | None) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise ApiError(message, code="charge_already_refunded", executed=True)
    if wish is None:
        return int(left)
    if wish < 1:
        raise ApiError("A refund is of at least 1.", code="parameter_invalid_integer", param="amount")
    money.check_step(wish, charge["currency"], "amount")
    if wish > left:
        asked, rest = money.display(wish, charge["currency"]), money.display(left, charge["currency"])
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise ApiError(message, param="amount", executed=True)
    return wish


def _pending(account: Account, charge: Body) -> Body:
    """What makes a new refund wait, if anything does."""
    if account.settings.get("refunds_wait"):
        return {"status": "pending", "pending_reason": "insufficient_funds"}
    slow = charge["payment_method_details"]["type"] != "card" or _card(account, charge) in cards.SETTLED_LATER
    return {"status": "pending", "pending_reason": "processing"} if slow else {}


def _foresee(account: Account, charge: Body, refund: Body) -> None:
    if refund.get("pending_reason") == "processing":
        by_card = charge["payment_method_details"]["type"] == "card"
        account.set_timer("settle_refund", refund["id"], account.now + (SOON if by_card else BANK_SECONDS))
    elif refund["status"] == "succeeded":
        fails = _card(account, charge) in cards.FAILS_LATER
        account.set_timer("fail_refund" if fails else "refer_refund", refund["id"], account.now + SOON)


def _count_in(account: Account, charge: Body, refund: Body) -> None:
    previous: Body = {"amount_refunded": charge["amount_refunded"]}
    charge["amount_refunded"] += refund["amount"]
    if charge["amount_refunded"] == charge["amount_captured"]:
        previous["refunded"] = False
        charge["refunded"] = True
    if refund["reason"] == "fraudulent":
        charge["fraud_details"] = {"user_report": "fraudulent"}
    events.emit(account, "charge.refunded", account.save(charge), previous)
    if charge["refunded"]:
        screening.resolve(account, charge, "refunded_as_fraud" if refund["reason"] == "fraudulent" else "refunded")


def _take_back(account: Account, refund: Body, status: str, reason: str) -> Body:
    facts: Body = {"status": status, "failure_reason": reason, "pending_reason": None, "next_action": None}
    if refund["balance_transaction"] is not None:
        facts["failure_balance_transaction"] = balance_transactions.reverse_refund(account, refund)["id"]
    charge = account.get("charge", refund["charge"])
    account.save(charge | {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False})
    _change(account, refund, facts)
    if status == "failed":
        events.emit(account, "refund.failed", refund)
    return refund


def _change(account: Account, refund: Body, facts: Body) -> Body:
    """A fact that is None is left out: Stripe does not send these as null."""
    before = copy.deepcopy(refund)
    refund |= facts
    for name in [name for name in facts if facts[name] is None]:
        del refund[name]
    tell(account, account.save(refund), events.previous(before, refund))
    return refund


def _check_status(refund: Body, allowed: tuple[str, ...], what: str) -> None:
    if refund["status"] not in allowed:
        raise ApiError(f"A refund that is {refund['status']} cannot {what}.", executed=True)


def _card(account: Account, charge: Body) -> str | None:
    number: str | None = account.private(charge["payment_method"]).get("number")
    return number


def _settle_on_time(account: Account, identifier: str) -> None:
    refund = account.get("refund", identifier)
    if refund.get("pending_reason") == "processing":
        succeed(account, refund)


def _fail_on_time(account: Account, identifier: str) -> None:
    refund = account.get("refund", identifier)
    if refund["status"] == "succeeded":
        fail(account, refund)


def _refer_on_time(account: Account, identifier: str) -> None:
    """The card network has given the refund a reference, which the buyer's bank can find."""
    refund = account.get("refund", identifier)
    if refund["status"] != "succeeded" or "destination_details" not in refund:
        return
    previous = {"destination_details": {"card": {"reference_status": "pending"}}}
    refund["destination_details"]["card"] |= {"reference": random_digits(10), "reference_status": "available"}
    tell(account, account.save(refund), previous)


timers.DUE |= {"settle_refund": _settle_on_time, "fail_refund": _fail_on_time, "refer_refund": _refer_on_time}
