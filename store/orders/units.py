"""The SQL of what becomes of a line's units (rule 29): one UPDATE with its own condition, under the order's lock."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from store.orders.models import OrderLine


def move_units(
    session: Session, line_id: int, *, refunding: int = 0, cancelled: int = 0, refunded: int = 0, returned: int = 0
) -> bool:
    """Change a line's counters by these differences; False, and nothing changed, when they would no longer add up."""
    now = {
        "refunding": OrderLine.refunding + refunding,
        "cancelled": OrderLine.cancelled + cancelled,
        "refunded": OrderLine.refunded + refunded,
        "returned": OrderLine.returned + returned,
    }
    bounded = update(OrderLine).where(
        OrderLine.id == line_id,
        *(counter >= 0 for counter in now.values()),
        OrderLine.shipped + now["cancelled"] + now["refunding"] <= OrderLine.quantity,
        now["refunded"] <= OrderLine.quantity,
        now["returned"] <= OrderLine.shipped,
    )
    return session.scalar(bounded.values(now).returning(OrderLine.id)) is not None
