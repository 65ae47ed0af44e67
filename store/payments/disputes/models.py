"""Tables of disputes, and of reviews and warnings of fraud."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from store.db import Amount, Base, Id, Mapped, Ref, choice, mapped_column
from store.payments.disputes.facts import WarningKind


class Dispute(Base):
    """A buyer's bank questions a payment. Its status is the newest snapshot; its money is what was moved (rule 26)."""

    __tablename__ = "dispute"
    __table_args__ = (UniqueConstraint("stripe_id"), Index("ix_dispute_payment_id", "payment_id"))

    id: Mapped[Id]
    stripe_id: Mapped[str]
    payment_id: Mapped[int] = mapped_column(Ref, ForeignKey("payment.id"))
    status: Mapped[str]
    """Stripe's word; not guarded, for what Stripe reports is always storable (rule 22)."""
    reason: Mapped[str]
    amount: Mapped[Amount]
    """In the currency of the charge."""
    currency: Mapped[str]
    is_charge_refundable: Mapped[bool]
    reply_by: Mapped[datetime | None]
    withdrawn: Mapped[Amount] = mapped_column(default=0)
    """What has been taken for it and not given back, in the currency of the charge."""
    told_at: Mapped[datetime]
    """Stripe's time of the snapshot that `status` comes from."""
    told_by: Mapped[str]
    """What told it: the event's id, or `read`. Breaks ties of time and rank."""
    opened_at: Mapped[datetime]


class FraudWarning(Base):
    """Somebody at Stripe or at the buyer's bank doubts a payment; nothing is taken for it."""

    __tablename__ = "fraud_warning"
    __table_args__ = (UniqueConstraint("stripe_id"), Index("ix_fraud_warning_payment_id", "payment_id"))

    id: Mapped[Id]
    stripe_id: Mapped[str]
    kind: Mapped[WarningKind] = mapped_column(choice(WarningKind, "kind"))
    payment_id: Mapped[int] = mapped_column(Ref, ForeignKey("payment.id"))
    open: Mapped[bool]
    reason: Mapped[str]
    told_at: Mapped[datetime]
    opened_at: Mapped[datetime]
