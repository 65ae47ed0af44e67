"""The SQL of what the books say: balances, entries, what belongs to an order, payouts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.payments.ledger.closing import CURSOR, midnight, sums_between
from store.payments.ledger.models import LedgerDay
from store.payments.reconciling import cursors

Sums = dict[tuple[str, str], tuple[int, int]]
"""Debits and credits, both not negative, by currency and account."""


def sums_until(session: Session, moment: datetime) -> Sums:
    """All that was booked before `moment`: closed days by their sums, what came after them by its postings."""
    closed_to = cursors.find_position(session, CURSOR) or cursors.BEGINNING
    whole = min(midnight(moment), closed_to)
    days = (
        select(LedgerDay.currency, LedgerDay.account, func.sum(LedgerDay.debits), func.sum(LedgerDay.credits))
        .where(LedgerDay.starts_at < whole)
        .group_by(LedgerDay.currency, LedgerDay.account)
    )
    debit: Counter[tuple[str, str]] = Counter()
    credit: Counter[tuple[str, str]] = Counter()
    parts = {(currency, account): (int(plus), int(minus)) for currency, account, plus, minus in session.execute(days)}
    for part in (parts, sums_between(session, whole, moment)):
        for key, (plus, minus) in part.items():
            debit[key] += plus
            credit[key] += minus
    return {key: (debit[key], credit[key]) for key in debit}
