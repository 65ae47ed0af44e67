"""What staff do about money that goes back: set it aside, send it once more, say what it was for.

Stripe is asked after the transaction, by `sending.py`; should it not answer, a job goes on asking.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.errors import Conflict, NotFound, PaymentUnavailable
from store.orders import repository as orders
from store.payments import repository as payments_repository
from store.payments.models import Payment
from store.payments.refunds import repository, reserving
from store.payments.refunds.models import Refund
from store.payments.refunds.reserving import Asked
from store.payments.refunds.rules import Sum, UnitsBack, Wish, price
from store.payments.refunds.sending import RefundSender
from store.payments.service import Payments

log = logging.getLogger(__name__)

NOTHING_PAID = "Nothing was paid for this order, so there is nothing to refund."


@dataclass(frozen=True)
class Refunds:
    """The use cases of paying back."""

    payments: Payments

    def work_out(self, actor: Actor, number: str, wish: Wish) -> Sum:
        """What a refund would come to now, with nothing changed. Raises NotFound, Invalid or Conflict."""
        actor.require(Permission.REFUNDS_WRITE)
        with self.payments.db.reader() as reader:
            order = orders.get_order_by_number(reader, number)
            payment = payments_repository.find_payment_of_order(reader, order.id)
            if payment is None:
                raise Conflict(NOTHING_PAID)
            reserving.refuse_if_not_now(reader, payment)
            return price(wish, repository.refundables(reader, order), repository.standing(reader, payment, order))

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
            return earlier or reserving.reserve(session, actor, payment, order, asked, now)

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

    def explain(self, actor: Actor, refund_id: int, lines: Mapping[int, UnitsBack], request_key: str) -> None:
        """Say which units a refund made in Stripe's dashboard was for; none is an answer too. Then its order may leave.

        The same form again changes nothing. Raises NotFound; Conflict also when somebody has said it already.
        """
        actor.require(Permission.REFUNDS_WRITE)
        now = self.payments.clock()

        def work(session: Session) -> None:
            payment = self._lock_payment(session, repository.get_refund(session, refund_id).payment_id)
            order = reserving.lock_order_of(session, payment)
            if order is None:
                raise Conflict("This refund's money belonged to no order, so there are no units to name.")
            refund, earlier = repository.get_refund(session, refund_id), _earlier(session, request_key, payment)
            if earlier is None:
                reserving.explain(session, actor, refund, order, lines, request_key, now)
            elif earlier.id != refund.id:
                raise Conflict("This form was sent for another refund. Open this one again and fill in its own.")

        self.payments.db.run(work, repeatable=True)

    def _make(self, work: Callable[[Session], Refund]) -> Refund:
        """Set aside, then ask at once; should that fail, the job of the same transaction goes on."""
        refund = self.payments.db.run(work, repeatable=True)
        try:
            RefundSender(self.payments).send(refund.id)
        except PaymentUnavailable:
            log.warning("Stripe does not answer about refund %s; the worker goes on asking", refund.id)
        with self.payments.db.reader() as reader:
            return repository.get_refund(reader, refund.id)

    def _payment_of(self, session: Session, order_id: int) -> Payment:
        found = payments_repository.find_payment_of_order(session, order_id)
        if found is None:
            raise Conflict(NOTHING_PAID)
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
