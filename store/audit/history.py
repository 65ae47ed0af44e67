"""Writing the history, in the transaction of what it tells of, and reading it; `checking.py` proves it whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.chain import BEGINNING, Entry, prove, seal
from store.audit.models import AuditEntry, AuditHead
from store.db import insert, lock

KEY = "audit_key"
"""Where a session carries the chain's key: `Database` is given it once, use cases need not hand it on."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to a subject, before it is an entry of the history."""

    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write what `actor` did to `subject`, only the values that differ; nothing when none does.

    Locks the end of the chain until the transaction ends, so it comes last in the lock order (rule 5).
    """
    record_all(session, actor, [Deed(action, subject, before, after)], now)


def record_all(session: Session, actor: Actor, deeds: Iterable[Deed], now: datetime) -> None:
    """As `record`, for several, in their order."""
    told = [(deed, changed) for deed in deeds if (changed := _changed(deed))]
    if not told:
        return
    head = _lock_head(session)
    for deed, changed in told:
        entry = Entry(
            seq=head.seq + 1,
            at=now,
            actor=actor.name,
            action=deed.action,
            subject=deed.subject,
            before={name: deed.before[name] for name in changed if name in deed.before},
            after={name: deed.after[name] for name in changed if name in deed.after},
        )
        _add(session, head, entry)


def _changed(deed: Deed) -> list[str]:
    names = {**deed.before, **deed.after}
    return [name for name in names if deed.before.get(name) != deed.after.get(name)]


def _add(session: Session, head: AuditHead, entry: Entry) -> None:
    key = session.info[KEY]
    sealed = seal(key, head.seal, entry)
    session.add(
        AuditEntry(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            before=dict(entry.before),
            after=dict(entry.after),
            seal=sealed,
        )
    )
    head.seq, head.seal, head.proof = entry.seq, sealed, prove(key, head.proof, sealed)


def _lock_head(session: Session) -> AuditHead:
    head = lock(session, AuditHead, 1)
    if head is None:
        first = insert(session, AuditHead).values(id=1, seq=0, seal=BEGINNING, proof=BEGINNING)
        session.execute(first.on_conflict_do_nothing(index_elements=["id"]))
        head = lock(session, AuditHead, 1)
    if head is None:
        raise AssertionError("the head was just written")
    return head


def list_entries(session: Session, subject: str | None, before_seq: int | None, most: int) -> list[AuditEntry]:
    """The newest entries first, of one subject or of all."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(most)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if before_seq is not None:
        query = query.where(AuditEntry.seq < before_seq)
    return list(session.scalars(query))
