"""An order's payment state, worked out anew from its refunds and disputes after each fact about them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.orders.models import Order
from store.orders.standing import payment_state_of
from store.payments.disputes.models import Dispute
from store.payments.models import Payment
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import ACCEPTED


def restate(session: Session, order: Order) -> None:
    """Set the payment state of an order, which the caller has locked after its payment."""
    session.flush()  # what was learned a moment ago counts
    accepted = select(func.coalesce(func.sum(Refund.amount), 0)).join(Payment, Payment.id == Refund.payment_id)
    refunded = session.scalar(accepted.where(Payment.order_id == order.id, Refund.state.in_(ACCEPTED))) or 0
    disputes = select(Dispute.status, Dispute.withdrawn).join(Payment, Payment.id == Dispute.payment_id)
    known = [(status, withdrawn) for status, withdrawn in session.execute(disputes.where(Payment.order_id == order.id))]
    paid = session.scalar(select(Payment.amount).where(Payment.order_id == order.id))  # staff may have accepted less
    order.payment_state = payment_state_of(paid or order.total, int(refunded), known)
