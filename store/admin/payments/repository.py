"""What staff are shown of a payment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from store.orders.models import Checkout, Order
from store.payments.ledger.models import JournalEntry
from store.payments.models import Payment, StripeSession, WebhookEvent
from store.payments.refunds.models import Refund
from store.payments.refunds.repository import list_refunds
from store.payments.repository import get_payment

MOST = 100


@dataclass(frozen=True, slots=True)
class Known:
    """All that we know of a payment."""

    payment: Payment
    checkout: Checkout | None
    order: Order | None
    """The checkout's, whichever payment it was made for."""
    sessions: Sequence[StripeSession]
    refunds: Sequence[Refund]
    entries: Sequence[JournalEntry]
    events: Sequence[WebhookEvent]


def get_known(session: Session, payment_intent: str) -> Known:
    """Raises NotFound."""
    payment = get_payment(session, payment_intent)
    checkout = session.get(Checkout, payment.checkout_id) if payment.checkout_id else None
    refunds = list_refunds(session, payment.id)
    sessions = list_sessions(session, [payment.checkout_id] if payment.checkout_id else [])
    at_stripe = [one.stripe_id for one in sessions if one.stripe_id]
    sent_back = [one.stripe_id for one in refunds if one.stripe_id]
    return Known(
        payment=payment,
        checkout=checkout,
        order=_order_of(session, payment),
        sessions=sessions,
        refunds=refunds,
        entries=_entries(session, payment.id),
        events=list_events(session, [payment_intent, *at_stripe, *sent_back]),
    )


def _order_of(session: Session, payment: Payment) -> Order | None:
    its = [Order.id == payment.order_id] if payment.order_id else []
    of_checkout = [Order.checkout_id == payment.checkout_id] if payment.checkout_id else []
    return session.scalar(select(Order).where(or_(*its, *of_checkout))) if its or of_checkout else None


def list_sessions(session: Session, checkout_ids: Collection[str]) -> Sequence[StripeSession]:
    """The sessions of checkouts, the oldest first."""
    query = select(StripeSession).where(StripeSession.checkout_id.in_(checkout_ids))
    return session.scalars(query.order_by(StripeSession.created_at, StripeSession.id)).all()


def list_payments(session: Session, checkout_id: str) -> Sequence[Payment]:
    """Whatever came, or was to come, for a checkout."""
    return session.scalars(select(Payment).where(Payment.checkout_id == checkout_id).order_by(Payment.id)).all()


def list_events(session: Session, object_ids: Collection[str]) -> Sequence[WebhookEvent]:
    """What Stripe told about these objects, the latest first."""
    about = select(WebhookEvent).where(WebhookEvent.object_id.in_(object_ids))
    return session.scalars(about.order_by(WebhookEvent.happened_at.desc(), WebhookEvent.id).limit(MOST)).all()


def _entries(session: Session, payment_id: int) -> Sequence[JournalEntry]:
    query = select(JournalEntry).where(JournalEntry.payment_id == payment_id)
    return session.scalars(query.options(selectinload(JournalEntry.postings)).order_by(JournalEntry.id)).all()
