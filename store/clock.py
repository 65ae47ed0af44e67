"""Time as a value that is handed in, so that tests and `flask worker --now` can choose it.

Every moment in the store is an aware `datetime` in UTC; Stripe's are whole seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def from_epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def to_epoch(moment: datetime) -> int:
    return int(moment.timestamp())
