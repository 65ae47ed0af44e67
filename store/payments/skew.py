"""How far our clock is from Stripe's, by the `Date` of its answers (rule 4). Pure.

A wrong clock changes when Stripe is asked, never what is concluded; but signatures older than 300 s are refused, and so
a shop whose clock is that far off hears of no payment. It is told long before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

ALARM = timedelta(seconds=30)
"""From here on staff are told."""
UNSAFE = timedelta(seconds=120)
"""From here on the shop should not take money."""
RESOLUTION = timedelta(seconds=1)
"""`Date` has whole seconds, cut off."""


def skew(date: str, asked_at: datetime, answered_at: datetime) -> timedelta | None:
    """How much Stripe's clock is ahead of ours (negative: behind); None when `date` is no date.

    The answer was dated somewhen between the two moments of ours: only what lies outside of them is skew.
    """
    dated = moment_of(date)
    if dated is None:
        return None
    if dated > answered_at:
        return dated - answered_at
    if dated + RESOLUTION < asked_at:
        return dated + RESOLUTION - asked_at
    return timedelta()


def moment_of(date: str) -> datetime | None:
    """The moment in a `Date` header; None when it is no date."""
    try:
        dated = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return dated if dated.tzinfo else dated.replace(tzinfo=UTC)
