"""Whether Stripe can be reached, which all processes know from one row; and the pace of the jobs that ask it (rule 34).

After five calls in a row without an answer Stripe counts as away: checkout says so before it holds anything, jobs ask
nothing, and one caller in thirty seconds tries, whoever comes first. The first answer ends it, whoever hears it.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from store.clock import Clock
from store.db import Database, insert
from store.errors import PaymentUnavailable, Unavailable
from store.payments.models import Reach

log = logging.getLogger(__name__)

ENOUGH_SILENCE = 5
TRY_AFTER = timedelta(seconds=30)
LONGEST_QUEUE_MS = 5000
"""A turn further away than this was written by a machine whose clock is wrong: the queue begins anew."""


def is_away(session: Session) -> bool:
    """Whether Stripe counts as away: nobody has heard of it since it fell silent."""
    return silent_since(session) is not None


def silent_since(session: Session) -> datetime | None:
    """Since when Stripe has been away; None while it answers."""
    return session.scalar(select(Reach.silent_since).where(Reach.id == 1))


def may_ask(session: Session, now: datetime) -> bool:
    """Whether it is worth asking Stripe; while it is away, one caller in thirty seconds is told to try."""
    if not is_away(session):
        return True
    due = update(Reach).where(Reach.id == 1, or_(Reach.silent_since.is_(None), Reach.try_at <= now))
    return session.scalar(due.values(try_at=now + TRY_AFTER).returning(Reach.id)) is not None


def note_silence(session: Session, now: datetime) -> None:
    """From now on Stripe is away; nothing changes when it is already."""
    row = insert(session, Reach).values(id=1, next_turn=0, silent_since=now, try_at=now + TRY_AFTER)
    first = {"silent_since": now, "try_at": now + TRY_AFTER}
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=first, where=Reach.silent_since.is_(None)))


def note_answer(session: Session) -> None:
    session.execute(update(Reach).where(Reach.id == 1).values(silent_since=None, try_at=None))


def take_turn(session: Session, moment: int, gap: int) -> int:
    """Queue up behind all other jobs of all processes; how many milliseconds to wait. `moment` is Unix time in them."""
    row = insert(session, Reach).values(id=1, next_turn=moment + gap)
    is_free = or_(Reach.next_turn <= moment, Reach.next_turn > moment + LONGEST_QUEUE_MS)
    behind = case((is_free, moment + gap), else_=Reach.next_turn + gap)
    queued = row.on_conflict_do_update(index_elements=["id"], set_={"next_turn": behind})
    return session.execute(queued.returning(Reach.next_turn)).scalar_one() - gap - moment


class Watch:
    """Beside a gateway: counts what it hears and what not, and tells all processes. Safe to share between threads."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db = db
        self.clock = clock
        self._silence = 0
        self._lock = threading.Lock()

    def before(self) -> None:
        """People are not kept from asking: whoever is back from paying may be the first to hear something."""

    def heard(self) -> None:
        """Stripe has answered, if only to refuse. What goes wrong here must not spoil the answer."""
        with self._lock:
            self._silence = 0
        try:
            with self.db.reader() as reader:
                was_away = is_away(reader)
            if was_away:
                self.db.run(note_answer, repeatable=True)
                log.warning("Stripe answers again")
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("cannot note that Stripe answers: %s", type(error).__name__)

    def silent(self) -> None:
        """Stripe did not answer, or answered that it cannot."""
        with self._lock:
            self._silence += 1
            enough = self._silence >= ENOUGH_SILENCE
        if not enough:
            return
        now = self.clock()
        try:
            self.db.run(lambda session: note_silence(session, now), repeatable=True)
        except (SQLAlchemyError, Unavailable) as error:
            log.warning("cannot note that Stripe is away: %s", type(error).__name__)
        else:
            log.warning("Stripe has not answered %s times in a row", self._silence)


class PacedWatch(Watch):
    """For jobs: all of them together ask no more often than `per_second`, and nothing while Stripe is away."""

    def __init__(self, db: Database, clock: Clock, per_second: int) -> None:
        super().__init__(db, clock)
        self.gap = 1000 // per_second

    def before(self) -> None:
        """Wait for one's turn. The pace is of the world outside, so it is that of its clock, not of the shop's."""
        now, moment = self.clock(), time.time_ns() // 1_000_000
        wait = self.db.run(lambda session: self._queue(session, now, moment))
        if wait is None:
            raise PaymentUnavailable("Stripe has not answered for a while. It is asked again in half a minute.")
        time.sleep(wait / 1000)

    def _queue(self, session: Session, now: datetime, moment: int) -> int | None:
        return take_turn(session, moment, self.gap) if may_ask(session, now) else None
