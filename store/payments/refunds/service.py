"""Paying back: money is set aside, Stripe is asked, its answer is joined. Never a lock across the call.

A crash or a lost answer anywhere leaves a refund that a job asks about again until Stripe has told its fate (rule 24).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.repository import raise_attention
from store.errors import Conflict, NotFound, PaymentUnavailable
from store.jobs.models import Job
from store.orders import repository as orders
from store.payments import repository as payments_repository
from store.payments.gateway import Refused
from store.payments.models import Payment
from store.payments.refunds import asking, repository, reserving
from store.payments.refunds.facts import RefundFact
from store.payments.refunds.joining import join_refund, reject
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import UNKNOWN, UnitsBack, Wish
from store.payments.service import Payments

log = logging.getLogger(__name__)

KEY_LIVES = timedelta(hours=20)
"""Stripe forgets a key after a day; before that the same key cannot pay twice."""
TOO_LONG = timedelta(minutes=50)
MOST_TOLD = 500
UNSENT = "Stripe has not said yet whether it has made this refund. It is sent until it does; look at the payment there."
SAYS_NOTHING = (401, 403)
"""A key that was revoked says nothing about the refund."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What staff have asked for on an order's page."""

    number: str
    wish: Wish
    reason: str
    note: str
    request_key: str


@dataclass(frozen=True)
class Refunds:
    """The use cases of paying back."""

    payments: Payments

    def refund(self, actor: Actor, asked: Asked) -> Refund:
        """Pay back part or all of an order; the same form again finds the refund it has made.

        When Stripe cannot answer just now the money is set aside all the same, and a job goes on asking.
        Raises NotFound, Invalid or Conflict, with nothing changed.
        """
        actor.require(Permission.REFUNDS_WRITE)
        now = self.payments.clock()

        def work(session: Session) -> Refund:
            found = orders.get_order_by_number(session, asked.number)
            payment = self._payment_of(session, found.id)
            order = orders.lock_order(session, asked.number)
            earlier = _earlier(session, asked.request_key, payment)
            return earlier or reserving.reserve(
                session, actor, payment, order, asked.wish, asked.reason, asked.note, asked.request_key, now
            )

        return self._make(work)

    def refund_unapplied(self, actor: Actor, payment_intent: str, request_key: str) -> Refund:
        """Pay back money that belongs to no order. Raises NotFound or Conflict."""
        actor.require(Permission.REFUNDS_WRITE)
        now = self.payments.clock()

        def work(session: Session) -> Refund:
            if payments_repository.find_payment(session, payment_intent) is None:
                raise NotFound("We know no such payment.")
            payment = payments_repository.lock_payment(session, payment_intent, now)
            if earlier := _earlier(session, request_key, payment):
                return earlier
            if payment.unapplied_reason is None:
                raise Conflict("This payment belongs to an order. Refund it on the order's page.")
            reserving.refuse_if_not_now(session, payment)
            refund = reserving.refund_unapplied(session, actor, payment, request_key, now)
            if refund is None:
                raise Conflict("All of this payment has gone back already.")
            return refund

        return self._make(work)

    def repay(self, actor: Actor, refund_id: int, request_key: str) -> Refund:
        """Send a failed refund's money once more. Raises NotFound or Conflict."""
        actor.require(Permission.REFUNDS_WRITE)
        now = self.payments.clock()

        def work(session: Session) -> Refund:
            payment = self._lock_payment(session, repository.get_refund(session, refund_id).payment_id)
            order = reserving.lock_order_of(session, payment)
            failed = repository.get_refund(session, refund_id)
            earlier = _earlier(session, request_key, payment)
            return earlier or reserving.repay(session, actor, payment, order, failed, request_key, now)

        return self._make(work)

    def explain(self, actor: Actor, refund_id: int, lines: Mapping[int, UnitsBack]) -> None:
        """Say which units a refund made in Stripe's dashboard was for; none is an answer too. Then its order may leave.

        Raises NotFound or Conflict.
        """
        actor.require(Permission.REFUNDS_WRITE)
        now = self.payments.clock()

        def work(session: Session) -> None:
            payment = self._lock_payment(session, repository.get_refund(session, refund_id).payment_id)
            order = reserving.lock_order_of(session, payment)
            if order is None:
                raise Conflict("This refund's money belonged to no order, so there are no units to name.")
            reserving.explain(session, actor, repository.get_refund(session, refund_id), order, lines, now)

        self.payments.db.run(work, repeatable=True)

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

    def _make(self, work: Callable[[Session], Refund]) -> Refund:
        """Set aside, then ask at once; should that fail, the job of the same transaction goes on."""
        refund = self.payments.db.run(work, repeatable=True)
        try:
            self.send(refund.id)
        except PaymentUnavailable:
            log.warning("Stripe does not answer about refund %s; the worker goes on asking", refund.id)
        with self.payments.db.reader() as reader:
            return repository.get_refund(reader, refund.id)

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

    def _payment_of(self, session: Session, order_id: int) -> Payment:
        found = payments_repository.find_payment_of_order(session, order_id)
        if found is None:
            raise Conflict("Nothing was paid for this order, so there is nothing to refund.")
        return payments_repository.lock_payment(session, found.payment_intent, self.payments.clock())

    def _lock_payment(self, session: Session, payment_id: int) -> Payment:
        intent = session.get_one(Payment, payment_id).payment_intent
        return payments_repository.lock_payment(session, intent, self.payments.clock())


def _earlier(session: Session, request_key: str, payment: Payment) -> Refund | None:
    """What the same form has made before; raises Conflict when it was sent for another payment."""
    earlier = repository.find_by_request(session, request_key)
    if earlier is not None and earlier.payment_id != payment.id:
        raise Conflict("This form was sent for another payment. Open this one again and fill in its own.")
    return earlier
