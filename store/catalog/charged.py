"""What an item was really charged at: only such a price may stand beside a lower one as what it was. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

REMEMBERED = timedelta(days=30)
"""How long a price may be told of after nobody is asked for it any more."""


def was_charged(
    changes: Sequence[tuple[datetime, int]], amount: int, on_sale_since: datetime | None, now: datetime
) -> bool:
    """Whether `amount` was the price at some time of the last 30 days, while the item was on sale.

    `changes` are (from when, price), oldest first: each price holds until the next one.
    """
    if on_sale_since is None:
        return False
    ends = [*(at for at, _ in changes), now][1:]
    return any(
        price == amount and begin <= now and until > max(begin, on_sale_since, now - REMEMBERED)
        for (begin, price), until in zip(changes, ends, strict=True)
    )
