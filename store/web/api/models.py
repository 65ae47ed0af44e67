"""The table of calls that may be repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from store.db import Base


class ApiReplay(Base):
    """A call that was made with an Idempotency-Key: while `status` is missing or 0 it is under way.

    Its name is the digest of key, caller and call, so nobody's key finds anybody else's answer.
    """

    __tablename__ = "api_replay"
    __table_args__ = (Index("ix_api_replay_begun_at", "begun_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    """Digest of what was sent: another body under the same key is refused."""
    begun_at: Mapped[datetime]
    status: Mapped[int | None]
    body: Mapped[str | None]
    headers: Mapped[str | None]
    """JSON of those that belong to the answer."""
