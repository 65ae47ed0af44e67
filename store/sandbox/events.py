"""Events: a snapshot of the object at that moment, kept for good, owed to every endpoint that wants it."""

from __future__ import annotations

import copy
from typing import Any

from store.sandbox.account import Account, Body
from store.sandbox.shapes import LATEST, hold_to_shape
from store.sandbox.versions import render


def emit(account: Account, kind: str, snapshot: Body, previous: dict[str, Any] | None = None) -> Body:
    """Note that `kind` happened and put it in the post. Raises ShapeError for an improper snapshot."""
    hold_to_shape(snapshot["object"], snapshot)
    data: Body = {"object": copy.deepcopy(snapshot)}
    if previous is not None:
        data["previous_attributes"] = previous
    request = {"id": account.cause.id, "idempotency_key": account.cause.idempotency_key}
    body = {"api_version": LATEST, "data": data, "pending_webhooks": 0, "request": request, "type": kind}
    event = account.add("event", body)
    for endpoint in account.oldest_first("webhook_endpoint"):
        if endpoint["status"] == "enabled" and wants(endpoint, kind):
            owe(account, event["id"], endpoint["id"])
    return event


def previous(before: Body, after: Body) -> Body:
    """What `before` said where `after` differs, members of members included: the event's previous_attributes."""
    changed: Body = {}
    for name in (*before, *(name for name in after if name not in before)):
        old, new = before.get(name), after.get(name)
        if old != new:
            changed[name] = previous(old, new) if isinstance(old, dict) and isinstance(new, dict) else old
    return changed


def wants(endpoint: Body, kind: str) -> bool:
    return "*" in endpoint["enabled_events"] or kind in endpoint["enabled_events"]


def owe(account: Account, event: str, endpoint: str) -> int:
    """Puts the event in the post for an endpoint; returns the number of the delivery."""
    query = "INSERT INTO delivery (account, event, endpoint, state, attempts, due_at) VALUES (?, ?, ?, 'pending', 0, ?)"
    cursor = account.connection.execute(query, (account.number, event, endpoint, account.now))
    return int(cursor.lastrowid or 0)


def states(account: Account, event: str) -> list[str]:
    rows = account.connection.execute("SELECT state FROM delivery WHERE event = ?", (event,))
    return [row["state"] for row in rows]


def as_shown(account: Account, event: Body, version: str | None = None) -> Body:
    """The event as it stands now, in the version of an endpoint or of the account."""
    version = version or LATEST
    data = event["data"] | {"object": render(event["data"]["object"], version)}
    pending = states(account, event["id"]).count("pending")
    shown = event | {"api_version": version, "data": data, "pending_webhooks": pending}
    hold_to_shape("event", shown)
    return shown
