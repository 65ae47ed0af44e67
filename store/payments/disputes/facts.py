"""What Stripe has said about a dispute, a review or a warning of fraud, as plain values in our own units. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import from_epoch
from store.payments.units import from_stripe


class WarningKind(enum.StrEnum):
    REVIEW = "review"
    EARLY_FRAUD_WARNING = "early_fraud_warning"


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that a dispute has moved: negative when it was taken from us, positive when it came back."""

    transaction_id: str
    amount: int
    """Minor units of the currency of the charge."""
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """A dispute at one moment. Amounts are minor units of the charge's currency."""

    dispute_id: str
    status: str
    reason: str
    amount: int
    currency: str
    is_charge_refundable: bool
    reply_by: datetime | None
    opened_at: datetime
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class WarningFact:
    """A review or an early fraud warning at one moment; `open` while it still asks for something."""

    warning_id: str
    kind: WarningKind
    open: bool
    reason: str
    opened_at: datetime


def read_dispute(data: Mapping[str, Any]) -> DisputeFact:
    """From a dispute as Stripe renders it in our API version; raises KeyError or TypeError when it is none."""
    amount, currency = from_stripe(data["amount"], data["currency"]), data["currency"]
    due_by = (data.get("evidence_details") or {}).get("due_by")
    return DisputeFact(
        dispute_id=data["id"],
        status=data["status"],
        reason=data.get("reason") or "",
        amount=amount,
        currency=currency,
        is_charge_refundable=bool(data.get("is_charge_refundable")),
        reply_by=from_epoch(due_by) if due_by else None,
        opened_at=from_epoch(data["created"]),
        movements=tuple(_read_movement(one, amount, currency) for one in data.get("balance_transactions") or ()),
    )


def _read_movement(data: Mapping[str, Any], disputed: int, currency: str) -> Movement:
    """A balance transaction of a dispute, in the currency of the charge.

    In a balance of another currency Stripe names only what moved there; what moved for the charge is then all that is
    disputed, in the same direction.
    """
    moved = data["amount"]
    own = from_stripe(moved, currency) if data["currency"] == currency else disputed * ((moved > 0) - (moved < 0))
    return Movement(data["id"], own, from_epoch(data["created"]))


def read_review(data: Mapping[str, Any]) -> WarningFact:
    """From a review; raises KeyError when it is none."""
    reason = data.get("reason") or ""
    return WarningFact(data["id"], WarningKind.REVIEW, bool(data["open"]), reason, from_epoch(data["created"]))


def read_early_fraud_warning(data: Mapping[str, Any]) -> WarningFact:
    """From a warning of the card's network; it asks for something while it is `actionable`."""
    return WarningFact(
        data["id"],
        WarningKind.EARLY_FRAUD_WARNING,
        bool(data["actionable"]),
        data.get("fraud_type") or "",
        from_epoch(data["created"]),
    )
