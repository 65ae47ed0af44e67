"""The invariants of money and stock, each a query whose answer must be empty (docs/money-and-stock.md, at its end).

`flask verify` runs them on the live shop, the tests after every step they take. All of them read one snapshot. One
module for each theme, each with a tuple of its own.
"""

from __future__ import annotations

from datetime import datetime

from store.db import Database
from store.ops.verify import disputes, ledger, orders, parcels, payments, refunds, stock, timely
from store.ops.verify.invariant import Breach

INVARIANTS = (
    *stock.INVARIANTS,
    *orders.INVARIANTS,
    *payments.INVARIANTS,
    *refunds.INVARIANTS,
    *disputes.INVARIANTS,
    *parcels.INVARIANTS,
    *ledger.INVARIANTS,
)


def verify(db: Database, now: datetime | None = None) -> list[Breach]:
    """Every invariant that does not hold, with its rows; an empty list when the books are right.

    Given the time, also what must have happened by now.
    """
    breaches = []
    with db.snapshot() as session:
        for invariant in (*INVARIANTS, *(timely.INVARIANTS if now else ())):
            times = {"hour_ago": now - timely.LONG_ENOUGH} if now and invariant in timely.INVARIANTS else {}
            rows = session.execute(invariant.broken_by, times).mappings().fetchmany(20)
            if rows:
                breaches.append(Breach(invariant.name, [dict(row) for row in rows]))
    return breaches
