"""The SQL of attention."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, select, text, update
from sqlalchemy.orm import Session

from store.audit.kinds import Urgency, urgent
from store.audit.models import Attention
from store.db import insert, lock
from store.errors import NotFound

log = logging.getLogger(__name__)

OPEN = Attention.closed_at.is_(None)


def raise_attention(
    session: Session, kind: str, subject: str, sentence: str, now: datetime, due_at: datetime | None = None
) -> None:
    """Show this to staff; the same open matter is raised once. `sentence` says what happened and what to do.

    `due_at` is by when somebody outside must have had an answer. Each kind stands in `audit/kinds.py`.
    """
    row = insert(session, Attention).values(kind=kind, subject=subject, sentence=sentence, opened_at=now, due_at=due_at)
    session.execute(
        row.on_conflict_do_nothing(index_elements=["kind", "subject"], index_where=text("closed_at IS NULL"))
    )
    log.warning("attention: %s %s", kind, subject)


def tell_anew(
    session: Session,
    kind: str,
    subject: str,
    sentence: str,
    now: datetime,
    due_at: datetime | None,
    *,
    even_if_closed: bool,
) -> None:
    """Raise a matter, or say of the open one how it stands now. What staff have closed stays so, unless told to."""
    about = (Attention.kind == kind, Attention.subject == subject)
    still_open = update(Attention).where(*about, Attention.closed_at.is_(None))
    if session.scalar(still_open.values(sentence=sentence, due_at=due_at).returning(Attention.id)) is not None:
        return
    by_staff = select(Attention.id).where(*about, Attention.closed_by.is_not(None))
    if even_if_closed or session.scalar(by_staff.limit(1)) is None:
        raise_attention(session, kind, subject, sentence, now, due_at)


def close_attention(session: Session, kind: str, subject: str, now: datetime) -> None:
    """The matter has settled itself."""
    still_open = update(Attention).where(Attention.kind == kind, Attention.subject == subject, OPEN)
    session.execute(still_open.values(closed_at=now))


def list_open(session: Session, skip: int = 0, most: int | None = None) -> list[Attention]:
    """Open matters: those with a date to reply by, then those for which somebody waits; the oldest of each first."""
    waits = case((Attention.kind.in_(urgent(Urgency.NOW)), 0), else_=1)
    ordered = (
        select(Attention)
        .where(OPEN)
        .order_by(Attention.due_at.is_(None), Attention.due_at, waits, Attention.opened_at, Attention.id)
    )
    return list(session.scalars(ordered.offset(skip).limit(most)))


def list_closed(session: Session, skip: int, most: int) -> list[Attention]:
    """Closed matters, the latest first."""
    closed = select(Attention).where(Attention.closed_at.is_not(None))
    latest = closed.order_by(Attention.closed_at.desc(), Attention.id.desc())
    return list(session.scalars(latest.offset(skip).limit(most)))


def list_about(session: Session, subjects: Collection[str]) -> list[Attention]:
    """Everything that was ever raised about these, what is open first, then the latest."""
    about = select(Attention).where(Attention.subject.in_(subjects))
    return list(session.scalars(about.order_by(Attention.closed_at.is_not(None), Attention.id.desc())))


def count_open(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Attention).where(OPEN)).one()


def get_matter(session: Session, matter_id: int) -> Attention:
    return _known(session.get(Attention, matter_id))


def find_closed_by_form(session: Session, request_key: str) -> Attention | None:
    return session.scalar(select(Attention).where(Attention.closing_key == request_key))


def lock_matter(session: Session, matter_id: int) -> Attention:
    return _known(lock(session, Attention, matter_id))


def _known(matter: Attention | None) -> Attention:
    if matter is None:
        raise NotFound("We know no such matter. Look through the list of those that are open.")
    return matter
