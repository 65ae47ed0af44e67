"""Letters: what is due to an endpoint, how it is written and signed, what becomes of it.

Source of the signature: Stripe's docs, "Verify webhook signatures manually": HMAC-SHA256 of `t.body`,
one `v1` per secret that is in force.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from store.sandbox import events
from store.sandbox.account import Account, account_by_number

TIMEOUT = 10
MINUTE, HOUR = 60, 3600
# Between one attempt and the next; the sum stays below three days.
PAUSES = (10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come."""

    delivery: int
    account: int
    event: str
    endpoint: str
    attempts: int


@dataclass(frozen=True)
class Letter:
    """One attempt, ready to send."""

    delivery: int
    account: int
    event: str
    type: str
    endpoint: str
    url: str
    body: bytes
    headers: dict[str, str]


def endpoints_with_due(connection: sqlite3.Connection, real_now: float) -> list[str]:
    query = """SELECT DISTINCT endpoint FROM delivery JOIN account ON account.number = delivery.account
               WHERE state = 'pending' AND account.deliveries = 'on' AND due_at <= ? + clock_offset"""
    return [row["endpoint"] for row in connection.execute(query, (real_now,))]


def due_for(connection: sqlite3.Connection, endpoint: str, only: set[str] | None) -> list[Due]:
    query = """SELECT delivery.seq, delivery.account, event, endpoint, attempts
               FROM delivery JOIN account ON account.number = delivery.account
               WHERE endpoint = ? AND state = 'pending' AND due_at <= ? + clock_offset ORDER BY delivery.seq"""
    rows = connection.execute(query, (endpoint, time.time()))
    return [Due(*row) for row in rows if only is None or row["event"] in only]


def untried(connection: sqlite3.Connection, event: str) -> bool:
    """Whether an endpoint that is being served should by now have heard of `event`, and has not."""
    query = """SELECT 1 FROM delivery JOIN account ON account.number = delivery.account
               WHERE event = ? AND state = 'pending' AND attempts = 0 AND account.deliveries = 'on'
                 AND due_at <= ? + clock_offset"""
    return connection.execute(query, (event, time.time())).fetchone() is not None


def write(
    connection: sqlite3.Connection, delivery: int, version: str | None = None, secrets: list[str] | None = None
) -> Letter | None:
    """Render and sign; None when the endpoint is gone or disabled, which settles the delivery.

    `version` and `secrets` stand in for those of the endpoint.
    """
    row = connection.execute("SELECT * FROM delivery WHERE seq = ? AND state = 'pending'", (delivery,)).fetchone()
    if row is None:
        return None
    account = account_by_number(connection, row["account"])
    endpoint = account.find(row["endpoint"])
    event = account.find(row["event"], "event")
    if endpoint is None or event is None or endpoint["status"] != "enabled":
        connection.execute("UPDATE delivery SET state = 'failed' WHERE seq = ?", (delivery,))
        return None
    shown = events.as_shown(account, event, version or endpoint["api_version"])
    body = json.dumps(shown, indent=2, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(body, secrets or secrets_in_force(account, endpoint["id"]), int(time.time())),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return Letter(delivery, account.number, event["id"], event["type"], endpoint["id"], endpoint["url"], body, headers)


def secrets_in_force(account: Account, endpoint: str) -> list[str]:
    """The newest first; one that was rolled away signs until its overlap ends."""
    known: list[dict[str, Any]] = account.private(endpoint)["secrets"]
    return [one["secret"] for one in known if one["until"] is None or one["until"] >= account.now]


def sign(body: bytes, secrets: list[str], timestamp: int) -> str:
    """The time is the real one, not the account's: receivers compare it with the clock on their wall."""
    signed = str(timestamp).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])


def record(
    connection: sqlite3.Connection, letter: Letter, status: int | None, failure: str | None, seconds: float
) -> int:
    """Settle the delivery or plan the next attempt; returns which attempt this was."""
    account = account_by_number(connection, letter.account)
    row = connection.execute("SELECT attempts FROM delivery WHERE seq = ?", (letter.delivery,)).fetchone()
    number = int(row["attempts"]) + 1
    taken = status is not None and 200 <= status < 300
    last = number > len(PAUSES)
    state = "succeeded" if taken else "failed" if last else "pending"
    due_at = account.now + (PAUSES[number - 1] if state == "pending" else 0)
    change = "UPDATE delivery SET state = ?, attempts = ?, due_at = ? WHERE seq = ?"
    connection.execute(change, (state, number, due_at, letter.delivery))
    values = (letter.account, letter.event, letter.type, letter.endpoint, letter.url)
    connection.execute(
        """INSERT INTO attempt (account, event, type, endpoint, url, number, at, seconds, status, failure)
           VALUES (?,?,?,?,?,?,?,?,?,?)""",
        (*values, number, account.now, seconds, status, failure),
    )
    return number


def again(account: Account, event: str) -> list[str]:
    """Make `event` due once more at every endpoint that wants it, delivered or not; returns the endpoints."""
    endpoints = [
        endpoint["id"]
        for endpoint in account.newest_first("webhook_endpoint")
        if endpoint["status"] == "enabled" and events.wants(endpoint, account.get("event", event)["type"])
    ]
    for endpoint in endpoints:
        query = "UPDATE delivery SET state = 'pending', due_at = ? WHERE event = ? AND endpoint = ?"
        if not account.connection.execute(query, (account.now, event, endpoint)).rowcount:
            events.owe(account, event, endpoint)
    return endpoints
