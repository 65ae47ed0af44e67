"""The SQL of disputes, reviews and warnings. All of it is done under the lock of their payment (rule 10)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.payments.disputes.models import Dispute, FraudWarning


def find_dispute(session: Session, stripe_id: str) -> Dispute | None:
    query = select(Dispute).where(Dispute.stripe_id == stripe_id)
    return session.scalar(query.execution_options(populate_existing=True))


def find_warning(session: Session, stripe_id: str) -> FraudWarning | None:
    query = select(FraudWarning).where(FraudWarning.stripe_id == stripe_id)
    return session.scalar(query.execution_options(populate_existing=True))


def list_disputes(session: Session, payment_id: int) -> Sequence[Dispute]:
    """Of a payment, the oldest first."""
    return session.scalars(select(Dispute).where(Dispute.payment_id == payment_id).order_by(Dispute.id)).all()


def list_warnings(session: Session, payment_id: int) -> Sequence[FraudWarning]:
    """Reviews and warnings of a payment, the oldest first."""
    query = select(FraudWarning).where(FraudWarning.payment_id == payment_id).order_by(FraudWarning.id)
    return session.scalars(query).all()


def sum_withdrawn(session: Session, payment_id: int) -> int:
    """What all disputes of a payment have taken and not given back."""
    query = select(func.coalesce(func.sum(Dispute.withdrawn), 0)).where(Dispute.payment_id == payment_id)
    return int(session.scalar(query) or 0)
