"""Doubts about a payment: early fraud warnings of the card networks, reviews of Stripe's Radar.

A warning calls for action until the charge is fully refunded or disputed; the same closes a review.
Source: Stripe's API reference, "Early fraud warnings" and "Reviews".
"""

from __future__ import annotations

from store.sandbox import events, timers
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError

FRAUD_TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)
OPENED = ("rule", "manual")
CLOSED = ("approved", "canceled", "disputed", "refunded", "refunded_as_fraud")


def warn(account: Account, charge: Body, fraud_type: str = "made_with_stolen_card") -> Body:
    """The card's bank reports the charge as fraud. Raises ApiError for a type that is none."""
    if fraud_type not in FRAUD_TYPES:
        raise ApiError(f"fraud_type is one of {', '.join(FRAUD_TYPES)}.", param="fraud_type")
    body = {
        "actionable": not (charge["refunded"] or charge["disputed"]),
        "charge": charge["id"],
        "fraud_type": fraud_type,
        "payment_intent": charge["payment_intent"],
    }
    warning = account.add("radar.early_fraud_warning", body)
    events.emit(account, "radar.early_fraud_warning.created", warning)
    return warning


def settle_warning(account: Account, warning: Body) -> Body:
    """Nothing is left to be done about it."""
    if warning["actionable"]:
        warning["actionable"] = False
        events.emit(account, "radar.early_fraud_warning.updated", account.save(warning), {"actionable": True})
    return warning


def open_review(account: Account, charge: Body, reason: str = "rule") -> Body:
    """Raises ApiError when the charge is under review already."""
    if reason not in OPENED:
        raise ApiError(f"reason is one of {', '.join(OPENED)}.", param="reason")
    if _open_review(account, charge) is not None:
        raise ApiError(f"Charge {charge['id']} is under review already.")
    intent = account.get("payment_intent", charge["payment_intent"])
    body = {"charge": charge["id"], "open": True, "opened_reason": reason, "reason": reason}
    review = account.add("review", body | {"payment_intent": intent["id"]})
    account.save(charge | {"review": review["id"]})
    account.save(intent | {"review": review["id"]})
    events.emit(account, "review.opened", review)
    return review


def close_review(account: Account, review: Body, reason: str) -> Body:
    """Raises ApiError for a review that is closed already."""
    if reason not in CLOSED:
        raise ApiError(f"reason is one of {', '.join(CLOSED)}.", param="reason")
    if not review["open"]:
        raise ApiError(f"This review was closed already: {review['reason']}.", executed=True)
    review |= {"open": False, "closed_reason": reason, "reason": reason}
    events.emit(account, "review.closed", account.save(review))
    return review


def resolve(account: Account, charge: Body, reason: str) -> None:
    """The charge was fully refunded, or disputed (`reason`, as a review is closed): the doubts are answered."""
    for warning in list(account.oldest_first("radar.early_fraud_warning")):
        if warning["charge"] == charge["id"]:
            settle_warning(account, warning)
    review = _open_review(account, charge)
    if review is not None:
        close_review(account, review, reason)


def _open_review(account: Account, charge: Body) -> Body | None:
    review = account.find(charge["review"] or "", "review")
    return review if review is not None and review["open"] else None


def _warn_on_time(account: Account, identifier: str) -> None:
    warn(account, account.get("charge", identifier))


def _review_on_time(account: Account, identifier: str) -> None:
    charge = account.get("charge", identifier)
    if _open_review(account, charge) is None:
        open_review(account, charge)


timers.DUE |= {"warn_of_charge": _warn_on_time, "review_charge": _review_on_time}
