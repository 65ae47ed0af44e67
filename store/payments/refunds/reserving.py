"""Setting money aside for a refund: the transaction before Stripe is asked, in which two clicks cannot both win."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import SYSTEM, Actor
from store.audit.history import record
from store.errors import Conflict
from store.jobs.repository import enqueue
from store.money import Money, show
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.units import move_units
from store.payments.models import Payment
from store.payments.refunds import effects, repository
from store.payments.refunds.models import Refund, RefundLine
from store.payments.refunds.rules import RefundOrigin, RefundState, Sum, UnitsBack, Wish, price, refuse_units

MOST_TRIES = 100
"""A refund is owed until Stripe has said no: with the worker's pauses these last four days."""
TAKEN = "Somebody has refunded meanwhile. Look at what is left, then try again."


@dataclass(frozen=True, slots=True)
class Asked:
    """What staff have asked for on an order's page."""

    number: str
    wish: Wish
    reason: str
    note: str
    request_key: str
    expected: int | None = None
    """The sum they were shown; another one is refused. None takes whatever it comes to."""


def reserve(session: Session, actor: Actor, payment: Payment, order: Order, asked: Asked, now: datetime) -> Refund:
    """Set aside what staff want to pay back; payment and order are locked. Raises Invalid or Conflict."""
    refuse_if_not_now(session, payment)
    sum_ = price(asked.wish, repository.refundables(session, order), repository.standing(session, payment, order))
    refuse_other_sum(asked.expected, sum_, payment)
    refund = _new(payment, sum_.amount, RefundOrigin.STAFF, actor.name, asked.reason, now)
    refund.shipping, refund.tax, refund.note = sum_.shipping, sum_.tax, asked.note
    refund.request_key = asked.request_key
    refund.lines = lines_of(asked.wish, sum_)
    _set_aside(session, refund, payment, order, now)
    after = {"refund": refund.id, "amount": refund.amount, "units": sum(one.unsent + one.sent for one in refund.lines)}
    record(session, actor, "order.refund", f"order:{order.number}", {}, after, now)
    return refund


def refuse_other_sum(expected: int | None, sum_: Sum, payment: Payment) -> None:
    """Raises Conflict when it has come to another sum than the one that was shown."""
    if expected is not None and expected != sum_.amount:
        currency = payment.currency or ""
        becomes, was = show(Money(sum_.amount, currency)), show(Money(expected, currency))
        raise Conflict(f"This refund now comes to {becomes}, not {was}. Nothing was sent. Look at it, then confirm it.")


def lines_of(wish: Wish, sum_: Sum) -> list[RefundLine]:
    return [
        RefundLine(
            order_line_id=line_id,
            unsent=wish.lines[line_id].unsent,
            sent=wish.lines[line_id].sent,
            restock=wish.lines[line_id].restock,
            amount=amount,
        )
        for line_id, amount in sorted(sum_.lines.items())
    ]


def refund_unapplied(
    session: Session, actor: Actor, payment: Payment, request_key: str | None, now: datetime
) -> Refund | None:
    """Set aside all that is left of money without an order; None when nothing is. The payment is locked.

    By itself (rule 20) the shop asks for it once; staff may do so again for what has come to nothing.
    """
    left = (payment.amount or 0) - payment.refunded - payment.withdrawn
    if left <= 0:
        return None
    automatic = actor is SYSTEM
    origin = RefundOrigin.AUTOMATIC if automatic else RefundOrigin.STAFF
    reason = "duplicate" if payment.unapplied_reason == "duplicate" else "requested_by_customer"
    refund = _new(payment, left, origin, actor.name, reason, now)
    refund.request_key = request_key
    _set_aside(session, refund, payment, None, now)
    if not automatic:
        after = {"refund": refund.id, "amount": refund.amount}
        record(session, actor, "payment.refund", f"payment:{payment.payment_intent}", {}, after, now)
    return refund


def explain(
    session: Session,
    actor: Actor,
    refund: Refund,
    order: Order,
    lines: Mapping[int, UnitsBack],
    request_key: str,
    now: datetime,
) -> None:
    """Say which units a refund made in the dashboard was for, if any. Its payment and order are locked.

    Raises Conflict when that has been said, and for units that are not left.
    """
    if refund.origin is not RefundOrigin.DASHBOARD:
        raise Conflict("This refund was made here, and says what it is for.")
    if not refund.is_unexplained:
        raise Conflict("This refund asks for no units any more. Somebody may have named them; look at the order.")
    refund.request_key = request_key
    wanted = {line: units for line, units in lines.items() if units.count}
    known = repository.refundables(session, order)
    refuse_units(wanted, known)
    worth = {line: known[line].worth(units.count) for line, units in wanted.items()}
    refund.lines = lines_of(Wish(wanted), Sum(worth, 0, 0, sum(worth.values())))
    session.flush()
    for line in refund.lines:
        move_units(session, line.order_line_id, refunded=line.unsent + line.sent)
    effects.give_back(session, refund, order, actor.name, now, withheld=False)
    effects.end_question(session, refund, order, actor.name, now)
    after = {"refund": refund.id, "units": sum(units.count for units in wanted.values())}
    record(session, actor, "refund.explain", f"order:{order.number}", {}, after, now)


def repay(
    session: Session,
    actor: Actor,
    payment: Payment,
    order: Order | None,
    failed: Refund,
    request_key: str,
    now: datetime,
) -> Refund:
    """Send the money of a failed refund once more. Payment and order are locked. Raises Conflict."""
    refuse_if_not_now(session, payment)
    if failed.failed_at is None or repository.is_repaid(session, failed.id):
        raise Conflict("This refund does not wait to be sent once more. Open the order again.")
    refund = _new(payment, failed.amount, RefundOrigin.STAFF, actor.name, failed.reason, now)
    refund.shipping, refund.tax, refund.note = failed.shipping, failed.tax, failed.note
    refund.request_key, refund.repays_id = request_key, failed.id
    refund.lines = [
        RefundLine(
            order_line_id=line.order_line_id,
            unsent=line.unsent,
            sent=line.sent,
            restock=line.restock,
            amount=line.amount,
        )
        for line in failed.lines
    ]
    _set_aside(session, refund, payment, order, now)
    subject = f"order:{order.number}" if order else f"payment:{payment.payment_intent}"
    record(session, actor, "refund.repay", subject, {"refund": failed.id}, {"refund": refund.id}, now)
    return refund


def refuse_if_not_now(session: Session, payment: Payment) -> None:
    """Raises Conflict while an earlier refund's outcome is unknown (rule 24) or a dispute forbids one (rule 27)."""
    if repository.is_undecided(session, payment.id):
        raise Conflict("An earlier refund of this payment is still on its way to Stripe. Wait for it, then try again.")
    if not repository.is_refundable(session, payment.id):
        raise Conflict("The bank has questioned this payment and decides about its money. Answer it at Stripe instead.")


def _new(payment: Payment, amount: int, origin: RefundOrigin, actor: str, reason: str, now: datetime) -> Refund:
    return Refund(
        key=secrets.token_urlsafe(12),
        payment_id=payment.id,
        state=RefundState.RESERVED,
        origin=origin,
        amount=amount,
        shipping=0,
        tax=0,
        currency=payment.currency or "",
        reason=reason,
        note="",
        actor=actor,
        created_at=now,
        lines=[],
    )


def _set_aside(session: Session, refund: Refund, payment: Payment, order: Order | None, now: datetime) -> None:
    session.add(refund)
    session.flush()
    if not repository.reserve(session, payment.id, refund.amount):
        raise Conflict(TAKEN)
    if order is not None and not effects.keep_back(session, refund, order):
        raise Conflict(TAKEN)
    key = f"send_refund:{refund.id}"
    enqueue(session, "send_refund", {"refund_id": refund.id}, now, unique_key=key, max_attempts=MOST_TRIES)


def lock_order_of(session: Session, payment: Payment) -> Order | None:
    return orders.lock_order_of(session, payment.order_id) if payment.order_id else None
