"""How Stripe's word about a refund joins what is known (rules 23 and 25): any order, any number of times.

Refunds made here, in Stripe's dashboard or by another program all come through this door.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.fulfilment.parcels import HeldBy
from store.fulfilment.repository import open_block
from store.jobs.repository import enqueue
from store.orders import repository as orders
from store.orders.models import Order
from store.payments.facts import Event
from store.payments.models import EventOutcome, Payment
from store.payments.refunds import effects, repository
from store.payments.refunds.facts import RefundFact, read_refund
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import ACCEPTED, FALLEN_THROUGH, RefundOrigin, RefundState, join
from store.payments.restating import restate


def take_in(session: Session, payment: Payment, event: Event, now: datetime) -> EventOutcome:
    """An event about a refund of a payment that is ours and locked."""
    return join_refund(session, payment, read_refund(event.body["data"]["object"], event.happened_at), now)


def join_refund(session: Session, payment: Payment, fact: RefundFact, now: datetime) -> EventOutcome:
    """Join a fact about a refund of `payment`, which the caller has locked; ATTENTION when staff must see to it."""
    order = orders.lock_order_of(session, payment.order_id) if payment.order_id else None
    refund = repository.find_told(session, payment, fact)
    is_new = refund is None
    if refund is None:
        refund = _found_at_stripe(session, payment, fact, now)
    said_before = refund.state
    refund.state = join(refund.state, refund.told_at, fact.state, fact.happened_at)
    refund.stripe_id = fact.stripe_id
    if refund.told_at is None or refund.told_at < fact.happened_at:
        refund.told_at = fact.happened_at
    refund.failure = refund.failure or fact.failure
    if refund.accepted_at is None:
        refund.accepted_at = fact.created_at
        session.flush()
        effects.accept(session, refund, payment, order, now)
    if {said_before, fact.state} == FALLEN_THROUGH:
        sentence = (
            f"Stripe says that the refund {fact.stripe_id} has failed, and that it was canceled. Look at it there."
        )
        raise_attention(session, "refund_contradiction", f"refund:{refund.id}", sentence, now)
    if refund.state in FALLEN_THROUGH and refund.failed_at is None:
        refund.failed_at = fact.happened_at
        effects.fall_through(session, refund, payment, order, now)
    if refund.state is RefundState.SUCCEEDED and refund.repays_id is not None:
        close_attention(session, "refund_failed", f"refund:{refund.repays_id}", now)
    if refund.state in ACCEPTED:
        close_attention(session, "refund_unsent", f"refund:{refund.id}", now)
    if order is not None:
        restate(session, order)
    needs_a_person = is_new or refund.state in FALLEN_THROUGH
    return EventOutcome.ATTENTION if needs_a_person else EventOutcome.APPLIED


def _found_at_stripe(session: Session, payment: Payment, fact: RefundFact, now: datetime) -> Refund:
    """One that we did not make: counted whatever it comes to, and staff are asked what it is for (rules 22, 25)."""
    refund = Refund(
        key=secrets.token_urlsafe(12),
        payment_id=payment.id,
        state=RefundState.SENT,  # the least that is true; the fact is joined to it at once
        origin=RefundOrigin.DASHBOARD,
        amount=fact.amount,
        currency=fact.currency,
        reason=fact.reason,
        note="",
        actor="stripe",
        created_at=fact.created_at,
        lines=[],
    )
    session.add(refund)
    session.flush()
    repository.count(session, payment.id, fact.amount)
    session.refresh(payment)
    subject = f"refund:{refund.id}"
    if payment.order_id is not None and payment.unapplied_reason is None:
        open_block(session, payment.order_id, HeldBy.DASHBOARD_REFUND, fact.stripe_id, now)
        sentence = (
            "A refund was made in Stripe's dashboard. Say which units it is for, or that it is for none of them; until"
            " then nothing of its order leaves."
        )
        raise_attention(session, "refund_unexplained", subject, sentence, now)
    if payment.refunded + payment.withdrawn > (payment.amount or 0):
        sentence = "More has gone back of this payment than was paid. Look at its refunds and disputes at Stripe."
        raise_attention(session, "refunded_too_much", f"payment:{payment.payment_intent}", sentence, now)
    return refund


def reject(session: Session, payment: Payment, refund: Refund, why: str, now: datetime) -> None:
    """Stripe will never make it: everything is as before, and staff are told. The payment is locked."""
    if refund.state not in (RefundState.RESERVED, RefundState.SENT):
        return
    order: Order | None = orders.lock_order_of(session, payment.order_id) if payment.order_id else None
    refund.state, refund.failure = RefundState.REJECTED, why
    effects.give_way(session, refund, payment, order)
    close_attention(session, "refund_unsent", f"refund:{refund.id}", now)
    sentence = f"Stripe refused a refund: {why} Nothing was sent back. Look at the payment there, then try again."
    raise_attention(session, "refund_rejected", f"refund:{refund.id}", sentence, now)
    # Perhaps it was refunded there while nobody told us.
    payload = {"payment_intent": payment.payment_intent}
    enqueue(session, "list_refunds", payload, now, unique_key=f"list_refunds:refund:{refund.id}")
    if order is not None:
        orders.add_event(session, order.id, "refund_rejected", "stripe", now, {"refund": refund.id})
        restate(session, order)
