"""What an invariant is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text

HOLDING = "('open', 'awaiting_payment', 'quarantined')"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, and the query that names every row breaking it."""

    name: str
    broken_by: TextClause


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, with the rows that break it (at most 20)."""

    invariant: str
    rows: list[dict[str, Any]]


def never(name: str, query: str) -> Invariant:
    """`name` says what holds as long as `query` finds no row."""
    return Invariant(name, text(query))
