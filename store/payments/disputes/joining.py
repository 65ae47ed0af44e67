"""How what is said about a dispute or a warning joins what is known (rule 26). Pure: any order ends the same.

The status of a dispute is the snapshot with the greatest (Stripe's time, rank, id); its money never follows that, it is
the set union of its balance transactions. A warning that has ended stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_RANKED = (
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
    "prevented",
    "lost",
    "won",
)
_RANK = {status: rank for rank, status in enumerate(_RANKED)}
_NEEDS_RESPONSE = "needs_response"


def rank(status: str) -> int:
    """Breaks ties of time only; a word of Stripe's that nobody here knows is below all others."""
    return _RANK.get(status, -1)


@dataclass(frozen=True, slots=True)
class Told:
    """A status, when Stripe said it, and in what: an event's id, or `read`."""

    status: str
    at: datetime
    by: str

    def is_newer_than(self, known: Told) -> bool:
        return (self.at, rank(self.status), self.by) > (known.at, rank(known.status), known.by)


def waits_for_us(status: str) -> bool:
    """Whether the bank waits for our answer; a word that nobody knows is better looked at."""
    return status.endswith(_NEEDS_RESPONSE) or status not in _RANK


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a review or warning stands: whether it still asks for something, why, and when Stripe said so."""

    open: bool
    reason: str
    at: datetime

    def joined_with(self, said: Doubt) -> Doubt:
        """The one that has ended, else the one told later; of equals the greater reason, so that order is nothing."""
        return max(self, said, key=lambda doubt: (not doubt.open, doubt.at, doubt.reason))
