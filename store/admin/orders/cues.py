"""What the timeline says to staff of each kind of event. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from store.fulfilment.parcels import HeldBy
from store.money import Money, show
from store.orders.presentation import CUES

DISPUTE = {
    "warning_needs_response": "The bank asks about the payment",
    "warning_under_review": "The bank considers our answer",
    "warning_closed": "The bank’s question is settled",
    "needs_response": "The bank disputes the payment",
    "under_review": "The bank considers our answer",
    "appeal_needs_response": "The dispute goes on: the bank wants an answer",
    "appeal_under_review": "The bank considers the dispute once more",
    "prevented": "The dispute was prevented",
    "won": "The dispute is won",
    "lost": "The dispute is lost",
}
IN_SPITE_OF = {
    HeldBy.DISPUTE: "the dispute",
    HeldBy.REVIEW: "the review",
    HeldBy.EARLY_FRAUD_WARNING: "the warning of fraud",
    HeldBy.DASHBOARD_REFUND: "the refund made at Stripe",
}

Told = Callable[[Mapping[str, Any], str], str]
"""What is said of an event, by its data and the order's currency."""


def cue(kind: str, data: Mapping[str, Any], currency: str) -> str:
    """The event in words; `currency` is that of the order. A kind that nobody here knows is called by its name."""
    if told := _TOLD.get(kind):
        return told(data, data.get("currency") or currency)
    return CUES.get(kind) or spell(kind).capitalize()


def spell(word: str) -> str:
    """`made_with_stolen_card` as people write it."""
    return word.replace("_", " ")


def _units(words: str) -> Told:
    return lambda data, _currency: words.format("1 unit" if data["units"] == 1 else f"{data['units']} units")


def _dispute(data: Mapping[str, Any], currency: str) -> str:
    words = DISPUTE.get(data["status"]) or f"The dispute is said to be “{spell(data['status'])}”"
    opens = data["status"] in ("warning_needs_response", "needs_response")
    details = [show(Money(data["amount"], currency)), spell(data["reason"])] if opens else []
    return ", ".join([words, *(detail for detail in details if detail)])


def _review(data: Mapping[str, Any], _currency: str) -> str:
    words = "Stripe put the payment under review" if data["open"] else "The review is closed"
    return f"{words}: {spell(data['reason'])}" if data["reason"] else words


def _early_fraud_warning(data: Mapping[str, Any], _currency: str) -> str:
    words = "The card’s network warns of fraud" if data["open"] else "The warning of fraud asks for nothing any more"
    return f"{words}: {spell(data['reason'])}" if data["reason"] else words


def _let_go(data: Mapping[str, Any], _currency: str) -> str:
    return f"Let go in spite of {IN_SPITE_OF[HeldBy(data['reason'])]}"


def _repaired(_data: Mapping[str, Any], _currency: str) -> str:
    return "Put right from Stripe’s lists, for no webhook had told it"


def _amount(words: str) -> Told:
    return lambda data, currency: words.format(show(Money(data["amount"], currency)))


_TOLD: dict[str, Told] = {
    "shipped": _units("Shipped {}"),
    "canceled": _units("Canceled {}"),
    "dispute": _dispute,
    "dispute_withdrawn": _amount("The bank took {} back"),
    "dispute_returned": _amount("The bank gave {} back to us"),
    "review": _review,
    "early_fraud_warning": _early_fraud_warning,
    "let_go": _let_go,
    "repaired": _repaired,
    "refunded": _amount("Refunded {}"),
    "refund_failed": _amount("The refund of {} failed"),
    "refund_rejected": lambda _data, _currency: "Stripe refused a refund, and nothing went back",
}
