"""Checks the books every hour, and shows staff when they are not right."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, tell_anew
from store.clock import Clock
from store.db import Database
from store.jobs.models import Job
from store.ops.verify import verify

KIND = "books_broken"
SUBJECT = "books"
MOST_NAMED = 5


@dataclass(frozen=True)
class Verifying:
    """Handler of the job verify."""

    db: Database
    clock: Clock

    def verify(self, _job: Job | None = None) -> None:
        """One open matter as long as anything is broken, saying what; it closes when nothing is."""
        now = self.clock()
        broken = [breach.invariant for breach in verify(self.db, now)]

        def tell(session: Session) -> None:
            if not broken:
                close_attention(session, KIND, SUBJECT, now)
                return
            more = f" and {len(broken) - MOST_NAMED} more" if len(broken) > MOST_NAMED else ""
            named = "; ".join(broken[:MOST_NAMED])
            sentence = f"This does not hold: {named}{more}. Run flask verify, which names the rows."
            tell_anew(session, KIND, SUBJECT, sentence, now, None, even_if_closed=True)

        self.db.run(tell, repeatable=True)
