"""What becomes of deliveries that faults strike: which go out, how often, how late, in which order and how spoiled.

A fault strikes a delivery at its first attempt, or when it is sent again by hand; what is then tried again goes well.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from store.sandbox import events
from store.sandbox.account import Account, account_by_number
from store.sandbox.faults.plan import NOTHING, Board, Plan, Strike
from store.sandbox.post import Due

PIECES = 10
NOT_THE_SECRET = "whsec_of_somebody_else"  # noqa: S105 - a forger's


@dataclass(frozen=True)
class Dispatch:
    """One delivery that goes out now, `copies` times, and what befalls it on the way."""

    delivery: int
    strike: Strike = NOTHING
    copies: int = 1

    @property
    def slow_seconds(self) -> float:
        return float(self.strike["slow_body"]["seconds"]) if "slow_body" in self.strike else 0

    @property
    def version(self) -> str | None:
        """The API version to write it in; None for that of the endpoint."""
        return str(self.strike["stale_version"]["version"]) if "stale_version" in self.strike else None

    @property
    def secrets(self) -> list[str] | None:
        """What to sign it with; None for the endpoint's own."""
        return [NOT_THE_SECRET] if "wrong_secret" in self.strike else None


class SlowBody:
    """A body that arrives in pieces over `seconds`, with its length told in advance."""

    def __init__(self, body: bytes, seconds: float) -> None:
        self._body = body
        self._pause = seconds / PIECES

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[bytes]:
        size = -(-len(self._body) // PIECES)
        for start in range(0, len(self._body), size):
            time.sleep(self._pause)
            yield self._body[start : start + size]


def sort_out(connection: sqlite3.Connection, board: Board, due: list[Due]) -> list[Dispatch]:
    """What of `due` goes out, in this order. All of it is owed to one endpoint."""
    plan = board.plan_of(due[0].account) if due else None
    if plan is None:
        return [Dispatch(one.delivery) for one in due]
    account = account_by_number(connection, due[0].account)
    going: list[tuple[float, Dispatch]] = []
    for place, one in enumerate(due):
        for dispatch in _meet(account, board, plan, one):
            places = dispatch.strike["reorder"]["places"] if "reorder" in dispatch.strike else 0
            going.append((place + places + 0.5 * bool(places), dispatch))
    return [dispatch for _, dispatch in sorted(going, key=lambda each: each[0])]


def _meet(account: Account, board: Board, plan: Plan, one: Due) -> list[Dispatch]:
    """What one delivery becomes: nothing for now, itself, or itself and its twin."""
    if one.delivery in plan.waiting:
        plan.waiting.discard(one.delivery)
        return [Dispatch(one.delivery)]
    if one.attempts:
        return [Dispatch(one.delivery)]
    event = account.get("event", one.event)
    strike = board.delivery(account.number, plan, event["type"], one.event)
    twins = [Dispatch(_make_twin(account, event, one.endpoint))] if "twin" in strike else []
    if "drop" in strike:
        account.connection.execute("UPDATE delivery SET state = 'failed' WHERE seq = ?", (one.delivery,))
        return twins
    if "delay" in strike:
        due_at = account.now + strike["delay"]["seconds"]
        account.connection.execute("UPDATE delivery SET due_at = ? WHERE seq = ?", (due_at, one.delivery))
        plan.waiting.add(one.delivery)
        return twins
    return [Dispatch(one.delivery, strike, strike["duplicate"]["times"] if "duplicate" in strike else 1), *twins]


def _make_twin(account: Account, event: dict[str, object], endpoint: str) -> int:
    """Another event that tells the same; its delivery."""
    body = {name: event[name] for name in ("api_version", "data", "pending_webhooks", "request", "type")}
    twin = account.add("event", body)
    return events.owe(account, twin["id"], endpoint)
