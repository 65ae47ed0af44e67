"""Tables of the reconciler: how far it has read, and what it had to mend."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index

from store.db import Base, Id, Mapped, mapped_column


class Cursor(Base):
    """How far a list of Stripe's was read, by name; never behind what has been handled."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[datetime]
    """Stripe's time of the newest thing read."""
    read_at: Mapped[datetime]


class Repair(Base):
    """Something that no webhook had told us, found and put right: what it was before and after."""

    __tablename__ = "repair"
    __table_args__ = (Index("ix_repair_at_id", "at", "id"),)

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    """The row it is about, e.g. `payment:pi_123`, as attention names it."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
