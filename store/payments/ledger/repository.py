"""The SQL of the mirror of Stripe's balance, and of payouts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.db import insert
from store.payments.balance_facts import BalanceFact, PayoutFact
from store.payments.ledger.models import BalanceTransaction, Payout
from store.payments.models import StripeSession

FINISHED = ("paid", "failed", "canceled")
"""What a payout may be at its end; one that was paid may still fail, within days."""


def mirror(session: Session, fact: BalanceFact, payment_id: int | None) -> bool:
    """Keep a movement; whether it is new. Of two who do it at once one waits for the other, and is told that."""
    row = insert(session, BalanceTransaction).values(
        stripe_id=fact.stripe_id,
        type=fact.type,
        payment_id=payment_id,
        source_id=fact.source_id,
        currency=fact.currency,
        amount=fact.amount,
        fee=fact.fee,
        net=fact.net,
        happened_at=fact.happened_at,
    )
    once = row.on_conflict_do_nothing(index_elements=["stripe_id"])
    return session.scalar(once.returning(BalanceTransaction.id)) is not None


def find_mirrored(session: Session, stripe_ids: Collection[str]) -> set[str]:
    """Which of these are kept already."""
    return set(
        session.scalars(select(BalanceTransaction.stripe_id).where(BalanceTransaction.stripe_id.in_(stripe_ids)))
    )


def put_into_payout(session: Session, payout: str, stripe_ids: Collection[str]) -> None:
    """Note with which payout these have left; the first to say so is believed."""
    staying = BalanceTransaction.payout_id.is_(None)
    members = update(BalanceTransaction).where(BalanceTransaction.stripe_id.in_(stripe_ids), staying)
    session.execute(members.values(payout_id=payout))


def keep_payout(session: Session, fact: PayoutFact) -> None:
    """Keep a payout, or how far it is by now."""
    told = {"status": fact.status, "arrives_at": fact.arrives_at}
    row = insert(session, Payout).values(
        stripe_id=fact.stripe_id,
        currency=fact.currency,
        amount=fact.amount,
        automatic=fact.automatic,
        created_at=fact.created_at,
        **told,
    )
    session.execute(row.on_conflict_do_update(index_elements=["stripe_id"], set_=told))


def is_expanded(session: Session, payout: str) -> bool:
    return session.scalar(select(Payout.expanded_at).where(Payout.stripe_id == payout)) is not None


def mark_expanded(session: Session, payout: str, now: datetime) -> None:
    session.execute(update(Payout).where(Payout.stripe_id == payout).values(expanded_at=now))


def oldest_unfinished_payout(session: Session) -> datetime | None:
    """When the first payout was made whose end is not known, or whose contents are not."""
    unlisted = Payout.automatic & Payout.expanded_at.is_(None) & (Payout.status == "paid")
    return session.scalar(select(func.min(Payout.created_at)).where(Payout.status.not_in(FINISHED) | unlisted))


def first_session_at(session: Session) -> datetime | None:
    """When we first asked Stripe for money; nothing in its balance is of this shop before that."""
    return session.scalar(select(func.min(StripeSession.created_at)))
