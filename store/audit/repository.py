"""The SQL of attention."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from store.audit.models import Attention
from store.db import insert

log = logging.getLogger(__name__)


def raise_attention(
    session: Session, kind: str, subject: str, sentence: str, now: datetime, due_at: datetime | None = None
) -> None:
    """Show this to staff; the same open matter is raised once. `sentence` says what happened and what to do.

    `due_at` is by when somebody outside must have had an answer.
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
    still_open = update(Attention).where(
        Attention.kind == kind, Attention.subject == subject, Attention.closed_at.is_(None)
    )
    session.execute(still_open.values(closed_at=now))


def list_open(session: Session) -> list[Attention]:
    return list(session.scalars(select(Attention).where(Attention.closed_at.is_(None)).order_by(Attention.id)))
