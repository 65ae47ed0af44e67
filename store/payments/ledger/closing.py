"""Closes days: sums up what was booked in each day that is over, once, so that a balance is a sum of days (in UTC).

A day is closed three days after its end. What is booked within a day and a half of its date, as nearly everything is,
never meets a closed day and waits for nobody; what comes later looks where the closed days end, holds them there, and
is added to its day's sums. So the sums of closed days are those of their postings at every commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import case, func, select
from sqlalchemy import insert as insert_plainly
from sqlalchemy.orm import Session

from store.clock import Clock
from store.db import Database, insert
from store.jobs.models import Job
from store.payments.ledger.models import JournalEntry, LedgerDay, Posting
from store.payments.reconciling import cursors

CURSOR = "ledger_days"
"""Its position is the midnight up to which days are closed."""
DAY = timedelta(days=1)
CLOSED_AFTER = timedelta(days=3)
NEVER_CLOSED_WITHIN = timedelta(hours=36)
"""No transaction takes the difference of the two, and no clock is that wrong."""


@dataclass(frozen=True)
class Closing:
    """Handler of the job close_days."""

    db: Database
    clock: Clock

    def close_days(self, _job: Job | None = None) -> None:
        """Close every day that is due, each in a transaction of its own."""
        now = self.clock()
        while self.db.run(lambda session: close_next(session, now), repeatable=True):
            pass


def midnight(moment: datetime) -> datetime:
    """The one in UTC at which the day of `moment` began."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def may_be_closed(booked_at: datetime, now: datetime) -> bool:
    return booked_at < now - NEVER_CLOSED_WITHIN


def add_late(session: Session, currency: str, postings: Mapping[str, int], booked_at: datetime, now: datetime) -> None:
    """What is booked with a date of days ago: added to its day's sums if that is closed."""
    if booked_at >= cursors.keep_in_place(session, CURSOR, now, alone=False):
        return
    for account, amount in sorted(postings.items()):
        debit, credit = max(amount, 0), max(-amount, 0)
        row = insert(session, LedgerDay).values(
            starts_at=midnight(booked_at), currency=currency, account=account, debits=debit, credits=credit
        )
        session.execute(
            row.on_conflict_do_update(
                index_elements=["starts_at", "currency", "account"],
                set_={"debits": LedgerDay.debits + debit, "credits": LedgerDay.credits + credit},
            )
        )


def close_next(session: Session, now: datetime) -> bool:
    """Close the next day, or all the empty ones before the first booking; whether there may be more to close."""
    closed_to = cursors.keep_in_place(session, CURSOR, now, alone=True)
    due = midnight(now - CLOSED_AFTER)
    first = session.scalar(select(func.min(JournalEntry.booked_at)).where(JournalEntry.booked_at >= closed_to))
    if first is None or midnight(first) >= due:
        if closed_to < due:
            cursors.advance(session, CURSOR, due, now)
        return False
    day = midnight(first)
    sums = sums_between(session, day, day + DAY)
    rows = [
        {"starts_at": day, "currency": currency, "account": account, "debits": debit, "credits": credit}
        for (currency, account), (debit, credit) in sums.items()
    ]
    session.execute(insert_plainly(LedgerDay), rows)
    cursors.advance(session, CURSOR, day + DAY, now)
    return True


def sums_between(session: Session, start: datetime, end: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """Debits and credits by currency and account of what was booked from `start` on and before `end`."""
    debit = func.sum(case((Posting.amount > 0, Posting.amount), else_=0))
    credit = debit - func.sum(Posting.amount)
    query = (
        select(JournalEntry.currency, Posting.account, debit, credit)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(JournalEntry.booked_at >= start, JournalEntry.booked_at < end)
        .group_by(JournalEntry.currency, Posting.account)
    )
    return {(currency, account): (int(plus), int(minus)) for currency, account, plus, minus in session.execute(query)}
