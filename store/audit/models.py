"""Attention: what the shop keeps and shows because it must not decide it alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text

from store.db import Base, Id, Mapped


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
    )

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    sentence: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
