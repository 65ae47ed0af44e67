"""Attention, what the shop must not decide alone; and the history of what staff did, sealed entry by entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text

from store.db import Base, Id, Mapped, check, mapped_column


class Attention(Base):
    """A matter, open or closed; `subject` names the row it is about, e.g. `payment:pi_123`."""

    __tablename__ = "attention"
    __table_args__ = (
        Index(
            "uq_attention_open",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index("ix_attention_subject", "subject"),
        Index("ix_attention_closed_at_id", "closed_at", "id"),
        Index("uq_attention_closing_key", "closing_key", unique=True),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    sentence: Mapped[str]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When it is too late: a bank waits for an answer until then."""
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    """Who of staff closed it, e.g. `member:12`; None when it settled itself."""
    note: Mapped[str | None]
    """What they wrote when they closed it."""
    closing_key: Mapped[str | None]
    """The token of the form that closed it: the same form sent twice closes it once."""


class AuditEntry(Base):
    """One thing somebody did, written with it in one transaction. Append-only: triggers refuse to change or delete one.

    `seal` is a keyed hash of the entry and of the seal before it, so that nothing can be changed, left out or put in
    between without the key (store/audit/chain.py).
    """

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("seq"), Index("ix_audit_entry_subject", "subject", "seq"))

    id: Mapped[Id]
    seq: Mapped[int]
    """1, 2, 3 … without gaps."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """`member:12`, `system` or `demo`."""
    action: Mapped[str]
    """Thing and verb, e.g. `product.publish`."""
    subject: Mapped[str]
    """The row it is about, e.g. `product:12`."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Only what changed; addresses of people as digests."""
    seal: Mapped[str]


class AuditHead(Base):
    """Where the chain ends: one row, the lock of all who write to it, and the witness when its tail is cut off."""

    __tablename__ = "audit_head"
    __table_args__ = (check("one_row", "id = 1"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    seal: Mapped[str]
    proof: Mapped[str]
    """A keyed hash of every seal so far: without the key nobody can move the head."""
