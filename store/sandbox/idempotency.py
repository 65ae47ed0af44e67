"""Idempotency keys, first version of Stripe's API.

The answer to the first execution of a key is kept, whatever it was, and replayed for the same
request for 24 hours of the account's clock. The key is looked up before the request is validated,
so that an executed request is replayed even when it would no longer be valid. What fails
validation leaves no trace. Source: Stripe's API reference, "Idempotent requests".
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from store.sandbox.account import Account
from store.sandbox.errors import ApiError

KEPT_SECONDS = 24 * 3600
LONGEST = 255


@dataclass(frozen=True)
class KeptAnswer:
    """Status and body as they were sent the first time."""

    status: int
    body: str


def fingerprint(method: str, path: str, params: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


def claim(account: Account, key: str, print_: str) -> KeptAnswer | None:
    """The kept answer, or None: then the key is now ours and must end in `keep` or `release`.

    Raises ApiError 400 (idempotency_error) when the key was used for something else, 409
    (idempotency_key_in_use) while another request with it is being executed.
    """
    if len(key) > LONGEST:
        raise ApiError(f"An idempotency key has at most {LONGEST} characters.")
    database = account.connection
    old = account.now - KEPT_SECONDS
    database.execute("DELETE FROM kept_answer WHERE account = ? AND created < ?", (account.number, old))
    query = "SELECT * FROM kept_answer WHERE account = ? AND key = ?"
    row = database.execute(query, (account.number, key)).fetchone()
    if row is None:
        values = (account.number, key, print_, account.now)
        database.execute("INSERT INTO kept_answer (account, key, fingerprint, created) VALUES (?,?,?,?)", values)
        return None
    if row["fingerprint"] != print_:
        message = "This idempotency key was first used with other parameters; use a new one for a new request."
        raise ApiError(message, kind="idempotency_error")
    if row["status"] is None:
        message = "Another request with this idempotency key is still running."
        raise ApiError(message, status=409, code="idempotency_key_in_use")
    return KeptAnswer(row["status"], row["body"])


def keep(account: Account, key: str, status: int, body: str) -> None:
    query = "UPDATE kept_answer SET status = ?, body = ? WHERE account = ? AND key = ?"
    account.connection.execute(query, (status, body, account.number, key))


def release(account: Account, key: str) -> None:
    account.connection.execute("DELETE FROM kept_answer WHERE account = ? AND key = ?", (account.number, key))
