"""What the shop asks Stripe, and what it does with the answers. No call to Stripe is made inside a transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.clock import Clock
from store.db import Database
from store.orders.lifecycle import CheckoutState
from store.orders.transitions import end_unpaid
from store.payments import repository
from store.payments.facts import SessionFact
from store.payments.gateway import Gateway, Refused
from store.payments.locking import lock_place
from store.payments.models import SessionState, StripeSession
from store.payments.settle import Ours, settle
from store.payments.skew import ALARM

log = logging.getLogger(__name__)

STRIPES_SHORTEST = timedelta(minutes=30)
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

    def compare_clocks(self) -> None:
        """Tell staff while our clock is far from Stripe's (rule 4), going by the answers that came anyway."""
        ahead, now = self.gateway.skew, self.clock()
        if ahead is None:
            return
        if abs(ahead) <= ALARM:
            self.db.run(lambda session: close_attention(session, "clock_skew", "clock", now), repeatable=True)
            return
        seconds = round(abs(ahead).total_seconds())
        side = "behind" if ahead > ALARM else "ahead of"
        sentence = f"The shop's clock is {seconds} seconds {side} Stripe's. Set it right, or payments are not heard of."
        self.db.run(lambda session: raise_attention(session, "clock_skew", "clock", sentence, now), repeatable=True)

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

        Raises PaymentUnavailable when Stripe cannot say (StoredFailure when the attempt's key never will), Refused when
        it will not; then nothing has been released.
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
            checkout, row = lock_place(session, repository.place_of(session, attempt.id))
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


def moment_for_stripe(now: datetime, hold: timedelta) -> datetime:
    """When a session must end at Stripe: a little after the hold, within what Stripe allows (rule 6)."""
    return now + min(max(hold, STRIPES_SHORTEST) + timedelta(minutes=5), timedelta(hours=23, minutes=55))
