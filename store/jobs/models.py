"""The table of jobs. A row is written in the transaction that makes its work necessary, so neither exists alone."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text

from store.db import Base, Id, Mapped, check, choice, mapped_column


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """One piece of work, done at least once; `attempts` fences a worker that comes back after its lease ended."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("unique_key"),
        Index(
            "ix_job_due", "run_at", postgresql_where=text("state = 'waiting'"), sqlite_where=text("state = 'waiting'")
        ),
        Index(
            "ix_job_leased",
            "leased_until",
            postgresql_where=text("state = 'running'"),
            sqlite_where=text("state = 'running'"),
        ),
        check("attempts_counted", "attempts >= 0 AND max_attempts > 0"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    unique_key: Mapped[str | None]
    """Work that must not be queued twice names itself, e.g. `order_confirmation:17`."""
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
