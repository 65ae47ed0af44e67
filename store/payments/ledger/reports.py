"""The SQL of what the books say: balances, entries, what belongs to an order, payouts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from store.errors import NotFound
from store.orders.models import Order
from store.payments.ledger.closing import CURSOR, midnight, sums_between
from store.payments.ledger.models import BalanceTransaction, JournalEntry, LedgerDay, Payout, Posting
from store.payments.models import Payment
from store.payments.reconciling import cursors


def sums_until(session: Session, moment: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """All that was booked before `moment`: closed days by their sums, what came after them by its postings."""
    closed_to = cursors.find_position(session, CURSOR) or cursors.BEGINNING
    whole = min(midnight(moment), closed_to)
    days = (
        select(LedgerDay.currency, LedgerDay.account, func.sum(LedgerDay.debits), func.sum(LedgerDay.credits))
        .where(LedgerDay.starts_at < whole)
        .group_by(LedgerDay.currency, LedgerDay.account)
    )
    debit: Counter[tuple[str, str]] = Counter()
    credit: Counter[tuple[str, str]] = Counter()
    parts = {(currency, account): (int(plus), int(minus)) for currency, account, plus, minus in session.execute(days)}
    for part in (parts, sums_between(session, whole, moment)):
        for key, (plus, minus) in part.items():
            debit[key] += plus
            credit[key] += minus
    return {key: (debit[key], credit[key]) for key in debit}


_Free = aliased(Order)
"""An order without a payment, known by its checkout."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with whose money it is, where it is somebody's."""

    entry: JournalEntry
    payment_intent: str | None
    order_number: str | None

    def on(self, account: str) -> int:
        """What it posts to an account."""
        return sum(posting.amount for posting in self.entry.postings if posting.account == account)


def list_entries(
    session: Session,
    start: datetime,
    end: datetime,
    limit: int,
    *,
    account: str | None = None,
    currency: str | None = None,
    before: int | None = None,
) -> list[Entry]:
    """Entries of a period, newest first: all, or those on one account; `before`: those older than this entry."""
    query = _entries().where(JournalEntry.booked_at >= start, JournalEntry.booked_at < end)
    if account is not None:
        posted = select(Posting.id).where(Posting.entry_id == JournalEntry.id, Posting.account == account)
        query = query.where(posted.exists())
    if currency is not None:
        query = query.where(JournalEntry.currency == currency)
    if before is not None:
        query = query.where(_older_than(session, before))
    return _read(session, query.order_by(JournalEntry.booked_at.desc(), JournalEntry.id.desc()).limit(limit))


def each_entry(session: Session, start: datetime, end: datetime, at_a_time: int = 1000) -> Iterator[Entry]:
    """All entries of a period, newest first, however many they are: some at a time, so that none fills the memory."""
    before = None
    while page := list_entries(session, start, end, at_a_time, before=before):
        yield from page
        before = page[-1].entry.id


def get_entry(session: Session, entry_id: int) -> Entry:
    found = _read(session, _entries().where(JournalEntry.id == entry_id))
    if not found:
        raise NotFound("There is no such entry in the ledger.")
    return found[0]


def list_entries_of_order(session: Session, order_id: int) -> list[Entry]:
    """Everything booked for an order, oldest first."""
    query = _entries().where(or_(Payment.order_id == order_id, _Free.id == order_id))
    return _read(session, query.order_by(JournalEntry.booked_at, JournalEntry.id))


def get_entry_of_movement(session: Session, stripe_id: str) -> int:
    """The id of the entry that a balance transaction has made; of two, that in the currency of the charge."""
    query = select(func.min(JournalEntry.id)).where(
        JournalEntry.source_type == "balance_transaction",
        JournalEntry.source_id == stripe_id,
        JournalEntry.kind != "dispute",
    )
    if (entry_id := session.scalar(query)) is None:
        raise NotFound("This movement is not in the books. Look at it in Stripe's dashboard.")
    return entry_id


def get_payout(session: Session, stripe_id: str) -> Payout:
    payout = session.scalar(select(Payout).where(Payout.stripe_id == stripe_id))
    if payout is None:
        raise NotFound("There is no such payout here. Payouts are read from Stripe every night.")
    return payout


def list_payouts(session: Session, limit: int, before: int | None = None) -> list[Payout]:
    """The newest first."""
    query = select(Payout).order_by(Payout.created_at.desc(), Payout.id.desc()).limit(limit)
    if before is not None and (row := session.get(Payout, before)) is not None:
        same_moment = and_(Payout.created_at == row.created_at, Payout.id < before)
        query = query.where(or_(Payout.created_at < row.created_at, same_moment))
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Member:
    """A movement that left in a payout, with the order it belongs to and its entry."""

    movement: BalanceTransaction
    order_number: str | None
    entry_id: int | None


def list_members(session: Session, payout: str, limit: int, before: int | None = None) -> list[Member]:
    """What left in a payout, newest first."""
    entry = (
        select(func.min(JournalEntry.id))
        .where(
            JournalEntry.source_type == "balance_transaction", JournalEntry.source_id == BalanceTransaction.stripe_id
        )
        .scalar_subquery()
    )
    query = (
        select(BalanceTransaction, Order.number, entry)
        .outerjoin(Payment, Payment.id == BalanceTransaction.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(BalanceTransaction.payout_id == payout)
        .order_by(BalanceTransaction.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(BalanceTransaction.id < before)
    return [Member(*row) for row in session.execute(query)]


def _entries() -> Any:  # noqa: ANN401 - SQLAlchemy's type of a select is not worth naming
    return (
        select(JournalEntry, Payment.payment_intent, func.coalesce(Order.number, _Free.number))
        .outerjoin(Payment, Payment.id == JournalEntry.payment_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .outerjoin(_Free, and_(JournalEntry.source_type == "checkout", JournalEntry.source_id == _Free.checkout_id))
        .options(selectinload(JournalEntry.postings))
    )


def _read(session: Session, query: Any) -> list[Entry]:  # noqa: ANN401
    return [Entry(*row) for row in session.execute(query)]


def _older_than(session: Session, entry_id: int) -> Any:  # noqa: ANN401
    booked_at = session.scalar(select(JournalEntry.booked_at).where(JournalEntry.id == entry_id))
    if booked_at is None:
        return JournalEntry.id < entry_id
    same_moment = and_(JournalEntry.booked_at == booked_at, JournalEntry.id < entry_id)
    return or_(JournalEntry.booked_at < booked_at, same_moment)
