"""The SQL of what keeps an order's parcels from leaving (rule 28): opened and lifted under the order's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from store.db import insert
from store.fulfilment.models import FulfilmentBlock


def open_block(session: Session, order_id: int, reason: str, object_id: str, now: datetime) -> None:
    """Keep an order from leaving because of `object_id`; while that stands open a second time changes nothing."""
    row = insert(session, FulfilmentBlock).values(order_id=order_id, reason=reason, object_id=object_id, opened_at=now)
    session.execute(
        row.on_conflict_do_nothing(
            index_elements=["order_id", "reason", "object_id"], index_where=text("closed_at IS NULL")
        )
    )


def close_block(session: Session, reason: str, object_id: str, closed_by: str, now: datetime) -> None:
    """What set the block has ended (`stripe`), or somebody of staff lifts it; nothing when it does not stand."""
    standing = update(FulfilmentBlock).where(
        FulfilmentBlock.reason == reason,
        FulfilmentBlock.object_id == object_id,
        FulfilmentBlock.closed_at.is_(None),
    )
    session.execute(standing.values(closed_at=now, closed_by=closed_by))


def list_blocks(session: Session, order_id: int) -> Sequence[FulfilmentBlock]:
    """What keeps an order back now, the oldest first."""
    query = select(FulfilmentBlock).where(FulfilmentBlock.order_id == order_id, FulfilmentBlock.closed_at.is_(None))
    return session.scalars(query.order_by(FulfilmentBlock.id)).all()
