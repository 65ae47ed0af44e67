"""The SQL of the comparison: for each payment, payout and movement of a period what is booked, and what Stripe says.

Only rows that do not agree are read, so a period of many orders costs no more than its sums.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from store.orders.models import Order
from store.payments.ledger.accounts import BALANCE, BANK, CLEARING
from store.payments.ledger.comparing import CAPTURED, DISPUTED, REFUNDED, MovementSides, PaymentSides, PayoutSides
from store.payments.ledger.models import BalanceTransaction, JournalEntry, Payout, Posting
from store.payments.models import Payment

MOST = 100
"""Of each kind; who has more differences has one cause."""
BOOKED_AS = {
    CAPTURED: ("sale", "unapplied"),
    REFUNDED: ("refund", "refund_failed"),
    DISPUTED: ("dispute",),
}
MOVED_AS = {
    CAPTURED: ("charge", "payment"),
    REFUNDED: ("refund", "payment_refund", "refund_failure", "payment_failure_refund", "payment_reversal"),
    DISPUTED: ("adjustment",),
}


def payments_that_differ(session: Session, start: datetime, end: datetime) -> list[PaymentSides]:
    """Payments for which something of the period has no other side in it, and whose sides differ as of now."""
    what = _what()
    is_moved = JournalEntry.kind == "settlement"
    booked = func.sum(case((is_moved, 0), else_=Posting.amount))
    moved = func.sum(case((is_moved, -Posting.amount), else_=0))
    unmatched = _unmatched(start, end)
    query = (
        _on_clearing(select(JournalEntry.payment_id, JournalEntry.currency, what, booked, moved, _newest()))
        .outerjoin(BalanceTransaction, _moves())
        .where(JournalEntry.payment_id.in_(unmatched))
        .group_by(JournalEntry.payment_id, JournalEntry.currency, what)
        .having(func.sum(Posting.amount) != 0)
        .order_by(_newest())  # what is on its way is youngest, and takes nobody's place
        .limit(MOST)
    )
    rows = session.execute(query).all()
    names = _names(session, [row[0] for row in rows])
    return [
        PaymentSides(*names[payment_id], currency, of, int(here), int(there), newest)
        for payment_id, currency, of, here, there, newest in rows
    ]


def payouts_of(session: Session, start: datetime, end: datetime) -> list[PayoutSides]:
    """Every payout made in the period, newest first; they are a few a day at most."""
    return _payouts(session, Payout.created_at >= start, Payout.created_at < end)


def sides_of_payout(session: Session, stripe_id: str) -> list[PayoutSides]:
    return _payouts(session, Payout.stripe_id == stripe_id)


def _payouts(session: Session, *where: Any) -> list[PayoutSides]:  # noqa: ANN401
    members = (
        select(func.coalesce(func.sum(BalanceTransaction.net), 0))
        .where(BalanceTransaction.payout_id == Payout.stripe_id)
        .scalar_subquery()
    )
    banked = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .join(BalanceTransaction, _moves())
        .where(BalanceTransaction.source_id == Payout.stripe_id, Posting.account == BANK)
        .scalar_subquery()
    )
    query = select(Payout, members, banked).where(*where).order_by(Payout.created_at.desc(), Payout.id)
    return [
        PayoutSides(
            payout.stripe_id,
            payout.status,
            payout.currency,
            payout.amount,
            payout.automatic,
            payout.expanded_at is not None,
            int(sum_of_members),
            int(sum_at_bank),
            payout.created_at,
        )
        for payout, sum_of_members, sum_at_bank in session.execute(query)
    ]


def net_moved(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """What Stripe has moved in the period, by currency: what the balance must have been booked to have got."""
    query = select(BalanceTransaction.currency, func.sum(BalanceTransaction.net)).where(*_within(start, end))
    return {currency: int(net) for currency, net in session.execute(query.group_by(BalanceTransaction.currency))}


def movements_that_differ(session: Session, start: datetime, end: datetime, *, in_sum: bool) -> list[MovementSides]:
    """Movements of the period that have no known reason, or whose sums do not fit.

    `in_sum`: those too whose entries say another net; to be asked only when the sums of the period differ, for it
    looks at every entry.
    """
    moved = BalanceTransaction
    booked = func.coalesce(func.sum(case((Posting.account == BALANCE, Posting.amount), else_=0)), 0)
    unexplained = func.coalesce(func.max(case((JournalEntry.kind == "unexplained", 1), else_=0)), 0)
    odd = select(JournalEntry.source_id).where(
        JournalEntry.kind == "unexplained", JournalEntry.booked_at >= start, JournalEntry.booked_at < end
    )
    query = (
        select(moved.stripe_id, moved.type, moved.currency, moved.net, moved.amount - moved.fee, booked, unexplained)
        .outerjoin(JournalEntry, _moves())
        .outerjoin(Posting, Posting.entry_id == JournalEntry.id)
        .where(*_within(start, end))
        .group_by(moved.id, moved.stripe_id, moved.type, moved.currency, moved.net, moved.amount, moved.fee)
        .order_by(moved.id)
        .limit(MOST)
    )
    if in_sum:
        query = query.having(or_(booked != moved.net, moved.net != moved.amount - moved.fee, unexplained == 1))
    else:
        query = query.where(or_(moved.net != moved.amount - moved.fee, moved.stripe_id.in_(odd)))
    return [
        MovementSides(stripe_id, type_, currency, net, makes, int(here), bool(is_odd))
        for stripe_id, type_, currency, net, makes, here, is_odd in session.execute(query)
    ]


def _within(start: datetime, end: datetime) -> tuple[Any, Any]:
    return BalanceTransaction.happened_at >= start, BalanceTransaction.happened_at < end


def _unmatched(start: datetime, end: datetime) -> Any:  # noqa: ANN401
    """Payments of which the period holds more on one side than on the other: every booking has its movement.

    A sum alone would not do: a payment and its refund, both not moved, come to nothing together.
    """
    surplus = func.sum(case((JournalEntry.kind == "settlement", -1), else_=1))
    return (
        _on_clearing(select(JournalEntry.payment_id))
        .where(JournalEntry.booked_at >= start, JournalEntry.booked_at < end)
        .group_by(JournalEntry.payment_id, JournalEntry.currency)
        .having(or_(func.sum(Posting.amount) != 0, surplus != 0))
    )


def _what() -> Any:  # noqa: ANN401 - SQLAlchemy's expression type is not worth naming
    """Which of a payment's three stories a line on clearing belongs to."""
    whens = [
        (
            or_(
                JournalEntry.kind.in_(BOOKED_AS[what]),
                and_(JournalEntry.kind == "settlement", BalanceTransaction.type.in_(MOVED_AS[what])),
            ),
            literal(what, String()),
        )
        for what in BOOKED_AS
    ]
    return case(*whens, else_=literal("other", String())).label("what")


def _on_clearing(query: Any) -> Any:  # noqa: ANN401
    return query.join(Posting, and_(Posting.entry_id == JournalEntry.id, Posting.account == CLEARING))


def _moves() -> Any:  # noqa: ANN401
    """Which entries a movement has made."""
    return and_(
        JournalEntry.source_type == "balance_transaction", JournalEntry.source_id == BalanceTransaction.stripe_id
    )


def _newest() -> Any:  # noqa: ANN401
    return func.max(JournalEntry.booked_at)


def _names(session: Session, payment_ids: list[int]) -> dict[int, tuple[str, str | None]]:
    query = select(Payment.id, Payment.payment_intent, Order.number).outerjoin(Order, Order.id == Payment.order_id)
    named = session.execute(query.where(Payment.id.in_(payment_ids)))
    return {payment_id: (intent, number) for payment_id, intent, number in named}
