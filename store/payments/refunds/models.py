"""Tables of refunds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import relationship

from store.db import Amount, Base, Id, Mapped, Ref, check, choice, mapped_column
from store.payments.refunds.rules import RefundOrigin, RefundState


class Refund(Base):
    """Money going back from one payment. Ours is reserved here first, so that two cannot exceed what was paid."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("stripe_id"),
        UniqueConstraint("request_key"),
        Index("ix_refund_payment_id", "payment_id"),
        Index("ix_refund_state_created_at", "state", "created_at"),
        check("amount_positive", "amount > 0"),
        check("parts_within_amount", "shipping >= 0 AND tax >= 0 AND shipping + tax <= amount"),
        check("rejected_was_never_made", "state <> 'rejected' OR stripe_id IS NULL"),
        check("told_states_have_an_id", "state IN ('reserved', 'sent', 'rejected') OR stripe_id IS NOT NULL"),
    )

    id: Mapped[Id]
    key: Mapped[str]
    """Random: what it is called in keys and metadata at Stripe (rule 1)."""
    payment_id: Mapped[int] = mapped_column(Ref, ForeignKey("payment.id"))
    state: Mapped[RefundState] = mapped_column(choice(RefundState, "state"), default=RefundState.RESERVED)
    origin: Mapped[RefundOrigin] = mapped_column(choice(RefundOrigin, "origin"))
    amount: Mapped[Amount]
    """In the currency of the payment, as are its parts; what is neither shipping nor tax is for goods."""
    shipping: Mapped[Amount] = mapped_column(default=0)
    tax: Mapped[Amount] = mapped_column(default=0)
    currency: Mapped[str]
    reason: Mapped[str]
    """What Stripe is told: `requested_by_customer`, `duplicate` or `fraudulent`; as reported for those made there."""
    note: Mapped[str] = mapped_column(default="")
    """Why, in the words of whoever made it; for staff."""
    actor: Mapped[str]
    request_key: Mapped[str | None]
    """Made when the form was rendered: the same form sent twice is one refund (rule 2). Of one that was made at Stripe
    it is the form that said which units it is for."""
    repays_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("refund.id"))
    """The failed refund whose money it sends once more: its units are counted there."""
    stripe_id: Mapped[str | None]
    sending: Mapped[int] = mapped_column(default=0)
    """How many idempotency keys it has had: another one only when the last may be forgotten (rule 24)."""
    first_sent_at: Mapped[datetime | None]
    """When the key of `sending` was first sent."""
    told_at: Mapped[datetime | None]
    """Stripe's time of the state, where states of one rank compete."""
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    """Stripe's time of the first status that says it was made; units, books and mail have followed then."""
    failed_at: Mapped[datetime | None]
    lines: Mapped[list[RefundLine]] = relationship(order_by="RefundLine.id", cascade="all, delete-orphan")

    @property
    def is_unexplained(self) -> bool:
        """Whether it was made at Stripe, and nobody has said here which units it is for, or that it is for none."""
        return self.origin is RefundOrigin.DASHBOARD and self.request_key is None and self.failed_at is None

    @property
    def idempotency_key(self) -> str:
        return f"refund:{self.key}:{self.sending}"


class RefundLine(Base):
    """Which units of an order's line a refund is for: some not sent yet, some that were (rule 29)."""

    __tablename__ = "refund_line"
    __table_args__ = (
        UniqueConstraint("refund_id", "order_line_id"),
        check("units_counted", "unsent >= 0 AND sent >= 0 AND unsent + sent > 0"),
        check("amount_not_negative", "amount >= 0"),
    )

    id: Mapped[Id]
    refund_id: Mapped[int] = mapped_column(Ref, ForeignKey("refund.id"))
    order_line_id: Mapped[int] = mapped_column(Ref, ForeignKey("order_line.id"), index=True)
    unsent: Mapped[int]
    """Units that had not left the house; they never will."""
    sent: Mapped[int]
    """Units that had."""
    restock: Mapped[bool]
    """Whether they can be sold again: the unsent ones stay on the shelf, the sent ones have come back to it."""
    amount: Mapped[Amount]
