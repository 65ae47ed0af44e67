"""The SQL of refunds. All of it is done under the lock of the payment they go back from (rule 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from store.errors import NotFound
from store.orders.models import Order, OrderLine
from store.orders.standing import SETTLED
from store.payments.disputes.models import Dispute
from store.payments.models import Payment
from store.payments.refunds.facts import RefundFact
from store.payments.refunds.models import Refund, RefundLine
from store.payments.refunds.rules import COUNTED, UNKNOWN, Refundable, RefundState, Standing


def find_by_request(session: Session, request_key: str) -> Refund | None:
    return session.scalar(select(Refund).where(Refund.request_key == request_key))


def get_refund(session: Session, refund_id: int) -> Refund:
    """As it is now, with its lines. Raises NotFound."""
    query = select(Refund).where(Refund.id == refund_id).options(selectinload(Refund.lines))
    refund = session.scalar(query.execution_options(populate_existing=True))
    if refund is None:
        raise NotFound("We know no such refund.")
    return refund


def find_told(session: Session, payment: Payment, fact: RefundFact) -> Refund | None:
    """Which of our rows a fact is about: by Stripe's id, else by its stamp if payment and sum agree (rule 25).

    Never by amount or time alone. A row that Stripe refused for good was never made, so nothing is about it.
    """
    known = session.scalar(_of_payment(payment).where(Refund.stripe_id == fact.stripe_id))
    if known is not None or fact.key is None:
        return known
    stamped = _of_payment(payment).where(
        Refund.key == fact.key,
        Refund.stripe_id.is_(None),
        Refund.state != RefundState.REJECTED,
        Refund.amount == fact.amount,
        Refund.currency == fact.currency,
    )
    return session.scalar(stamped)


def _of_payment(payment: Payment) -> Select[Refund]:
    query = select(Refund).where(Refund.payment_id == payment.id).options(selectinload(Refund.lines))
    return query.execution_options(populate_existing=True)


def list_refunds(session: Session, payment_id: int) -> Sequence[Refund]:
    """The refunds of a payment, the oldest first."""
    query = select(Refund).where(Refund.payment_id == payment_id).options(selectinload(Refund.lines))
    return session.scalars(query.order_by(Refund.id)).all()


def left_of(payment: Payment) -> int:
    """The most that may go back of a payment now."""
    return max((payment.amount or 0) - payment.refunded - payment.withdrawn, 0)


def list_unsent(session: Session, created_by: datetime, limit: int) -> Sequence[Refund]:
    """Refunds whose outcome nobody knows, though they are so old."""
    query = select(Refund).where(Refund.state.in_(UNKNOWN), Refund.created_at <= created_by)
    return session.scalars(query.order_by(Refund.created_at).limit(limit)).all()


def is_undecided(session: Session, payment_id: int) -> bool:
    """Whether a refund of the payment is under way whose outcome nobody knows (rule 24)."""
    query = select(Refund.id).where(Refund.payment_id == payment_id, Refund.state.in_(UNKNOWN))
    return session.scalar(query.limit(1)) is not None


def is_repaid(session: Session, refund_id: int) -> bool:
    """Whether its money was sent once more, or is about to be."""
    query = select(Refund.id).where(Refund.repays_id == refund_id, Refund.state.in_(COUNTED))
    return session.scalar(query.limit(1)) is not None


def note_sending(session: Session, refund: Refund, now: datetime, key_lives: timedelta) -> Refund:
    """Write down, before Stripe is asked, that it is, and with which key (rule 24).

    The key stays while Stripe remembers it; of two that would make a new one at once, one does, and both use it.
    """
    own = update(Refund).where(Refund.id == refund.id, Refund.state.in_(UNKNOWN), Refund.sending == refund.sending)
    if refund.first_sent_at is None or now >= refund.first_sent_at + key_lives:
        session.execute(own.values(state=RefundState.SENT, sending=refund.sending + 1, first_sent_at=now))
    return get_refund(session, refund.id)


def is_refundable(session: Session, payment_id: int) -> bool:
    """Whether no dispute forbids it (rule 27)."""
    query = select(Dispute.id).where(
        Dispute.payment_id == payment_id,
        Dispute.is_charge_refundable.is_(False),
        Dispute.status.not_in(SETTLED),
    )
    return session.scalar(query.limit(1)) is None


def reserve(session: Session, payment_id: int, amount: int) -> bool:
    """Set `amount` of a payment aside for a refund, if that much is left; whether it was (rule 27)."""
    enough = update(Payment).where(
        Payment.id == payment_id, Payment.refunded + Payment.withdrawn + amount <= Payment.amount
    )
    taken = enough.values(refunded=Payment.refunded + amount).returning(Payment.id)
    return session.scalar(taken) is not None


def count(session: Session, payment_id: int, amount: int) -> None:
    """A refund that Stripe reports takes `amount` more, or (below 0) one that came to nothing takes so much less."""
    changed = update(Payment).where(Payment.id == payment_id)
    session.execute(changed.values(refunded=Payment.refunded + amount))


def refundables(session: Session, order: Order) -> dict[int, Refundable]:
    """The lines of a locked order as refunds know them."""
    sent = (
        select(RefundLine.order_line_id, func.sum(RefundLine.sent))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .where(OrderLine.order_id == order.id, Refund.state.in_(COUNTED))
        .group_by(RefundLine.order_line_id)
    )
    sent_refunded = {line_id: int(units) for line_id, units in session.execute(sent)}
    return {
        line.id: Refundable(
            line.net,
            line.quantity,
            line.shipped,
            line.cancelled,
            line.refunding,
            line.returned,
            line.refunded,
            sent_refunded.get(line.id, 0),
        )
        for line in order.lines
    }


def standing(session: Session, payment: Payment, order: Order) -> Standing:
    """What an order has cost and what has gone back of it."""
    counted = (Refund.payment_id == payment.id, Refund.state.in_(COUNTED))
    parts = select(func.coalesce(func.sum(Refund.shipping), 0), func.coalesce(func.sum(Refund.tax), 0))
    shipping, tax = session.execute(parts.where(*counted)).one()
    goods = select(func.coalesce(func.sum(RefundLine.amount), 0)).join(Refund, Refund.id == RefundLine.refund_id)
    return Standing(
        captured=payment.amount or 0,
        counted=payment.refunded,
        withdrawn=payment.withdrawn,
        shipping=order.shipping,
        shipping_refunded=int(shipping),
        tax=order.tax,
        tax_refunded=int(tax),
        goods=sum(line.net for line in order.lines),
        goods_refunded=int(session.scalar(goods.where(*counted)) or 0),
        currency=order.currency,
    )
