"""The SQL of cursors: how far each of Stripe's lists was read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import insert
from store.payments.reconciling.models import Cursor


def find_position(session: Session, name: str) -> datetime | None:
    return session.scalar(select(Cursor.position).where(Cursor.name == name))


def advance(session: Session, name: str, position: datetime, now: datetime) -> None:
    """Move a cursor on; one that is further already stays, as when another process was quicker."""
    row = insert(session, Cursor).values(name=name, position=position, read_at=now)
    further = row.on_conflict_do_update(
        index_elements=["name"],
        set_={"position": row.excluded.position, "read_at": now},
        where=Cursor.position <= row.excluded.position,
    )
    session.execute(further)
