"""What follows from each step of a refund: units, stock, books, timeline, mail. Each once, in the caller's transaction.

The caller has locked the payment and then its order (rule 5). Money that belongs to no order has no units: there the
shop's debt to whoever paid is what goes back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.fulfilment.cancelling import by_variant, give_back_units
from store.fulfilment.parcels import HeldBy
from store.fulfilment.repository import STRIPE, close_block
from store.jobs.repository import enqueue
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.units import move_units
from store.payments.ledger.accounts import CLEARING, CUSTOMER_LIABILITY, REFUNDS, SHIPPING, TAX
from store.payments.ledger.booking import book
from store.payments.models import Payment
from store.payments.quarantine import end_refunded
from store.payments.refunds import repository
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import RefundOrigin
from store.stock import returns


def keep_back(session: Session, refund: Refund, order: Order) -> bool:
    """Its units are counted as refunded, and those not sent cannot be sent while it is under way.

    False when they are no longer there; the caller must roll back.
    """
    fresh = refund.repays_id is None
    for line in refund.lines:
        held = line.unsent if fresh else 0
        if not move_units(session, line.order_line_id, refunding=held, refunded=line.unsent + line.sent):
            return False
    return not fresh or returns.withhold(session, order.checkout_id, by_variant(refund.lines, order, "unsent"))


def give_way(session: Session, refund: Refund, payment: Payment, order: Order | None) -> None:
    """Stripe has refused it for good: money and units are as they were before."""
    repository.count(session, payment.id, -refund.amount)
    if order is None:
        return
    fresh = refund.repays_id is None
    for line in refund.lines:
        held = line.unsent if fresh else 0
        move_units(session, line.order_line_id, refunding=-held, refunded=-(line.unsent + line.sent))
    if fresh:
        returns.give_way(session, order.checkout_id, by_variant(refund.lines, order, "unsent"))


def accept(session: Session, refund: Refund, payment: Payment, order: Order | None, now: datetime) -> None:
    """Stripe has made it: the first time it says so, in whatever state."""
    _book(session, refund, payment, now)
    enqueue(session, "refund_made", {"refund_id": refund.id}, now, unique_key=f"refund_made:{refund.id}")
    if order is None:
        reason = f"unapplied_{payment.unapplied_reason}"
        close_attention(session, reason, f"payment:{payment.payment_intent}", now)
        end_refunded(session, payment, now)
        return
    if refund.repays_id is None and refund.lines:
        give_back(session, refund, order, refund.actor, now, withheld=True)
    happened: dict[str, object] = {"refund": refund.id, "amount": refund.amount}
    orders.add_event(session, order.id, "refunded", refund.actor, now, happened)


def give_back(session: Session, refund: Refund, order: Order, actor: str, now: datetime, *, withheld: bool) -> None:
    """The units of a refund are canceled, or have come back; `withheld` tells that they were kept back before."""
    reason = f"refund of order {order.number}"
    give_back_units(session, order, refund.lines, withheld=withheld, reason=reason, actor=actor, now=now)


def fall_through(session: Session, refund: Refund, payment: Payment, order: Order | None, now: datetime) -> None:
    """Stripe could not pay it out after all: the money is ours again and owed to the buyer; no unit comes back."""
    repository.count(session, payment.id, -refund.amount)
    _book_return(session, refund, now)
    why = f" ({refund.failure})" if refund.failure else ""
    sentence = (
        f"A refund could not be paid out{why}, so the money is with us again and owed to the buyer. Send it once more,"
        " or pay them in another way."
    )
    raise_attention(session, "refund_failed", f"refund:{refund.id}", sentence, now)
    enqueue(session, "refund_failed", {"refund_id": refund.id}, now, unique_key=f"refund_failed:{refund.id}")
    if order is not None and refund.origin is RefundOrigin.DASHBOARD:
        end_question(session, refund, order, STRIPE, now)
    if order is not None:
        for line in refund.lines:
            move_units(session, line.order_line_id, refunded=-(line.unsent + line.sent))
        happened: dict[str, object] = {"refund": refund.id, "amount": refund.amount}
        orders.add_event(session, order.id, "refund_failed", "stripe", now, happened)


def end_question(session: Session, refund: Refund, order: Order, closed_by: str, now: datetime) -> None:
    """What a refund made in the dashboard was for is known now, or no longer matters: its order may leave."""
    close_block(session, order.id, HeldBy.DASHBOARD_REFUND, refund.stripe_id or "", now, closed_by)
    close_attention(session, "refund_unexplained", f"refund:{refund.id}", now)


def _book(session: Session, refund: Refund, payment: Payment, now: datetime) -> None:
    """What was earned is given back, part by part; what was owed anyway is paid."""
    is_owed = payment.order_id is None or refund.repays_id is not None
    goods = refund.amount - refund.shipping - refund.tax
    parts = {CUSTOMER_LIABILITY: refund.amount} if is_owed else {
        REFUNDS: goods, SHIPPING: refund.shipping, TAX: refund.tax
    }  # fmt: skip
    book(
        session,
        "refund",
        "refund",
        refund.stripe_id or "",
        refund.currency,
        {**parts, CLEARING: -refund.amount},
        refund.accepted_at or now,
        now,
        payment_id=payment.id,
    )


def _book_return(session: Session, refund: Refund, now: datetime) -> None:
    postings = {CLEARING: refund.amount, CUSTOMER_LIABILITY: -refund.amount}
    told, moment = refund.stripe_id or "", refund.failed_at or now
    owner = refund.payment_id
    book(session, "refund_failed", "refund", told, refund.currency, postings, moment, now, payment_id=owner)
