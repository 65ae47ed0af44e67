"""Tables of the ledger, and the mirror of what Stripe did to our balance.

Stripe's amounts are kept in our minor units of their currency, signed as Stripe signs them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import relationship

from store.db import Amount, Base, Id, Mapped, Ref, check, mapped_column


class JournalEntry(Base):
    """One booking: balanced postings in one currency, unique for what caused it, never changed (triggers see to it)."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("kind", "source_type", "source_id"),
        Index("ix_journal_entry_payment_id", "payment_id"),
        Index("ix_journal_entry_booked_at_id", "booked_at", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    source_type: Mapped[str]
    source_id: Mapped[str]
    payment_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("payment.id"))
    """Whose money it is; None for what is nobody's payment: payouts, Stripe's own fees."""
    currency: Mapped[str]
    booked_at: Mapped[datetime]
    """Stripe's date of the fact."""
    created_at: Mapped[datetime]
    postings: Mapped[list[Posting]] = relationship(order_by="Posting.id")


class Posting(Base):
    """A debit (positive) or credit (negative) of an account, in minor units of the entry's currency."""

    __tablename__ = "posting"
    __table_args__ = (check("not_zero", "amount <> 0"), Index("ix_posting_account", "account"))

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(Ref, ForeignKey("journal_entry.id"), index=True)
    account: Mapped[str]
    amount: Mapped[Amount]


class LedgerDay(Base):
    """What was booked on an account in a day that is over, so that long sums need not read every posting.

    Kept for days that are closed (`closing.py`); what is booked later with such a day's date is added here as well.
    """

    __tablename__ = "ledger_day"
    __table_args__ = (check("sides_not_negative", "debits >= 0 AND credits >= 0"),)

    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Midnight in UTC."""
    currency: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    debits: Mapped[Amount]
    credits: Mapped[Amount]


class BalanceTransaction(Base):
    """One movement of our balance at Stripe, as Stripe tells it; never changed but for the payout that paid it out."""

    __tablename__ = "balance_transaction"
    __table_args__ = (
        UniqueConstraint("stripe_id"),
        Index("ix_balance_transaction_source_id", "source_id"),
        Index("ix_balance_transaction_payout_id", "payout_id"),
        Index("ix_balance_transaction_happened_at", "happened_at"),
    )

    id: Mapped[Id]
    stripe_id: Mapped[str]
    type: Mapped[str]
    """Stripe's word, e.g. `charge`, `refund`, `adjustment`, `payout`."""
    payment_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("payment.id"), index=True)
    """None for what is nobody's payment: payouts, Stripe's own fees."""
    source_id: Mapped[str | None]
    """Stripe's id of what caused it: a charge, a refund, a dispute, a payout."""
    currency: Mapped[str]
    """That of our balance, which need not be that of the charge."""
    amount: Mapped[Amount]
    fee: Mapped[Amount]
    net: Mapped[Amount]
    payout_id: Mapped[str | None]
    """Stripe's id of the payout it left in."""
    happened_at: Mapped[datetime]


class Payout(Base):
    """Money that Stripe has sent to our bank."""

    __tablename__ = "payout"
    __table_args__ = (UniqueConstraint("stripe_id"),)

    id: Mapped[Id]
    stripe_id: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[Amount]
    automatic: Mapped[bool]
    arrives_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expanded_at: Mapped[datetime | None]
    """When its balance transactions were listed; only automatic ones can be (rule 33)."""
