"""Asks for the balance transactions that Stripe's events name to be read; a job does it (rule 33)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.jobs.repository import enqueue
from store.payments.balance_facts import named_balance_transactions

READ_ONE = "read_balance_transaction"


def note_balance_transaction(session: Session, stripe_id: str, now: datetime) -> None:
    """Have one read, once, whoever names it."""
    enqueue(session, READ_ONE, {"id": stripe_id}, now, unique_key=f"{READ_ONE}:{stripe_id}")


def note_named(session: Session, thing: dict[str, Any], now: datetime) -> int:
    """Have those read that a charge, refund or dispute names, as Stripe renders it; how many those are."""
    named = named_balance_transactions(thing)
    for stripe_id in named:
        note_balance_transaction(session, stripe_id, now)
    return len(named)
