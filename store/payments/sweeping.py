"""The sweeper: ends what nobody has paid, but only with Stripe's own word for it (rules 9, 15, 18 and 34)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.audit.repository import raise_attention
from store.errors import PaymentUnavailable
from store.jobs.models import Job
from store.orders import repository as orders
from store.orders.lifecycle import CheckoutState
from store.payments import repository
from store.payments.gateway import Refused, StoredFailure
from store.payments.models import SessionState, StripeSession
from store.payments.service import STRIPES_SHORTEST, Payments

log = logging.getLogger(__name__)

KEY_LIVES = timedelta(hours=20)
LONGEST_TERM = timedelta(days=14)
"""The slowest bank debit is decided by then (rule 15); what is still on its way needs a person."""
SWEEP_AT_MOST = 500
SWEEP_FOR = timedelta(seconds=20)
"""Then other jobs have their turn; the next minute goes on."""
BY_PAGES_FROM = 10
"""So many sessions that Stripe must have ended by itself are looked up in its lists, 100 at a time."""
AROUND = timedelta(minutes=5)
"""How far Stripe's moment of creation may lie from ours."""


@dataclass(frozen=True)
class Sweeper:
    """Ends what nobody has paid: asks Stripe first, always (rules 9, 18 and 34)."""

    payments: Payments

    def sweep(self, _job: Job | None = None) -> None:
        """Look at every checkout whose hold has ended, and give its things back once Stripe says it is dead.

        One that cannot be settled keeps no other one held: what went wrong is raised when all have been looked at.
        """
        db, now = self.payments.db, self.payments.clock()
        with db.reader() as reader:
            due = repository.list_due(reader, now, SWEEP_AT_MOST)
        known = self._settle_by_pages([one for one in due if one.state is SessionState.OPEN and one.expires_at <= now])
        asked: list[str] = []
        faults: list[Exception] = []
        for attempt in due:
            if self.payments.clock() > now + SWEEP_FOR:
                break
            asked.append(attempt.id)
            try:
                if attempt.id not in known:
                    self._guarded(attempt)
                self._tell_if_overdue(attempt.checkout_id)
            except Exception as fault:
                log.exception("attempt %s could not be settled", attempt.id)
                faults.append(fault)
        if asked:
            db.run(lambda session: repository.note_asked(session, asked, now), repeatable=True)
        if faults:
            raise faults[0]

    def _settle_by_pages(self, attempts: Sequence[StripeSession]) -> set[str]:
        """Settle what Stripe has ended, page by page; the ids of the attempts of which it told."""
        if len(attempts) < BY_PAGES_FROM:
            return set()
        now, told = self.payments.clock(), set()
        wanted = {attempt.stripe_id: attempt.id for attempt in attempts}
        born = [attempt.created_at for attempt in attempts]
        try:
            for fact in self.payments.gateway.find_sessions(min(born) - AROUND, max(born) + AROUND, now):
                if fact.session_id in wanted and fact.status != "open":
                    self.payments.settle(fact)
                    told.add(wanted[fact.session_id])
                if len(told) == len(wanted) or self.payments.clock() > now + SWEEP_FOR / 2:
                    break
        except (PaymentUnavailable, Refused) as error:
            log.warning("Stripe does not list its sessions: %s", type(error).__name__)
        return told

    def _guarded(self, attempt: StripeSession) -> None:
        try:
            self._look_at(attempt)
        except PaymentUnavailable:
            log.warning("Stripe does not answer about attempt %s; its things stay held", attempt.id)
        except Refused as refusal:
            self._tell_staff(attempt, refusal)

    def _look_at(self, attempt: StripeSession) -> None:
        if attempt.stripe_id is None:
            self._resolve_nameless(attempt)
        else:
            self.payments.close_attempt(attempt)

    def _resolve_nameless(self, attempt: StripeSession) -> None:
        """An attempt whose answer was lost (rule 9). Its key tells whether it was ever executed.

        Replayed once Stripe would refuse its `expires_at` as too near: an executed key answers with the session, an
        unexecuted one fails validation. When the key may have been pruned, or answers with a failure for ever, the
        session is looked for by its stamp.
        """
        now = self.payments.clock()
        if now <= attempt.expires_at - STRIPES_SHORTEST:
            return
        if now < attempt.created_at + KEY_LIVES:
            try:
                self.payments.close_attempt(attempt)
            except StoredFailure:
                self._look_for(attempt, now)
            return
        self._look_for(attempt, now)

    def _look_for(self, attempt: StripeSession, now: datetime) -> None:
        window = (attempt.created_at - timedelta(hours=1), attempt.created_at + KEY_LIVES)
        for fact in self.payments.gateway.find_sessions(*window, now):
            if fact.attempt_id == attempt.id:
                is_open = fact.status == "open"
                self.payments.settle(self.payments.gateway.expire_session(fact.session_id, now) if is_open else fact)
                return
        if now > attempt.expires_at:
            self.payments.mark_never_created(attempt)

    def _tell_staff(self, attempt: StripeSession, refusal: Refused) -> None:
        """Refused when asked about what may exist: never a reason to release (rule 34)."""
        session = attempt.stripe_id or f"of attempt {attempt.id}, whose answer was lost"
        sentence = f"Stripe would not tell us about the session {session}: {refusal}. Its things stay held."
        now = self.payments.clock()
        self.payments.db.run(
            lambda session: raise_attention(session, "session_unreadable", f"attempt:{attempt.id}", sentence, now)
        )

    def _tell_if_overdue(self, checkout_id: str) -> None:
        now = self.payments.clock()
        with self.payments.db.reader() as reader:
            checkout = orders.get_checkout(reader, checkout_id)
        if checkout.state is not CheckoutState.AWAITING_PAYMENT or now < checkout.created_at + LONGEST_TERM:
            return
        sentence = f"The payment of checkout {checkout_id} has been on its way for two weeks. Ask Stripe what keeps it."
        self.payments.db.run(
            lambda session: raise_attention(session, "payment_overdue", f"checkout:{checkout_id}", sentence, now)
        )
