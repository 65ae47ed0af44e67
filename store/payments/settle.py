"""`settle`: what a fact about a Checkout Session changes here. One transaction, no network, any number of times.

Webhook, return page, sweeper and reconciler all come through this door, with what Stripe has said as a `SessionFact`.
Facts join forward only, so duplicates and any order of arrival end in the same state.
Lock order (rule 5): inbox row, payment, cart, checkout, order, stock.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import SYSTEM
from store.audit.repository import close_attention, raise_attention
from store.jobs.repository import enqueue
from store.money import Money, show
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout
from store.orders.transitions import end_unpaid, leave_bag, make_order
from store.payments import repository
from store.payments.facts import SessionFact
from store.payments.joins import contradict, join_payment, join_session
from store.payments.ledger import booking
from store.payments.locking import lock_place
from store.payments.models import EventOutcome, Payment, PaymentStage, SessionState, StripeSession
from store.payments.refunds.reserving import refund_unapplied
from store.stock import repository as stock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ours:
    """By what we know our own objects: the shop's random id at Stripe, and whether we take real money."""

    store_id: str
    livemode: bool


def settle(
    session: Session,
    fact: SessionFact,
    ours: Ours,
    now: datetime,
    ended_as: CheckoutState = CheckoutState.EXPIRED,
) -> EventOutcome:
    """Join `fact` into what is known; ATTENTION when it is ours and does not fit.

    `ended_as` is what a checkout becomes whose last session this fact shows to be dead: expired, or cancelled.

    A session of somebody else's (rule 1) changes nothing and is IGNORED.
    """
    if fact.store_id != ours.store_id:
        return EventOutcome.IGNORED
    payment = repository.lock_payment(session, fact.payment_intent, now) if fact.payment_intent else None
    place = repository.find_place(session, fact)
    if place is None:
        return _unknown(session, fact, payment, now)
    checkout, attempt = lock_place(session, place)
    attempt = _continued(session, fact, attempt, now)
    stranger = _stranger(fact, ours, attempt, checkout)
    if not stranger:
        _join(session, fact, attempt, checkout, payment, now)
    fault = stranger or _other_deal(fact, checkout)
    if fact.is_paid and payment is not None:
        return _paid(session, fact, checkout, payment, fault, now)
    if fault:
        raise_attention(session, "session_mismatch", f"checkout:{checkout.id}", fault, now)
    if fault and fact.status == "complete" and not fact.is_dead:
        _quarantine(checkout, now)
    elif not stranger:
        _unpaid(session, fact, checkout, ended_as, now)
    return EventOutcome.ATTENTION if fault else EventOutcome.APPLIED


def _continued(session: Session, fact: SessionFact, attempt: StripeSession, now: datetime) -> StripeSession:
    """The attempt of a session that continues an expired one: another of the same checkout, added at its first fact.

    We ask for no such sessions, but the account's owner can have Stripe make them (rule 18).
    """
    if fact.recovered_from is None or fact.recovered_from != attempt.stripe_id:
        return attempt
    known = repository.find_attempt_by_stripe_id(session, fact.session_id)
    if known is not None:
        return known
    other = StripeSession(
        id=secrets.token_urlsafe(12),
        checkout_id=attempt.checkout_id,
        state=SessionState.OPEN,
        request=attempt.request,
        api_version=attempt.api_version,
        stripe_id=fact.session_id,
        recovered_from=fact.recovered_from,
        created_at=now,
        expires_at=now,
        dead=False,
    )
    session.add(other)
    return other


def _stranger(fact: SessionFact, ours: Ours, attempt: StripeSession, checkout: Checkout) -> str | None:
    """Why this is not the session we created, though it bears our marks; such a fact joins nothing."""
    named = {
        "test or live mode": fact.livemode == ours.livemode,
        "the checkout it names": fact.checkout_id == checkout.id,
        "the attempt it names": fact.attempt_id == attempt.id or attempt.recovered_from is not None,
    }
    if sentence := _differs(fact, named):
        return sentence
    if attempt.stripe_id in (None, fact.session_id):
        return None
    return f"Stripe has two sessions for one attempt, {attempt.stripe_id} and {fact.session_id}. Look at both there."


def _other_deal(fact: SessionFact, checkout: Checkout) -> str | None:
    """How what is paid there differs from what was agreed here."""
    total = show(Money(checkout.total, checkout.currency))
    agreed = {
        f"the amount ({fact.sum_shown} instead of {total})": fact.amount_total == checkout.total,
        f"the currency ({fact.currency} instead of {checkout.currency})": fact.currency == checkout.currency,
        "that it asks for no payment": fact.payment_status != "no_payment_required",
        "that no payment belongs to it": fact.payment_intent is not None or fact.status != "complete",
    }
    return _differs(fact, agreed)


def _differs(fact: SessionFact, agreed: dict[str, bool]) -> str | None:
    differences = [what for what, agrees in agreed.items() if not agrees]
    if not differences:
        return None
    what = ", ".join(differences)
    return f"Stripe's session {fact.session_id} differs from our checkout in {what}. Compare, then accept or refund."


def _quarantine(checkout: Checkout, now: datetime) -> None:
    """Its things stay held until staff accept or refund."""
    if checkout.state in (CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT):
        checkout.move_to(CheckoutState.QUARANTINED, now)


def _join(
    session: Session,
    fact: SessionFact,
    attempt: StripeSession,
    checkout: Checkout,
    payment: Payment | None,
    now: datetime,
) -> None:
    said = SessionState(fact.status)
    if contradict(attempt.state, said):
        sentence = f"Stripe's session {fact.session_id} was said to be complete and expired. Look at it at Stripe."
        raise_attention(session, "session_contradiction", f"session:{fact.session_id}", sentence, now)
    attempt.stripe_id = fact.session_id
    attempt.state = join_session(attempt.state, said)
    attempt.dead = attempt.dead or fact.is_dead
    close_attention(session, "session_unreadable", f"attempt:{attempt.id}", now)  # for Stripe has told
    if said is SessionState.COMPLETE and checkout.bag_taken_at is None:
        leave_bag(session, checkout, now)
    if payment is not None:
        payment.checkout_id = payment.checkout_id or checkout.id
        payment.stage = join_payment(payment.stage, stage_of(fact))


def stage_of(fact: SessionFact) -> PaymentStage:
    """How far the payment of a session is."""
    if fact.is_paid:
        return PaymentStage.PAID
    if fact.status == "complete":
        return PaymentStage.FAILED if fact.is_dead else PaymentStage.PROCESSING
    return PaymentStage.OPEN if fact.status == "open" else PaymentStage.UNKNOWN


def _paid(
    session: Session, fact: SessionFact, checkout: Checkout, payment: Payment, fault: str | None, now: datetime
) -> EventOutcome:
    """Give the money an order, or keep it as unapplied with the reason; a second time changes nothing."""
    if payment.order_id is not None or payment.unapplied_reason is not None:
        return EventOutcome.APPLIED
    payment.amount, payment.currency, payment.livemode = fact.amount_total, fact.currency, fact.livemode
    payment.paid_at = fact.happened_at
    payment.stage = PaymentStage.PAID  # a stranger's fact was not joined, but its money is real
    payment.checkout_id = payment.checkout_id or checkout.id
    reason = "mismatch" if fault else _why_no_order(session, checkout, now)
    if reason is None:
        order = make_order(session, checkout, fact.happened_at, now)
        payment.order_id = order.id
        booking.book_sale(session, order, payment, fact.happened_at, now)
        key = f"order_confirmation:{order.id}"
        enqueue(session, "order_confirmation", {"order_id": order.id}, now, unique_key=key)
        log.info("order %s: paid by %s", order.number, payment.payment_intent)
        return EventOutcome.APPLIED
    if reason == "mismatch":
        _quarantine(checkout, now)
    if reason == "cancelled" and checkout.state is CheckoutState.AWAITING_PAYMENT:
        end_unpaid(session, checkout, CheckoutState.CANCELLED, now)
    _keep_unapplied(session, payment, reason, fault or SENTENCES[reason], now)
    return EventOutcome.ATTENTION


REFUNDED_AT_ONCE = frozenset({"duplicate", "cancelled", "stock_gone"})
"""Why money goes back by itself; in the other cases staff accept it or refund it (rule 20)."""
SENTENCES = {
    "duplicate": "This checkout was paid twice. The second payment is being refunded.",
    "cancelled": "The buyer had canceled when the money came. It is being refunded.",
    "stock_gone": "The money came after the hold had ended, and the things are gone. It is being refunded.",
    "mismatch": "What was paid is not what was agreed. Compare, then accept or refund.",
    "unknown": "Our shop's mark is on this payment, but we know no checkout for it. See its line items at Stripe.",
}


def _why_no_order(session: Session, checkout: Checkout, now: datetime) -> str | None:
    """Why this money cannot become the checkout's order; None when it can (what had gone back is then held again)."""
    if checkout.state is CheckoutState.PAID:
        return "duplicate"
    if checkout.state is CheckoutState.QUARANTINED:
        return "mismatch"
    if checkout.state is CheckoutState.CANCELLED or checkout.cancel_requested:
        return "cancelled"
    if checkout.state is CheckoutState.EXPIRED and not stock.hold_again(session, checkout.id, now):
        return "stock_gone"
    return None


def _keep_unapplied(session: Session, payment: Payment, reason: str, sentence: str, now: datetime) -> None:
    payment.unapplied_reason = reason
    booking.book_unapplied(session, payment, payment.paid_at or now, now)
    raise_attention(session, f"unapplied_{reason}", f"payment:{payment.payment_intent}", sentence, now)
    if reason in REFUNDED_AT_ONCE:
        refund_unapplied(session, SYSTEM, payment, None, now)


def _unpaid(session: Session, fact: SessionFact, checkout: Checkout, ended_as: CheckoutState, now: datetime) -> None:
    """Not paid, or not yet: wait while a session of it lives, end it when the last one is dead (rule 18)."""
    if checkout.state not in (CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT):
        return
    if fact.status == "complete" and not fact.is_dead and checkout.state is CheckoutState.OPEN:
        checkout.move_to(CheckoutState.AWAITING_PAYMENT, now)
        key = f"payment_on_its_way:{checkout.id}"
        enqueue(session, "payment_on_its_way", {"checkout_id": checkout.id}, now, unique_key=key)
    if not all(attempt.dead for attempt in repository.list_attempts(session, checkout.id)):
        return
    was_awaited = checkout.bag_taken_at is not None
    end_unpaid(session, checkout, CheckoutState.CANCELLED if checkout.cancel_requested else ended_as, now)
    if was_awaited and not checkout.cancel_requested:
        key = f"payment_failed:{checkout.id}"
        enqueue(session, "payment_failed", {"checkout_id": checkout.id}, now, unique_key=key)


def _unknown(session: Session, fact: SessionFact, payment: Payment | None, now: datetime) -> EventOutcome:
    """Our mark, but no checkout of ours: money in it is kept and shown (rule 35), anything else is only noted."""
    if not fact.is_paid or payment is None:
        return EventOutcome.IGNORED
    if payment.order_id is None and payment.unapplied_reason is None:
        payment.stage = PaymentStage.PAID
        payment.amount, payment.currency, payment.livemode = fact.amount_total, fact.currency, fact.livemode
        payment.paid_at = fact.happened_at
        _keep_unapplied(session, payment, "unknown", SENTENCES["unknown"], now)
    return EventOutcome.ATTENTION
