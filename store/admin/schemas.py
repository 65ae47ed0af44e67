"""Forms that several areas of the staff pages have."""

from __future__ import annotations

from store.admin.orders.schemas import Once
from store.web.forms import Line

LONGEST_REASON = 300


class ReasonIn(Once):
    """Something is done once, and why stands in the history."""

    reason = Line(LONGEST_REASON, missing="Say why, in a sentence: it stays in the history.", required=True)


class DoneIn(Once):
    """A matter is closed."""

    note = Line(LONGEST_REASON, missing="Say what was done, in a sentence.", required=True)
