"""The SQL of cursors: how far each of Stripe's lists was read."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import insert
from store.payments.reconciling.models import Cursor

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def find_position(session: Session, name: str) -> datetime | None:
    return session.scalar(select(Cursor.position).where(Cursor.name == name))


def find_read_at(session: Session, name: str) -> datetime | None:
    """When the list was last read to its end."""
    return session.scalar(select(Cursor.read_at).where(Cursor.name == name))


def keep_in_place(session: Session, name: str, now: datetime, *, alone: bool) -> datetime:
    """A cursor's position, which nobody moves until the transaction ends; made, at the beginning of time, if need be.

    `alone`: nobody else may even keep it in place meanwhile.
    """
    row = insert(session, Cursor).values(name=name, position=BEGINNING, read_at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["name"]))
    query = select(Cursor.position).where(Cursor.name == name).with_for_update(read=not alone)
    return session.scalars(query).one()


def advance(session: Session, name: str, position: datetime, now: datetime) -> None:
    """Move a cursor on; one that is further already stays, as when another process was quicker."""
    row = insert(session, Cursor).values(name=name, position=position, read_at=now)
    further = row.on_conflict_do_update(
        index_elements=["name"],
        set_={"position": row.excluded.position, "read_at": now},
        where=Cursor.position <= row.excluded.position,
    )
    session.execute(further)


def set_back(session: Session, name: str, position: datetime) -> None:
    """Move a cursor back, as if it had been left there: what it has passed since is read again. Never moved on."""
    row = insert(session, Cursor).values(name=name, position=position, read_at=position)
    back = {"position": row.excluded.position, "read_at": row.excluded.read_at}
    earlier = row.on_conflict_do_update(
        index_elements=["name"], set_=back, where=Cursor.position > row.excluded.position
    )
    session.execute(earlier)
