"""Jobs that were given up: shown to staff in the transaction that gives one up, and tried again when they say so.

`jobs/` stands below and knows nothing of this; the worker is given `tell` and `settle` where the shop is put together.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.audit.repository import close_attention, raise_attention
from store.db import Database
from store.errors import NotFound
from store.jobs import repository
from store.jobs.models import Job, JobState

KIND = "job_dead"


def tell(session: Session, job: Job, now: datetime) -> None:
    """A job has used up its tries."""
    sentence = (
        f"The job {job.kind} was given up after {job.attempts} {'try' if job.attempts == 1 else 'tries'}."
        " Read its last error among the jobs, have it mended, then try it again."
    )
    raise_attention(session, KIND, _subject(job), sentence, now)


def settle(session: Session, job: Job, now: datetime) -> None:
    """A job that had failed, or a firing of the schedule, has been done."""
    close_attention(session, KIND, _subject(job), now)


def _subject(job: Job) -> str:
    """Of the schedule's work the next firing is the next try, so all of them are one matter."""
    return f"job:{job.kind}" if repository.is_firing(job) else f"job:{job.id}"


def try_again(db: Database, actor: Actor, job_id: int, now: datetime) -> None:
    """Give a dead job a few more tries, from now on; one that is not dead stays as it is.

    Raises Forbidden, NotFound.
    """
    actor.require(Permission.ORDERS_WRITE)

    def work(session: Session) -> None:
        job = repository.lock_job(session, job_id)
        if job is None:
            raise NotFound("We know no such job. It may have been done and forgotten.")
        if job.state is not JobState.DEAD:
            return
        repository.revive(job, now)
        told = {"state": job.state.value, "kind": job.kind, "tries": job.max_attempts - job.attempts}
        record(session, actor, "job.retry", f"job:{job_id}", {"state": JobState.DEAD.value}, told, now)

    db.run(work, repeatable=True)
