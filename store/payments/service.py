"""What the shop asks Stripe, and what it does with the answers. No call to Stripe is made inside a transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.audit.repository import raise_attention
from store.clock import Clock
from store.db import Database
from store.errors import PaymentUnavailable
from store.jobs.models import Job
from store.orders import repository as orders
from store.orders.lifecycle import CheckoutState
from store.orders.transitions import end_unpaid
from store.payments import inbox, repository
from store.payments.facts import SessionFact, read_event
from store.payments.gateway import API_VERSION, Gateway, Refused
from store.payments.models import SessionState, StripeSession, WebhookEvent
from store.payments.settle import Ours, settle

log = logging.getLogger(__name__)

REPLAY_AFTER = timedelta(minutes=2)
STRIPES_SHORTEST = timedelta(minutes=30)
KEY_LIVES = timedelta(hours=20)
KEEP_BODIES = timedelta(days=30)
SWEEP_AT_MOST = 50
FAILS_VALIDATION = 400
"""The one refusal of a replay that proves its key was never executed (rule 9)."""


@dataclass(frozen=True)
class Payments:
    """Stripe and the database together; made once a process (twice where jobs may be more patient)."""

    db: Database
    gateway: Gateway
    clock: Clock

    def ours(self) -> Ours:
        """Who we are at Stripe; the id is drawn at the first call of a shop's life."""
        with self.db.reader() as reader:
            known = repository.find_store_id(reader)
        store_id = known or self.db.run(repository.store_id, repeatable=True)
        return Ours(store_id, self.gateway.livemode)

    def settle(self, fact: SessionFact, ended_as: CheckoutState = CheckoutState.EXPIRED) -> None:
        """Join what Stripe has said into what is known."""
        ours, now = self.ours(), self.clock()
        self.db.run(lambda session: settle(session, fact, ours, now, ended_as), repeatable=True)

    def settle_session(self, stripe_id: str) -> None:
        """Ask Stripe how a session stands, and settle that."""
        self.settle(self.gateway.fetch_session(stripe_id, self.clock()))

    def open_attempt(self, attempt: StripeSession) -> SessionFact:
        """Send an attempt's stored request under its own key: the session it created, now or before.

        Raises Refused when Stripe will never accept it, PaymentUnavailable when it may have been created or not.
        """
        fact = self.gateway.create_session(attempt.request, attempt.idempotency_key, self.clock())

        def note(session: Session) -> None:
            repository.adopt(session, attempt.id, fact)
            repository.open_attempt(session, attempt.id, fact.url)

        self.db.run(note, repeatable=True)
        return fact

    def close_attempt(self, attempt: StripeSession, ended_as: CheckoutState = CheckoutState.EXPIRED) -> None:
        """Have Stripe end an attempt, and settle whatever has become of it: dead, or paid after all.

        Raises PaymentUnavailable when Stripe cannot say, Refused when it will not; then nothing has been released.
        """
        stripe_id = attempt.stripe_id
        if stripe_id is None:
            try:
                stripe_id = self.open_attempt(attempt).session_id
            except Refused as refusal:
                if refusal.status != FAILS_VALIDATION:
                    raise  # a key that was revoked meanwhile says nothing about what the old one has created
                return self.mark_never_created(attempt)
        if attempt.state is SessionState.COMPLETE:
            return self.settle_session(stripe_id)
        return self.settle(self.gateway.expire_session(stripe_id, self.clock()), ended_as)

    def mark_never_created(self, attempt: StripeSession, refusal: Refused | None = None) -> None:
        """Stripe refused the attempt's request for good: there is no session, and none will be paid.

        With `refusal` staff are told, because nobody meant it to be refused.
        """
        now = self.clock()

        def mark(session: Session) -> None:
            checkout = orders.lock_checkout(session, attempt.checkout_id)
            row = session.get_one(StripeSession, attempt.id, with_for_update=True, populate_existing=True)
            if row.state is not SessionState.CREATING or row.stripe_id is not None:
                return  # a webhook has told us otherwise meanwhile
            row.state, row.dead = SessionState.NEVER_CREATED, True
            session.flush()  # the attempts are counted in the database
            attempts = repository.list_attempts(session, checkout.id)
            if checkout.state is CheckoutState.OPEN and all(one.dead for one in attempts):
                end_unpaid(session, checkout, CheckoutState.CANCELLED, now)
            if refusal is not None:
                sentence = f"Stripe refused to take money for checkout {checkout.id}: {refusal}."
                raise_attention(session, "session_refused", f"checkout:{checkout.id}", sentence, now)

        self.db.run(mark, repeatable=True)


@dataclass(frozen=True)
class Sweeper:
    """Ends what nobody has paid: asks Stripe first, always (rules 9, 18 and 34)."""

    payments: Payments

    def sweep(self, _job: Job | None = None) -> None:
        """Look at every checkout whose hold has ended, and give its things back once Stripe says it is dead."""
        db, now = self.payments.db, self.payments.clock()
        with db.reader() as reader:
            overdue = orders.list_unpaid(reader, now, SWEEP_AT_MOST)
            nameless = repository.list_nameless(reader, now - REPLAY_AFTER, SWEEP_AT_MOST)
        for checkout_id in dict.fromkeys([*overdue, *nameless]):
            with db.reader() as reader:
                attempts = [attempt for attempt in repository.list_attempts(reader, checkout_id) if not attempt.dead]
            for attempt in attempts:
                self._guarded(attempt)

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
        unexecuted one fails validation. When the key may have been pruned, the session is looked for by its stamp.
        """
        now = self.payments.clock()
        if now <= attempt.expires_at - STRIPES_SHORTEST:
            return
        if now < attempt.created_at + KEY_LIVES:
            self.payments.close_attempt(attempt)
            return
        window = (attempt.created_at - timedelta(hours=1), attempt.created_at + KEY_LIVES)
        for fact in self.payments.gateway.find_sessions(*window, now):
            if fact.attempt_id == attempt.id:
                self.payments.settle(fact)
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


@dataclass(frozen=True)
class EventJobs:
    """What the worker does about events that could not be handled when they came."""

    payments: Payments

    def read_again(self, job: Job) -> None:
        """An event came in another API version: ask for its object in ours, and settle that."""
        gateway, now = self.payments.gateway, self.payments.clock()
        object_id, kind = job.payload["object_id"], job.payload["object_kind"]
        ask: Callable[[], SessionFact | None] | None = {
            "checkout.session": lambda: gateway.fetch_session(object_id, now),
            "payment_intent": lambda: gateway.find_session_of(object_id, now),
        }.get(kind)
        try:
            fact = ask() if ask else None
        except Refused as refusal:
            if refusal.status != 404:
                raise
            fact = None
        if fact is not None:
            self.payments.settle(fact)

    def retry(self, job: Job) -> None:
        """Try an event again that failed too often for Stripe to go on."""
        with self.payments.db.reader() as reader:
            row = reader.get(WebhookEvent, job.payload["event"])
        if row is None or row.body is None:
            return
        event = read_event(row.body, API_VERSION)
        inbox.receive(self.payments.db, event, self.payments.ours(), self.payments.clock())

    def forget_bodies(self, _job: Job) -> None:
        before = self.payments.clock() - KEEP_BODIES
        self.payments.db.run(lambda session: repository.forget_bodies(session, before), repeatable=True)


def moment_for_stripe(now: datetime, hold: timedelta) -> datetime:
    """When a session must end at Stripe: a little after the hold, within what Stripe allows (rule 6)."""
    return now + min(max(hold, STRIPES_SHORTEST) + timedelta(minutes=5), timedelta(hours=23, minutes=55))
