"""Writing the history, in the transaction of what it tells of, and checking it from end to end."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.chain import BEGINNING, Entry, seal
from store.audit.models import AuditEntry, AuditHead
from store.db import insert, lock

KEY = "audit_key"
"""Where a session carries the chain's key: `Database` is given it once, use cases need not hand it on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the history is not what it was."""

    seq: int
    sentence: str


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
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not changed:
        return
    head = _lock_head(session)
    entry = Entry(
        seq=head.seq + 1,
        at=now,
        actor=actor.name,
        action=action,
        subject=subject,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed if name in after},
    )
    sealed = seal(session.info[KEY], head.seal, entry)
    session.add(
        AuditEntry(
            seq=entry.seq,
            at=now,
            actor=entry.actor,
            action=action,
            subject=subject,
            before=dict(entry.before),
            after=dict(entry.after),
            seal=sealed,
        )
    )
    head.seq, head.seal = entry.seq, sealed


def _lock_head(session: Session) -> AuditHead:
    head = lock(session, AuditHead, 1)
    if head is None:
        first = insert(session, AuditHead).values(id=1, seq=0, seal=BEGINNING)
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


def verify_chain(session: Session, key: bytes, anchors: Iterable[tuple[int, str]] = ()) -> list[Fault]:
    """Every place where the history was changed, cut or re-written; an empty list when it is whole.

    `anchors` are (seq, seal) pairs that were kept elsewhere: they find a chain re-written with a stolen key.
    """
    faults: list[Fault] = []
    expected, previous = 1, BEGINNING
    known = dict(anchors)
    for row in session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)):
        if row.seq != expected:
            faults.append(Fault(expected, f"Entry {expected} is missing."))
        told = Entry(row.seq, row.at, row.actor, row.action, row.subject, row.before, row.after)
        if not hmac.compare_digest(seal(key, previous, told), row.seal):
            faults.append(Fault(row.seq, f"Entry {row.seq} is not what was sealed."))
        kept = known.pop(row.seq, None)
        if kept is not None and not hmac.compare_digest(kept, row.seal):
            faults.append(Fault(row.seq, f"Entry {row.seq} has another seal than the one kept elsewhere."))
        expected, previous = row.seq + 1, row.seal
    head = session.get(AuditHead, 1)
    at_head = (head.seq, head.seal) if head else (0, BEGINNING)
    if at_head != (expected - 1, previous):
        faults.append(Fault(at_head[0], f"The history ends at entry {expected - 1}, and was written to {at_head[0]}."))
    faults += [Fault(seq, f"Entry {seq}, whose seal was kept elsewhere, is missing.") for seq in sorted(known)]
    return faults
