"""The reconciler: repairs from Stripe's own lists what no webhook has told (rules 34 and 35).

Any number of runs may overlap: every event and object goes through the doors that webhooks use, under their locks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.errors import PaymentUnavailable
from store.jobs.models import Job
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout
from store.payments.ledger.repository import first_session_at
from store.payments.models import StripeSession
from store.payments.reconciling import closing, cursors
from store.payments.reconciling.closing import COMPARED
from store.payments.reconciling.comparing import Comparison
from store.payments.reconciling.events import CURSOR, STRIPE_KEEPS, EventRun, Progress, silently
from store.payments.reconciling.models import Repair
from store.payments.reconciling.rereading import Rereading
from store.payments.service import Payments

log = logging.getLogger(__name__)

WEBHOOKS_TAKE = timedelta(minutes=1)
"""What happened since is left to its webhook; otherwise each would be called a repair that was merely on its way."""
PAYING_TAKES = timedelta(minutes=5)
"""A checkout younger than that is most likely still being paid; the comparison leaves all that is so young as well."""
RUN_FOR = timedelta(minutes=2)
AGAIN = timedelta(days=2)
"""Each comparison begins so long before the last one."""
AT_MOST = timedelta(days=30)
AROUND = timedelta(minutes=5)
"""How far Stripe's moments may lie from ours."""
MOST_LIVE = 500


@dataclass
class Outcome:
    """What a run has come to."""

    events: int = 0
    failed: int = 0
    gone_before: datetime | None = None
    """When events were to be read from before what Stripe keeps: since when it has any. Then the lists were read."""
    repairs: list[Repair] = field(default_factory=list)


@dataclass(frozen=True)
class Reconciler:
    """The jobs reconcile and compare, and what an operator runs by hand."""

    payments: Payments

    def reconcile_job(self, _job: Job | None = None) -> None:
        """Every few minutes: events, live checkouts, and after a restore everything. Stripe away: the next time."""
        now = self.payments.clock()
        try:
            self.reconcile(now - WEBHOOKS_TAKE, give_up_at=now + RUN_FOR)
        except PaymentUnavailable:
            log.warning("Stripe does not answer; the reconciler goes on next time")

    def reconcile(
        self, until: datetime | None = None, give_up_at: datetime | None = None, progress: Progress = silently
    ) -> Outcome:
        """Read on from where the last run has ended. Raises Refused or PaymentUnavailable; what was read stays so."""
        db, now = self.payments.db, self.payments.clock()
        with db.reader() as reader:
            since, closed_since = self._since(reader), closing.find_closed_since(reader)
            read_at = cursors.find_read_at(reader, CURSOR) or since
        if since is None or read_at is None:
            return Outcome()
        outcome, rereading = Outcome(), Rereading(self.payments)
        if read_at < now - STRIPE_KEEPS:
            # Before the events, for these move the cursor, and should this fail nobody would know of the gap.
            outcome.gone_before = now - STRIPE_KEEPS
            Comparison(rereading).compare(read_at - AROUND)
        run = EventRun(self.payments, rereading.repairs, give_up_at)
        run.read_all(since, until or now, progress)
        run.try_failed_again()
        if closed_since is not None and not run.is_cut_short:
            if outcome.gone_before is None:
                Comparison(rereading).compare(closed_since - AROUND)
            db.run(lambda session: closing.open_checkout(session, closed_since), repeatable=True)
        self._reread_live(rereading)
        outcome.events, outcome.failed = run.read, run.failed
        outcome.repairs = list(rereading.repairs.made.values())
        return outcome

    def reconcile_since(self, since: datetime, progress: Progress = silently, *, after_restore: bool) -> Outcome:
        """Read everything from `since` on again, and the lists; `after_restore` keeps checkout closed until it is done.

        Raises Refused or PaymentUnavailable; then checkout stays closed, and the worker goes on.
        """
        move_back = closing.close_checkout if after_restore else closing.set_back
        self.payments.db.run(lambda session: move_back(session, since), repeatable=True)
        outcome = self.reconcile(progress=progress)
        if not after_restore and outcome.gone_before is None:
            outcome.repairs += self._compare(since - AROUND)
        return outcome

    def compare_job(self, _job: Job | None = None) -> None:
        """Every night: hold Stripe's lists against ours."""
        self.compare()

    def compare(self) -> list[Repair]:
        """From two days before the last comparison on, but of no more than a month.

        Raises Refused or PaymentUnavailable.
        """
        now = self.payments.clock()
        with self.payments.db.reader() as reader:
            since = cursors.find_position(reader, COMPARED) or self._since(reader)
        return [] if since is None else self._compare(max(since - AGAIN, now - AT_MOST), now - PAYING_TAKES)

    def _compare(self, since: datetime, until: datetime | None = None) -> list[Repair]:
        rereading, now = Rereading(self.payments), self.payments.clock()
        Comparison(rereading).compare(since, until)
        self.payments.db.run(lambda session: cursors.advance(session, COMPARED, now, now), repeatable=True)
        return list(rereading.repairs.made.values())

    def _since(self, session: Session) -> datetime | None:
        """How far the events were read; never yet: when we first asked for money. None before that."""
        return cursors.find_position(session, CURSOR) or first_session_at(session)

    def _reread_live(self, rereading: Rereading) -> None:
        """Ask how checkouts stand whose hold has not ended yet; afterwards the sweeper does."""
        now = self.payments.clock()
        with self.payments.db.reader() as reader:
            live = list_live(reader, now)
        if not live:
            return
        born, wanted = [one.created_at for one in live], {one.stripe_id for one in live}
        listed = self.payments.gateway.find_sessions(min(born) - AROUND, max(born) + AROUND, now)
        Comparison(rereading).compare_sessions(fact for fact in listed if fact.session_id in wanted)


def list_live(session: Session, now: datetime) -> list[StripeSession]:
    """Attempts that may have been paid unheard, of checkouts whose hold has not ended."""
    query = (
        select(StripeSession)
        .join(Checkout, Checkout.id == StripeSession.checkout_id)
        .where(
            Checkout.state == CheckoutState.OPEN,
            Checkout.hold_ends_at > now,
            StripeSession.created_at <= now - PAYING_TAKES,
            StripeSession.stripe_id.is_not(None),
            StripeSession.dead.is_(False),
        )
    )
    return list(session.scalars(query.order_by(StripeSession.created_at).limit(MOST_LIVE)))
