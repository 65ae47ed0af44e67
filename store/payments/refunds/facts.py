"""A refund as Stripe tells of it, in our own units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import from_epoch
from store.payments.refunds.rules import ACCEPTED, FALLEN_THROUGH, RefundState
from store.payments.units import from_stripe

KEY = "refund"
"""The metadata that says which of our rows it is."""
_STATES = {state.value: state for state in ACCEPTED | FALLEN_THROUGH}


@dataclass(frozen=True, slots=True)
class RefundFact:
    """One snapshot of a refund. `key` is our own name for it, where it bears one."""

    stripe_id: str
    payment_intent: str | None
    key: str | None
    amount: int
    currency: str
    state: RefundState
    reason: str
    failure: str | None
    created_at: datetime
    happened_at: datetime
    """When Stripe said so."""


def read_refund(data: dict[str, Any], happened_at: datetime) -> RefundFact:
    """From a refund as Stripe renders it in our API version; a status nobody knows yet counts as pending."""
    intent = data.get("payment_intent")
    return RefundFact(
        stripe_id=data["id"],
        payment_intent=intent["id"] if isinstance(intent, dict) else intent,
        key=(data.get("metadata") or {}).get(KEY),
        amount=from_stripe(data["amount"], data["currency"]),
        currency=data["currency"],
        state=_STATES.get(data["status"] or "", RefundState.PENDING),
        reason=data.get("reason") or "",
        failure=data.get("failure_reason"),
        created_at=from_epoch(data["created"]),
        happened_at=happened_at,
    )
