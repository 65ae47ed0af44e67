"""One key's world: its objects, its clock, its settings, seen from inside one transaction."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from store.sandbox.errors import ApiError, missing
from store.sandbox.ids import new_id
from store.sandbox.shapes import complete, has

TEST_KEY = re.compile(r"(sk|rk)_test_[A-Za-z0-9_]+")
Body = dict[str, Any]
Window = tuple[int, int]  # first and last second
ALWAYS: Window = (-(2**62), 2**62)


@dataclass
class Cause:
    """The API request behind what happens, as events name it; both null when a buyer or time did it."""

    id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Account:
    """`now` is the account's own clock, which tests move; no two accounts see each other's objects."""

    connection: sqlite3.Connection
    number: int
    offset: float
    deliveries: str
    settings: Body = field(default_factory=dict)  # how the account differs from a usual one
    cause: Cause = field(default_factory=Cause)
    moment: float | None = None  # set while something that was due earlier is being done

    @property
    def now(self) -> float:
        return time.time() + self.offset if self.moment is None else self.moment

    @property
    def timestamp(self) -> int:
        return int(self.now)

    def add(self, kind: str, body: Body, private: Body | None = None) -> Body:
        """A new object with id, created and livemode, every nullable member present."""
        made: Body = {"id": new_id(kind), "object": kind, "created": self.timestamp, "livemode": False}
        made = complete(kind, {name: value for name, value in made.items() if has(kind, name)} | body)
        values = (made["id"], self.number, kind, self.timestamp, json.dumps(made), json.dumps(private or {}))
        query = "INSERT INTO object (id, account, kind, created, body, private) VALUES (?,?,?,?,?,?)"
        self.connection.execute(query, values)
        return made

    def find(self, identifier: str, kind: str | None = None) -> Body | None:
        row = self._row(identifier)
        return None if row is None or kind not in (None, row["kind"]) else json.loads(row["body"])

    def get(self, kind: str, identifier: str, param: str = "id") -> Body:
        """Raises ApiError (404, resource_missing)."""
        found = self.find(identifier, kind)
        if found is None:
            raise missing(kind.replace("checkout.session", "checkout session"), identifier, param)
        return found

    def save(self, body: Body) -> Body:
        self.connection.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def remove(self, identifier: str) -> None:
        self.connection.execute("DELETE FROM object WHERE id = ? AND account = ?", (identifier, self.number))

    def private(self, identifier: str) -> Body:
        """What Stripe knows about an object and does not tell."""
        row = self._row(identifier)
        return {} if row is None else json.loads(row["private"])

    def note(self, identifier: str, **facts: Any) -> None:  # noqa: ANN401 - any JSON
        private = json.dumps(self.private(identifier) | facts)
        self.connection.execute("UPDATE object SET private = ? WHERE id = ?", (private, identifier))

    def newest_first(self, kind: str) -> Iterator[Body]:
        return self.walk(kind)

    def oldest_first(self, kind: str) -> Iterator[Body]:
        return self.walk(kind, upwards=True)

    def walk(
        self, kind: str, *, past: int | None = None, upwards: bool = False, created: Window = ALWAYS
    ) -> Iterator[Body]:
        """The objects of `kind` from the newest down, or from the oldest up, one at a time.

        `past` is a place after which to begin; only what was made within `created` is given.
        """
        beyond, order = (">", "ASC") if upwards else ("<", "DESC")
        place = past if past is not None else ALWAYS[0] if upwards else ALWAYS[1]
        query = f"""SELECT body FROM object WHERE account = ? AND kind = ? AND seq {beyond} ?
                    AND created BETWEEN ? AND ? ORDER BY seq {order}"""  # noqa: S608 - two fixed words
        for row in self.connection.execute(query, (self.number, kind, place, *created)):
            yield json.loads(row["body"])

    def place_of(self, kind: str, identifier: str, param: str) -> int:
        """Where an object stands among its kind. Raises ApiError (404) for a cursor that is none."""
        query = "SELECT seq FROM object WHERE id = ? AND account = ? AND kind = ?"
        row = self.connection.execute(query, (identifier, self.number, kind)).fetchone()
        if row is None:
            raise missing("object", identifier, param)
        return int(row["seq"])

    def change_settings(self, **settings: Any) -> None:  # noqa: ANN401 - any JSON
        self.settings = self.settings | settings
        query = "UPDATE account SET settings = ? WHERE number = ?"
        self.connection.execute(query, (json.dumps(self.settings), self.number))

    def set_timer(self, kind: str, identifier: str, due_at: float) -> None:
        values = (self.number, due_at, kind, identifier)
        self.connection.execute("INSERT INTO timer (account, due_at, kind, object) VALUES (?,?,?,?)", values)

    def _row(self, identifier: str) -> sqlite3.Row | None:
        query = "SELECT kind, body, private FROM object WHERE id = ? AND account = ?"
        row: sqlite3.Row | None = self.connection.execute(query, (identifier, self.number)).fetchone()
        return row


def open_account(connection: sqlite3.Connection, key: str) -> Account:
    """The account of a test key, made on first use. Raises ApiError (401) for anything else."""
    if not TEST_KEY.fullmatch(key):
        shown = f"{key[:8]}…{key[-4:]}" if len(key) > 12 else "…"
        message = f"Invalid API Key provided: {shown}" if key else "You did not provide an API key."
        raise ApiError(message, status=401)
    connection.execute("INSERT INTO account (key) VALUES (?) ON CONFLICT DO NOTHING", (key,))
    return _account(connection.execute("SELECT * FROM account WHERE key = ?", (key,)).fetchone(), connection)


def account_by_number(connection: sqlite3.Connection, number: int) -> Account:
    return _account(connection.execute("SELECT * FROM account WHERE number = ?", (number,)).fetchone(), connection)


def account_of(connection: sqlite3.Connection, identifier: str) -> Account | None:
    """Whose object this is: the payment page has no key, only a session id."""
    row = connection.execute("SELECT account FROM object WHERE id = ?", (identifier,)).fetchone()
    return None if row is None else account_by_number(connection, row["account"])


def _account(row: sqlite3.Row, connection: sqlite3.Connection) -> Account:
    settings = json.loads(row["settings"])
    return Account(connection, row["number"], row["clock_offset"], row["deliveries"], settings)
