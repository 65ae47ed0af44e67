"""Does the jobs: claims one, runs its handler outside any transaction, writes how it went.

A handler may run more than once for one job (a crash after its effect, a lease that ended), so each is safe to repeat:
mails carry a Message-ID made from the job, calls to Stripe an idempotency key.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cronsim import CronSim
from sqlalchemy.orm import Session

from store.clock import Clock
from store.db import Database
from store.jobs import repository
from store.jobs.models import Job, JobState

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
POLL_SECONDS = 0.25
KEEP_DONE = timedelta(days=7)

Handler = Callable[[Job], None]


@dataclass(frozen=True)
class Scheduled:
    """Work by the clock: `cron` in UTC, five fields. One job a firing, however many workers tick."""

    kind: str
    cron: str


class Worker:
    """Runs what is due. Any number of workers, threads and hosts may share one database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        schedule: tuple[Scheduled, ...] = (),
        last: tuple[str, ...] = (),
        when_dead: repository.Told = repository.nobody,
        when_done: repository.Told = repository.nobody,
    ) -> None:
        """Kinds in `last` are done when nothing else is due: nobody's receipt waits for them.

        `when_dead` is told of each job that is given up, `when_done` of each that was done after it had failed and of
        each that the schedule has set; both in the transaction that notes it.
        """
        self.db = db
        self.clock = clock
        self.handlers = {**handlers, "purge_jobs": self._purge}
        self.schedule = (*schedule, Scheduled("purge_jobs", "17 4 * * *"))
        self.last = last
        self.when_dead, self.when_done = when_dead, when_done
        self._ticked: datetime | None = None

    def run_until(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a fault of the database is logged and waited out, never the end."""
        while not stop.is_set():
            try:
                busy = self.tick() or self.run_one()
            except Exception:
                log.exception("the worker could not reach its jobs")
                busy = stop.wait(2)
            if not busy:
                stop.wait(POLL_SECONDS)

    def drain(self) -> int:
        """Do everything that is due by now, what the clock has set included; how many jobs were run."""
        self.tick()
        done = 0
        while self.run_one():
            done += 1
        return done

    def tick(self) -> bool:
        """Queue what the schedule has set for this minute; at most once a minute and worker."""
        now = self.clock()
        minute = now.replace(second=0, microsecond=0)
        if self._ticked == minute:
            return False
        firings = [
            (entry.kind, next(CronSim(entry.cron, minute + timedelta(minutes=1), reverse=True)))
            for entry in self.schedule
        ]

        def queue(session: Any) -> None:  # noqa: ANN401
            for kind, firing in firings:
                key = f"{kind}@{firing:%Y-%m-%dT%H:%M}"
                repository.enqueue(session, kind, {}, now, unique_key=key, run_at=firing, max_attempts=3)

        self.db.run(queue, repeatable=True)
        self._ticked = minute
        return True

    def run_one(self) -> bool:
        """Do one due job; whether there was one."""
        now = self.clock()
        with self.db.reader() as reader:
            if repository.find_due(reader, now) is None:
                return False
        job = self.db.run(lambda session: repository.claim(session, now, LEASE, self.last, self.when_dead))
        if job is None:
            return False
        try:
            self._handler(job.kind)(job)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is the job's fate, not the worker's
            self._failed(job, error)
        else:
            self._done(job)
        return True

    def _handler(self, kind: str) -> Handler:
        try:
            return self.handlers[kind]
        except KeyError:
            raise LookupError(f"no handler for jobs of kind {kind!r}") from None

    def _done(self, job: Job) -> None:
        now = self.clock()
        is_news = job.last_error is not None or repository.is_firing(job)
        done = {"state": JobState.DONE, "finished_at": now, "last_error": None}
        self._finish(job, done, self.when_done if is_news else repository.nobody, now)

    def _failed(self, job: Job, error: Exception) -> None:
        now = self.clock()
        log.warning("job %s (%s) failed at attempt %s: %s", job.id, job.kind, job.attempts, type(error).__name__)
        dead = job.attempts >= job.max_attempts
        failed = {
            "state": JobState.DEAD if dead else JobState.WAITING,
            "run_at": now + backoff(job.attempts),
            "finished_at": now if dead else None,
            "last_error": f"{type(error).__name__}: {error}"[:500],
        }
        self._finish(job, failed, self.when_dead if dead else repository.nobody, now)

    def _finish(self, job: Job, changes: Mapping[str, object], tell: repository.Told, now: datetime) -> None:
        def work(session: Session) -> None:
            if repository.finish(session, job, **changes):
                tell(session, job, now)

        self.db.run(work, repeatable=True)

    def _purge(self, _job: Job) -> None:
        self.db.run(lambda session: repository.purge_done(session, self.clock() - KEEP_DONE), repeatable=True)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 5 s doubling to an hour, a fifth of it left to chance."""
    seconds = min(5 * 2 ** (attempts - 1), 3600)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - spreads retries, guards nothing
