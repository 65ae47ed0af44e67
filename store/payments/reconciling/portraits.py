"""How a payment and all that hangs on it stand here, as plain values: taken before and after, it shows a repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from store.orders import repository as orders
from store.orders.models import Checkout, Order
from store.payments import repository
from store.payments.disputes.models import Dispute, FraudWarning
from store.payments.facts import SessionFact
from store.payments.locking import lock_with_bag
from store.payments.models import Payment, PaymentStage, StripeSession
from store.payments.refunds.models import Refund

Value = str | None
Portrait = dict[str, Value]


@dataclass(frozen=True, slots=True)
class About:
    """Whose portrait: a checkout, a payment, or both where both are known."""

    checkout_id: str | None
    payment_intent: str | None
    is_ours: bool = False
    """Whether the payment is certainly ours, be it known here or not: its session bears our mark."""

    @property
    def subject(self) -> str:
        """As attention names it."""
        return f"payment:{self.payment_intent}" if self.payment_intent else f"checkout:{self.checkout_id}"


def about_session(session: Session, fact: SessionFact) -> About:
    place = repository.find_place(session, fact)
    return About(place.checkout_id if place else None, fact.payment_intent, is_ours=True)


def about_payment(session: Session, payment_intent: str) -> About:
    found = select(Payment.checkout_id).where(Payment.payment_intent == payment_intent)
    return About(session.scalar(found), payment_intent)


def hold_still(session: Session, about: About, now: datetime) -> None:
    """Lock what is portrayed, in rule 5's order, so that nobody else's change is taken for one's own."""
    intent = about.payment_intent
    if intent is not None and (about.is_ours or repository.find_payment(session, intent) is not None):
        repository.lock_payment(session, intent, now)
    if about.checkout_id is not None:
        lock_with_bag(session, about.checkout_id, orders.get_checkout(session, about.checkout_id).cart_id)


def portray(session: Session, about: About) -> Portrait:
    """What is known now, also of what the caller has changed in this transaction; what is not known is left out."""
    session.flush()
    portrait: Portrait = {}
    if about.checkout_id is not None:
        state = session.scalar(select(Checkout.state).where(Checkout.id == about.checkout_id))
        portrait["checkout"] = state.value if state else None
        attempts = select(StripeSession.id, StripeSession.state).where(StripeSession.checkout_id == about.checkout_id)
        for attempt, stage in session.execute(attempts):
            portrait[f"session {attempt}"] = stage.value
    if about.payment_intent is not None:
        portrait |= _of_payments(session, Payment.payment_intent == about.payment_intent)
    return portrait


def difference(before: Portrait, after: Portrait) -> tuple[Portrait, Portrait]:
    """What was and what is, of all that has changed; both are empty when nothing has."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in changed}, {name: after.get(name) for name in changed}


def _of_payments(session: Session, which: ColumnElement[bool]) -> Portrait:
    columns = (
        Payment.id,
        Payment.stage,
        Payment.amount,
        Payment.currency,
        Payment.unapplied_reason,
        Payment.refunded,
        Payment.withdrawn,
        Order.number,
        Order.payment_state,
    )
    row = session.execute(select(*columns).outerjoin(Order, Order.id == Payment.order_id).where(which)).one_or_none()
    if row is None or row.stage is PaymentStage.UNKNOWN:
        return {}
    portrait: Portrait = {
        "payment": row.stage.value,
        "paid": _sum(row.amount, row.currency),
        "unapplied": row.unapplied_reason,
        "refunded": _sum(row.refunded, row.currency),
        "withdrawn": _sum(row.withdrawn, row.currency),
        "order": row.number,
        "order's payment": row.payment_state.value if row.payment_state else None,
    }
    refunds = select(Refund.id, Refund.state).where(Refund.payment_id == row.id)
    portrait |= {f"refund {one}": state.value for one, state in session.execute(refunds)}
    disputes = select(Dispute.stripe_id, Dispute.status).where(Dispute.payment_id == row.id)
    portrait |= {f"dispute {one}": status for one, status in session.execute(disputes)}
    warnings = select(FraudWarning.stripe_id, FraudWarning.kind, FraudWarning.open)
    for one, kind, is_open in session.execute(warnings.where(FraudWarning.payment_id == row.id)):
        portrait[f"{kind.value} {one}"] = "open" if is_open else "closed"
    return portrait


def _sum(amount: int | None, currency: str | None) -> str | None:
    """`3950 usd`; nothing where nothing was paid."""
    return f"{amount} {currency}" if amount and currency else None


def attempts_of(facts: list[SessionFact]) -> ColumnElement[bool]:
    """The attempts that these sessions are, by Stripe's id or by their stamp."""
    return or_(
        StripeSession.stripe_id.in_([fact.session_id for fact in facts]),
        StripeSession.id.in_([fact.attempt_id for fact in facts if fact.attempt_id]),
    )
