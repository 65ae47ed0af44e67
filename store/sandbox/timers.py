"""What happens by itself once the account's clock has reached it.

Each kind of timer is a function of the account and the object's id, entered in `DUE` by the module
that sets it. It runs as of the moment it was due, so that a clock put forward by days leaves the
same history as days that passed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from store.sandbox.account import Account, Cause

Due = Callable[[Account, str], None]
DUE: dict[str, Due] = {}


def accounts_with_due(connection: sqlite3.Connection, real_now: float) -> list[int]:
    query = """SELECT DISTINCT account FROM timer JOIN account ON account.number = timer.account
               WHERE due_at <= ? + clock_offset"""
    return [row["account"] for row in connection.execute(query, (real_now,))]


def run_due(account: Account) -> None:
    """Run what is due, in the order in which it fell due, including what that makes due in turn."""
    now, cause = account.now, account.cause
    account.cause = Cause()
    query = "SELECT * FROM timer WHERE account = ? AND due_at <= ? ORDER BY due_at, seq LIMIT 1"
    try:
        while (row := account.connection.execute(query, (account.number, now)).fetchone()) is not None:
            account.connection.execute("DELETE FROM timer WHERE seq = ?", (row["seq"],))
            account.moment = row["due_at"]
            DUE[row["kind"]](account, row["object"])
    finally:
        account.moment, account.cause = None, cause
