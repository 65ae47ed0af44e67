"""Tables of sessions and payments, which mirror Stripe's, and the inbox of its events.

Ids of Stripe are stored as they come, case-sensitive text. States only ever move forward (`payments/joins.py`).
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint

from store.db import Amount, Base, Id, Mapped, Ref, check, choice, mapped_column


class Shop(Base):
    """Who we are at Stripe: one row, whose random id stamps every object that is ours."""

    __tablename__ = "shop"
    __table_args__ = (check("one_row", "id = 1"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    store_id: Mapped[str]
    closed_since: Mapped[datetime | None]
    """After a restore, until Stripe's lists are read from this moment on: nothing is sold meanwhile (rule 35)."""


class Reach(Base):
    """How well Stripe can be reached, for all processes: one row (`payments/reach.py`)."""

    __tablename__ = "stripe_reach"
    __table_args__ = (check("one_row", "id = 1"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_turn: Mapped[int] = mapped_column(BigInteger)
    """When the next job may ask, in milliseconds of Unix time."""
    silent_since: Mapped[datetime | None]
    """None while Stripe answers."""
    try_at: Mapped[datetime | None]
    """Until then nobody asks, while it is silent."""


class SessionState(enum.StrEnum):
    CREATING = "creating"
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    NEVER_CREATED = "never_created"


class StripeSession(Base):
    """One attempt at having Stripe take a checkout's money; its request is stored so that it can be sent again."""

    __tablename__ = "stripe_session"
    __table_args__ = (
        UniqueConstraint("stripe_id"),
        Index("ix_stripe_session_checkout_id", "checkout_id"),
        Index("ix_stripe_session_state_created_at", "state", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Random: the attempt id in keys and metadata."""
    checkout_id: Mapped[str] = mapped_column(ForeignKey("checkout.id"))
    state: Mapped[SessionState] = mapped_column(choice(SessionState, "state"), default=SessionState.CREATING)
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    api_version: Mapped[str]
    stripe_id: Mapped[str | None]
    url: Mapped[str | None]
    dead: Mapped[bool] = mapped_column(default=False)
    """Whether Stripe has said that it can no longer be paid (rule 18)."""
    asked_at: Mapped[datetime | None]
    """When the sweeper last asked about it, if it did not end then: others go first."""
    recovered_from: Mapped[str | None]
    """Stripe's id of the session that this one continues, after it had expired (rule 18)."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    @property
    def idempotency_key(self) -> str:
        return f"checkout:{self.checkout_id}:{self.id}"


class PaymentStage(enum.StrEnum):
    UNKNOWN = "unknown"
    OPEN = "open"
    PROCESSING = "processing"
    FAILED = "failed"
    PAID = "paid"


class Payment(Base):
    """One PaymentIntent. Paid, it belongs to exactly one order, or is unapplied for a reason staff can see."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("payment_intent"),
        UniqueConstraint("order_id"),
        Index("ix_payment_checkout_id", "checkout_id"),
        check("applied_or_not", "order_id IS NULL OR unapplied_reason IS NULL"),
        check("applied_only_if_paid", "order_id IS NULL OR stage = 'paid'"),
    )

    id: Mapped[Id]
    payment_intent: Mapped[str]
    checkout_id: Mapped[str | None] = mapped_column(ForeignKey("checkout.id"))
    order_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("order.id"))
    stage: Mapped[PaymentStage] = mapped_column(choice(PaymentStage, "stage"), default=PaymentStage.UNKNOWN)
    amount: Mapped[Amount | None]
    currency: Mapped[str | None]
    livemode: Mapped[bool | None]
    unapplied_reason: Mapped[str | None]
    refunded: Mapped[Amount] = mapped_column(default=0, server_default="0")
    """What refunds have taken or may still take of it: all but those rejected, failed or canceled (rule 23).

    What we decide ourselves stays within the amount by a condition of its own; what Stripe reports may not (rule 22).
    """
    withdrawn: Mapped[Amount] = mapped_column(default=0, server_default="0")
    """What disputes have taken of it and not given back."""
    accepted_by: Mapped[str | None]
    """Who of the staff gave this money an order although it is not what was agreed; its amount may then differ."""
    accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]


class EventOutcome(enum.StrEnum):
    APPLIED = "applied"
    IGNORED = "ignored"
    ATTENTION = "attention"
    FAILED = "failed"


class WebhookEvent(Base):
    """The inbox: each event of Stripe's that is ours, once, with what became of it."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        Index("ix_webhook_event_object_id", "object_id"),
        Index("ix_webhook_event_received_at", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    api_version: Mapped[str]
    object_id: Mapped[str]
    livemode: Mapped[bool]
    outcome: Mapped[EventOutcome | None] = mapped_column(choice(EventOutcome, "outcome"))
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The event as it came; forgotten after 30 days."""
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]


class ForeignCount(Base):
    """How many events of a kind came in a day (UTC) that were not ours; all that is kept of them (rule 1)."""

    __tablename__ = "foreign_count"
    __table_args__ = (check("counted", "count > 0"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
