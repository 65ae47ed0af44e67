"""The state file: one SQLite database, in a file when it should survive, else in memory.

One connection behind one lock: work is short and never touches the network while it holds it, and
so every request is one transaction that happens wholly or not at all.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LAYOUT = 2  # raise it with every change of the tables
TABLES = """
CREATE TABLE IF NOT EXISTS account (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    clock_offset REAL NOT NULL DEFAULT 0, deliveries TEXT NOT NULL DEFAULT 'on', settings TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account INTEGER NOT NULL,
    kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL, private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_by_kind ON object (account, kind, seq);
CREATE TABLE IF NOT EXISTS timer (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, due_at REAL NOT NULL,
    kind TEXT NOT NULL, object TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS timer_by_account ON timer (account, due_at);
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, event TEXT NOT NULL,
    endpoint TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (account, due_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event);
CREATE TABLE IF NOT EXISTS attempt (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL,
    endpoint TEXT NOT NULL, url TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL,
    seconds REAL NOT NULL, status INTEGER, failure TEXT
);
CREATE INDEX IF NOT EXISTS attempt_by_account ON attempt (account, seq);
CREATE TABLE IF NOT EXISTS kept_answer (
    account INTEGER NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created REAL NOT NULL,
    status INTEGER, body TEXT, PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, id TEXT NOT NULL, at REAL NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, params TEXT NOT NULL, headers TEXT NOT NULL, status INTEGER NOT NULL,
    replayed INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS request_by_account ON request (account, seq);
"""


class LayoutError(Exception):
    """The state file was written by a sandbox with other tables, or is none."""


class State:
    """Hands out transactions, one at a time. Raises LayoutError for a file that it cannot read."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._inside = False
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise LayoutError(f"{path} is no state file of the sandbox ({error}).") from error

    def _prepare(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        layout = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if layout not in (0, LAYOUT):
            raise LayoutError(f"The state file has layout {layout}, this sandbox needs {LAYOUT}: move the file away.")
        self._connection.executescript(TABLES)
        self._connection.execute(f"PRAGMA user_version = {LAYOUT}")
        # What was being executed when the process ended was rolled back: its keys are free again.
        self._connection.execute("DELETE FROM kept_answer WHERE status IS NULL")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commits at the end, rolls back on any exception; does not nest."""
        with self._lock:
            if self._inside:
                raise RuntimeError("transaction inside a transaction")
            self._inside = True
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    def close(self) -> None:
        with self._lock:
            self._connection.close()
