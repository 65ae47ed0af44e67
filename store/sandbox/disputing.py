"""The life of a dispute: an inquiry, or a chargeback that takes the money with it until it is decided.

Source: Stripe's docs, "How disputes work", and "Testing" for the cards and the words in evidence
that decide a dispute by themselves.
"""

from __future__ import annotations

import copy

from store.sandbox import events, money, screening, timers
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError
from store.sandbox.ids import new_id
from store.sandbox.resources import balance_transactions
from store.sandbox.shapes import complete

SOON = 60  # seconds until the bank has read evidence that decides
ANSWER_SECONDS = 9 * 24 * 3600
OPEN = ("needs_response", "under_review")
INQUIRING = ("warning_needs_response", "warning_under_review")
ENDS = {OPEN: ("won", "lost", "prevented"), INQUIRING: ("warning_closed", "prevented")}
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
REASONS = (
    "credit_not_processed",
    "duplicate",
    "fraudulent",
    "general",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalated"}


def open_dispute(account: Account, charge: Body, *, inquiry: bool, amount: int | None, reason: str) -> Body:
    """The bank asks, or takes back, `amount`: by default what has not been refunded. Raises ApiError."""
    if reason not in REASONS:
        raise ApiError(f"reason is one of {', '.join(REASONS)}.", param="reason")
    body = {
        "id": new_id("inquiry" if inquiry else "dispute"),
        "amount": _amount(charge, amount),
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": complete("dispute_evidence", {"enhanced_evidence": {}}),
        "evidence_details": {
            "due_by": account.timestamp + ANSWER_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    dispute = account.add("dispute", body | _method(charge, reason, inquiry=inquiry))
    charge["disputed"] = True
    account.save(charge)
    if not inquiry:
        _withdraw(account, dispute)
    events.emit(account, "charge.dispute.created", account.save(dispute))
    if not inquiry:
        _charge_back(account, dispute)
    return dispute


def escalate(account: Account, dispute: Body) -> Body:
    """An inquiry becomes a chargeback. Raises ApiError unless it is an open inquiry."""
    if dispute["status"] not in INQUIRING:
        raise ApiError(f"A dispute that is {dispute['status']} does not become a chargeback.", executed=True)
    before = copy.deepcopy(dispute)
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["evidence_details"]["due_by"] = account.timestamp + ANSWER_SECONDS
    if "payment_method_details" in dispute:
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    _withdraw(account, dispute)
    tell(account, dispute, before)
    _charge_back(account, dispute)
    return dispute


def respond(account: Account, dispute: Body, evidence: Body, *, submit: bool) -> Body:
    """The shop's evidence, kept or handed in. Raises ApiError for a dispute that awaits no answer."""
    if dispute["status"] not in (OPEN[0], INQUIRING[0]):
        raise ApiError(f"A dispute that is {dispute['status']} takes no evidence.", executed=True)
    before = copy.deepcopy(dispute)
    dispute["evidence"] |= evidence
    details = dispute["evidence_details"]
    details["has_evidence"] = True
    if submit:
        details["submission_count"] += 1
        dispute["status"] = (OPEN if dispute["status"] == OPEN[0] else INQUIRING)[1]
        if dispute["evidence"]["uncategorized_text"] in VERDICTS:
            account.set_timer("judge_dispute", dispute["id"], account.now + SOON)
    tell(account, dispute, before)
    return dispute


def close(account: Account, dispute: Body, outcome: str) -> Body:
    """Decided for good; what is won comes back with its fee. Raises ApiError for an end that cannot be."""
    ends = next((ends for statuses, ends in ENDS.items() if dispute["status"] in statuses), ())
    if outcome not in ends:
        raise ApiError(f"A dispute that is {dispute['status']} cannot become {outcome}.", executed=True)
    dispute |= {"status": outcome, "is_charge_refundable": outcome != "lost"}
    withdrawn = dispute["balance_transactions"]
    reinstates = outcome != "lost" and len(withdrawn) == 1
    if reinstates:
        withdrawn.append(balance_transactions.reinstate(account, dispute, withdrawn[0]))
    events.emit(account, "charge.dispute.closed", account.save(dispute))
    if reinstates:
        events.emit(account, "charge.dispute.funds_reinstated", dispute)
    return dispute


def tell(account: Account, dispute: Body, before: Body) -> None:
    """Save a dispute that has changed and say so."""
    events.emit(account, "charge.dispute.updated", account.save(dispute), events.previous(before, dispute))


def _amount(charge: Body, wish: int | None) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    amount = wish if wish is not None else left or charge["amount_captured"]
    if not 1 <= amount <= charge["amount_captured"]:
        most = money.display(charge["amount_captured"], charge["currency"])
        raise ApiError(f"A dispute is of 1 to {most}.", param="amount")
    return int(amount)


def _method(charge: Body, reason: str, *, inquiry: bool) -> Body:
    if charge["payment_method_details"]["type"] != "card":
        return {}
    card = {
        "brand": charge["payment_method_details"]["card"]["brand"],
        "case_type": "inquiry" if inquiry else "chargeback",
        "network_reason_code": NETWORK_CODES.get(reason),
    }
    return {"payment_method_details": {"card": card, "type": "card"}}


def _withdraw(account: Account, dispute: Body) -> None:
    dispute["balance_transactions"].append(balance_transactions.withdraw(account, dispute))


def _charge_back(account: Account, dispute: Body) -> None:
    events.emit(account, "charge.dispute.funds_withdrawn", dispute)
    account.set_timer("miss_dispute", dispute["id"], dispute["evidence_details"]["due_by"])
    screening.resolve(account, account.get("charge", dispute["charge"]), "disputed")


def _open_on_time(reason: str, *, inquiry: bool) -> timers.Due:
    def open_one(account: Account, identifier: str) -> None:
        charge = account.get("charge", identifier)
        open_dispute(account, charge, inquiry=inquiry, amount=None, reason=reason)

    return open_one


def _judge_on_time(account: Account, identifier: str) -> None:
    dispute = account.get("dispute", identifier)
    verdict = VERDICTS.get(dispute["evidence"]["uncategorized_text"])
    if dispute["status"] == INQUIRING[1] and verdict is not None:
        if verdict == "escalated":
            escalate(account, dispute)
        else:
            close(account, dispute, "warning_closed")
    elif dispute["status"] == OPEN[1] and verdict in ENDS[OPEN]:
        close(account, dispute, verdict)


def _miss_on_time(account: Account, identifier: str) -> None:
    """A chargeback that nobody answered in time is lost."""
    dispute = account.get("dispute", identifier)
    details = dispute["evidence_details"]
    if dispute["status"] == OPEN[0] and details["due_by"] <= account.now:
        details["past_due"] = True
        close(account, dispute, "lost")


timers.DUE |= {
    "dispute_charge_as_fraudulent": _open_on_time("fraudulent", inquiry=False),
    "dispute_charge_as_not_received": _open_on_time("product_not_received", inquiry=False),
    "inquire_about_charge": _open_on_time("fraudulent", inquiry=True),
    "judge_dispute": _judge_on_time,
    "miss_dispute": _miss_on_time,
}
