"""What Stripe has said about our balance, as plain values in our own units: movements of it, and payouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import from_epoch
from store.payments.units import from_stripe


@dataclass(frozen=True, slots=True)
class BalanceFact:
    """One balance transaction. Amounts are signed as Stripe signs them: what comes in is positive, a fee costs."""

    stripe_id: str
    type: str
    currency: str
    amount: int
    fee: int
    net: int
    source_id: str | None
    source_kind: str | None
    """The kind of Stripe's object that caused it: `charge`, `refund`, `dispute`, `payout` …; None for none."""
    source_amount: int | None
    """What its cause was made out for, not negative, in `source_currency`: that of the charge."""
    source_currency: str | None
    payment_intent: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutFact:
    """Money on its way from Stripe to our bank."""

    stripe_id: str
    status: str
    currency: str
    amount: int
    automatic: bool
    is_listable: bool
    """Whether its balance transactions can be asked for: automatic ones, once Stripe has them together."""
    arrives_at: datetime
    created_at: datetime


def read_balance_transaction(data: dict[str, Any]) -> BalanceFact:
    """From a balance transaction with its `source` expanded, where it has one.

    Raises ValueError for sums that no whole number of our units is, or in a currency unknown here.
    """
    currency = data["currency"]
    source = data.get("source")
    thing: dict[str, Any] = source if isinstance(source, dict) else {}
    of, currency_of = _made_out_for(thing)
    intent = thing.get("payment_intent")
    return BalanceFact(
        stripe_id=data["id"],
        type=data["type"],
        currency=currency,
        amount=from_stripe(data["amount"], currency),
        fee=from_stripe(data["fee"], currency),
        net=from_stripe(data["net"], currency),
        source_id=thing.get("id") or source or None,
        source_kind=thing.get("object"),
        source_amount=of,
        source_currency=currency_of,
        payment_intent=intent["id"] if isinstance(intent, dict) else intent,
        happened_at=from_epoch(data["created"]),
    )


def read_payout(data: dict[str, Any]) -> PayoutFact:
    """From a payout. Raises ValueError as `read_balance_transaction` does."""
    automatic = data["automatic"]
    together = data.get("reconciliation_status") in (None, "completed")
    return PayoutFact(
        stripe_id=data["id"],
        status=data["status"],
        currency=data["currency"],
        amount=from_stripe(data["amount"], data["currency"]),
        automatic=automatic,
        is_listable=automatic and together,
        arrives_at=from_epoch(data["arrival_date"]),
        created_at=from_epoch(data["created"]),
    )


def named_balance_transactions(thing: dict[str, Any]) -> list[str]:
    """The balance transactions that a charge, refund or dispute names, as ids or as objects; each once."""
    named = [thing.get("balance_transaction"), thing.get("failure_balance_transaction")]
    named += thing.get("balance_transactions") or []
    ids = [one["id"] if isinstance(one, dict) else one for one in named if one]
    return list(dict.fromkeys(ids))


def _made_out_for(thing: dict[str, Any]) -> tuple[int | None, str | None]:
    """Of a charge what was captured of it; of what has neither amount nor currency nothing is known."""
    amount, currency = thing.get("amount_captured", thing.get("amount")), thing.get("currency")
    if not isinstance(amount, int) or not isinstance(currency, str):
        return None, None
    return from_stripe(amount, currency), currency
