"""Staff accept money that is not what was agreed, or whose checkout is lost: it becomes an order all the same (rules
20 and 35).

The order's payment may then differ from its total; who accepted it stands on the payment, and the difference in an
account of its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.audit.repository import close_attention
from store.errors import Conflict
from store.jobs.repository import enqueue
from store.money import Money, show
from store.orders import repository as orders
from store.orders.lifecycle import HOLDING, CheckoutState
from store.orders.models import Checkout, Order
from store.orders.service import is_repeat
from store.orders.transitions import leave_bag, make_order
from store.payments import repository
from store.payments.bought import Bought, ask_what_was_bought
from store.payments.disputes.taking_in import carry_over
from store.payments.ledger import booking
from store.payments.locking import lock_with_bag
from store.payments.models import Payment, PaymentStage
from store.payments.rebuilding import rebuild
from store.payments.service import Payments
from store.payments.settle import Ours
from store.stock import repository as stock

UNKNOWN = "unknown"
"""Why money has no order whose checkout we do not know."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The form of it: why, and the token by which the same form twice is one order."""

    reason: str
    request_key: str


def accept(
    payments: Payments, actor: Actor, payment_intent: str, form: Acceptance, secret_key: str, now: datetime
) -> str:
    """Make the order that an unapplied payment was meant for; its number. The same form again returns the same.

    Of a payment whose checkout is lost Stripe is asked what it was for. Raises NotFound; PaymentUnavailable when that
    is not answered; Conflict, with nothing changed, when this money cannot pay for it or the things are gone.
    """
    actor.require(Permission.ORDERS_WRITE)
    ours, bought = payments.ours(), _ask_if_lost(payments, payment_intent, now)

    def work(session: Session) -> str:
        repository.get_payment(session, payment_intent)
        payment = repository.lock_payment(session, payment_intent, now)
        earlier = orders.get_order(session, payment.order_id) if payment.order_id is not None else None
        if is_repeat(session, earlier.id if earlier else 0, form.request_key) and earlier is not None:
            return earlier.number
        if bought is not None and _is_lost(payment):
            rebuild(session, payment, bought, secret_key, now)
        checkout = _acceptable(session, payment, ours, earlier)
        was = payment.unapplied_reason
        order = _accept(session, actor, payment, checkout, now)
        _tell(session, actor, order, _Decision(payment, was, form), now)
        return order.number

    return payments.db.run(work, repeatable=True)


def _is_lost(payment: Payment) -> bool:
    return payment.checkout_id is None and payment.unapplied_reason == UNKNOWN


def _ask_if_lost(payments: Payments, payment_intent: str, now: datetime) -> Bought | None:
    """What was bought, where we know no checkout for the payment and Stripe knows its session."""
    with payments.db.reader() as reader:
        if not _is_lost(repository.get_payment(reader, payment_intent)):
            return None
    fact = payments.gateway.find_session_of(payment_intent, now)
    if fact is None or fact.store_id != payments.ours().store_id or not fact.is_paid:
        return None
    return ask_what_was_bought(payments.gateway, fact.session_id, now)


def why_not_accepted(payment: Payment, checkout: Checkout | None, ours: Ours, order: str | None) -> str | None:
    """Why this money cannot pay for its checkout, in a sentence; None when it can. `order` is what it paid for."""
    if order is not None and payment.order_id is not None:
        return f"This payment has its order already: {order}. Look there."
    if payment.stage is not PaymentStage.PAID or not payment.amount:
        return "This payment has not been paid, so there is nothing to accept."
    if checkout is None and not _is_lost(payment):
        return "We know no checkout for this payment, so no order can be made from it. Refund it."
    if checkout is not None and checkout.state is CheckoutState.PAID:
        return f"The checkout has its order already: {order}. Refund this payment."
    if payment.refunded or payment.withdrawn:
        return "Some of this money has gone back or is going back, so it cannot pay for an order any more."
    if payment.livemode != ours.livemode:
        return "This payment was not in the mode that the shop is in, test or live. Refund it at Stripe."
    if checkout is not None and payment.currency != checkout.currency:
        return f"The money came in another currency than {checkout.currency.upper()}, as was agreed. Refund it."
    return None


def _acceptable(session: Session, payment: Payment, ours: Ours, order: Order | None) -> Checkout:
    """The payment's checkout, locked and fit to become an order."""
    checkout = None
    if payment.checkout_id is not None:
        cart_id = orders.get_checkout(session, payment.checkout_id).cart_id
        checkout = lock_with_bag(session, payment.checkout_id, cart_id)
        order = order or orders.find_order_of_checkout(session, checkout.id)
    fault = why_not_accepted(payment, checkout, ours, order.number if order else None)
    if fault is not None:
        raise Conflict(fault)
    if checkout is None:
        raise Conflict("Stripe knows no session of ours for this payment, so no order can be made from it. Refund it.")
    return checkout


def _accept(session: Session, actor: Actor, payment: Payment, checkout: Checkout, now: datetime) -> Order:
    if checkout.state not in HOLDING and not stock.hold_again(session, checkout.id, now):
        skus = ", ".join(line.sku for line in checkout.lines)
        raise Conflict(f"Too few are left of what was ordered ({skus}). Find and receive them first, or refund it.")
    if checkout.bag_taken_at is None:
        leave_bag(session, checkout, now)
    order = make_order(session, checkout, payment.paid_at or now, now)
    payment.order_id, payment.unapplied_reason = order.id, None
    payment.accepted_by, payment.accepted_at = actor.name, now
    booking.book_accepted(session, order, payment, now)
    carry_over(session, payment, order, now)
    key = f"order_confirmation:{order.id}"
    paid = {} if payment.amount == order.total else {"paid": payment.amount}
    enqueue(session, "order_confirmation", {"order_id": order.id, **paid}, now, unique_key=key)
    return order


@dataclass(frozen=True, slots=True)
class _Decision:
    payment: Payment
    was: str | None
    """Why the money had no order."""
    form: Acceptance


def _tell(session: Session, actor: Actor, order: Order, decision: _Decision, now: datetime) -> None:
    """The order's timeline, the matters that this settles, and the history."""
    payment, subject = decision.payment, f"payment:{decision.payment.payment_intent}"
    came, agreed = show(Money(payment.amount or 0, order.currency)), show(Money(order.total, order.currency))
    text = f"Accepted {came} for an order of {agreed}. {decision.form.reason}"
    orders.add_event(session, order.id, "accepted", actor.name, now, {"text": text}, decision.form.request_key)
    close_attention(session, f"unapplied_{decision.was}", subject, now)
    close_attention(session, "session_mismatch", f"checkout:{order.checkout_id}", now)
    told = {"unapplied": None, "order": order.number, "came": came, "agreed": agreed, "reason": decision.form.reason}
    record(session, actor, "payment.accept", subject, {"unapplied": decision.was}, told, now)
    log.info("order %s: %s accepted %s", order.number, actor.name, payment.payment_intent)
