"""The SQL of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from store.db import insert, lock
from store.jobs.models import Job, JobState

MAX_ATTEMPTS = 12
MORE_ATTEMPTS = 3
"""What a dead job is given when somebody says that it shall be tried again."""

Told = Callable[[Session, Job, datetime], None]
"""Is told of a job in the transaction that changes it."""


def nobody(_session: Session, _job: Job, _now: datetime) -> None:
    """Nobody wants to know."""


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
    *,
    unique_key: str | None = None,
    run_at: datetime | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> bool:
    """Queue work in the caller's transaction; whether it was new, i.e. no job with `unique_key` existed."""
    statement = insert(session, Job).values(
        kind=kind,
        payload=payload,
        state=JobState.WAITING,
        attempts=0,
        max_attempts=max_attempts,
        run_at=run_at or now,
        unique_key=unique_key,
        created_at=now,
    )
    statement = statement.on_conflict_do_nothing(index_elements=["unique_key"])
    return session.scalar(statement.returning(Job.id)) is not None


def _due(now: datetime) -> Any:  # noqa: ANN401 - SQLAlchemy's expression type is not worth naming
    return or_(
        and_(Job.state == JobState.WAITING, Job.run_at <= now),
        and_(Job.state == JobState.RUNNING, Job.leased_until < now),
    )


def find_due(session: Session, now: datetime) -> int | None:
    """The id of some job that is due, read without a lock; another worker may be quicker."""
    return session.scalar(select(Job.id).where(_due(now)).order_by(Job.run_at, Job.id).limit(1))


def claim(
    session: Session, now: datetime, lease: timedelta, last: Collection[str] = (), when_dead: Told = nobody
) -> Job | None:
    """Take the next due job for `lease`; a job whose worker never came back is due again, until it has had its tries.

    One that kills whoever does it would otherwise kill one worker after the other for ever. Kinds in `last` give way.
    `when_dead` is told of each job that is given up.
    """
    query = select(Job).where(_due(now)).order_by(Job.kind.in_(last), Job.run_at, Job.id).limit(1)
    query = query.with_for_update(skip_locked=True)
    while (job := session.scalar(query)) is not None:
        if job.attempts < job.max_attempts:
            job.state, job.leased_until = JobState.RUNNING, now + lease
            job.attempts += 1
            return job
        job.state, job.leased_until, job.finished_at = JobState.DEAD, None, now
        job.last_error = job.last_error or "its worker never came back"
        when_dead(session, job, now)
        session.flush()  # the next look must not find it again
    return None


def finish(session: Session, job: Job, **changes: object) -> bool:
    """Write how it went, unless another worker has taken the job since; whether it was written."""
    fenced = update(Job).where(Job.id == job.id, Job.attempts == job.attempts, Job.state == JobState.RUNNING)
    return session.scalar(fenced.values(leased_until=None, **changes).returning(Job.id)) is not None


def list_dead(session: Session, most: int | None = None) -> list[Job]:
    """Jobs that were given up, the latest first."""
    dead = select(Job).where(Job.state == JobState.DEAD).order_by(Job.finished_at.desc(), Job.id.desc())
    return list(session.scalars(dead.limit(most)))


def count_jobs(session: Session, state: JobState) -> int:
    return session.scalars(select(func.count()).select_from(Job).where(Job.state == state)).one()


def lock_job(session: Session, job_id: int) -> Job | None:
    return lock(session, Job, job_id)


def revive(job: Job, now: datetime) -> None:
    """Give a dead job more tries. What it has had stays counted, for that fences a worker that comes back late."""
    job.state, job.run_at, job.finished_at = JobState.WAITING, now, None
    job.max_attempts = job.attempts + MORE_ATTEMPTS


def is_firing(job: Job) -> bool:
    """Whether the schedule has queued it, so that another follows whatever becomes of this one."""
    return "@" in (job.unique_key or "")


def purge_done(session: Session, before: datetime) -> None:
    """Forget finished jobs, but for those that name themselves: they go on saying that their work was done once.

    A firing of the schedule that was given up is forgotten too: many others have followed it.
    """
    firing = Job.unique_key.contains("@")
    done = and_(Job.state == JobState.DONE, or_(Job.unique_key.is_(None), firing))
    session.execute(delete(Job).where(or_(done, and_(Job.state == JobState.DEAD, firing)), Job.finished_at < before))
