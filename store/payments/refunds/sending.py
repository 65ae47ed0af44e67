"""Asking Stripe for refunds that are set aside, and joining what it says. Never a lock across the call.

A crash or a lost answer anywhere leaves a refund that a job asks about again until Stripe has told its fate (rule 24).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from store.audit.repository import raise_attention
from store.errors import PaymentUnavailable
from store.jobs.models import Job
from store.payments import repository as payments_repository
from store.payments.gateway import Refused
from store.payments.models import Payment
from store.payments.refunds import asking, repository
from store.payments.refunds.facts import RefundFact
from store.payments.refunds.joining import join_refund, reject
from store.payments.refunds.rules import UNKNOWN
from store.payments.service import Payments

KEY_LIVES = timedelta(hours=20)
"""Stripe forgets a key after a day; before that the same key cannot pay twice."""
TOO_LONG = timedelta(minutes=50)
MOST_TOLD = 500
UNSENT = "Stripe has not said yet whether it has made this refund. It is sent until it does; look at the payment there."
SAYS_NOTHING = (401, 403)
"""A key that was revoked says nothing about the refund."""


@dataclass(frozen=True)
class RefundSender:
    """What is sent to Stripe about refunds, at once or by a job."""

    payments: Payments

    def send_job(self, job: Job) -> None:
        """The job `send_refund`: ask until Stripe has answered."""
        self.send(job.payload["refund_id"])

    def list_job(self, job: Job) -> None:
        """The job `list_refunds`: read all refunds of a payment at Stripe, for an event said that there are some."""
        self.read_all(job.payload["payment_intent"])

    def tell_of_unsent(self, _job: Job) -> None:
        """Show staff the refunds about which Stripe has said nothing for nearly an hour; they are still being sent."""
        db, now = self.payments.db, self.payments.clock()
        with db.reader() as reader:
            stuck = repository.list_unsent(reader, now - TOO_LONG, MOST_TOLD)
        for refund in stuck:
            subject = f"refund:{refund.id}"
            db.run(lambda session, subject=subject: raise_attention(session, "refund_unsent", subject, UNSENT, now))  # type: ignore[misc]

    def read_all(self, payment_intent: str) -> None:
        """Join every refund that Stripe has of a payment of ours."""
        now = self.payments.clock()
        for fact in asking.list_refunds(self.payments.gateway, payment_intent, now):
            self._join(payment_intent, fact)

    def send(self, refund_id: int) -> None:
        """Have Stripe make a refund that is set aside, once however often this is called.

        Raises PaymentUnavailable when its outcome stays unknown.
        """
        now = self.payments.clock()
        with self.payments.db.reader() as reader:
            refund = repository.get_refund(reader, refund_id)
            intent = reader.get_one(Payment, refund.payment_id).payment_intent
        if refund.state not in UNKNOWN:
            return
        if refund.first_sent_at is not None:
            made = [fact for fact in asking.list_refunds(self.payments.gateway, intent, now) if fact.key == refund.key]
            for fact in made:
                self._join(intent, fact)
            if made:
                return
        refund = self.payments.db.run(lambda session: repository.note_sending(session, refund, now, KEY_LIVES))
        try:
            fact = asking.create_refund(self.payments.gateway, refund, intent, now)
        except Refused as refusal:
            if refusal.status in SAYS_NOTHING:
                raise PaymentUnavailable(
                    "Stripe does not answer just now. The refund is kept and sent later."
                ) from refusal
            self._reject(intent, refund_id, str(refusal))
        else:
            self._join(intent, fact)

    def _join(self, payment_intent: str, fact: RefundFact) -> None:
        now = self.payments.clock()

        def work(session: Session) -> None:
            join_refund(session, payments_repository.lock_payment(session, payment_intent, now), fact, now)

        self.payments.db.run(work, repeatable=True)

    def _reject(self, payment_intent: str, refund_id: int, why: str) -> None:
        now = self.payments.clock()

        def work(session: Session) -> None:
            payment = payments_repository.lock_payment(session, payment_intent, now)
            reject(session, payment, repository.get_refund(session, refund_id), why, now)

        self.payments.db.run(work, repeatable=True)
