"""Tables of bags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint

from store.db import Amount, Base, Id, Mapped, Ref, check, mapped_column


class Cart(Base):
    """A bag. Its id is random and is all a guest needs to reach it; a member has exactly one."""

    __tablename__ = "cart"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(Ref)
    country: Mapped[str | None]
    """Where it goes, as far as a program has said; pages ask each time."""
    region: Mapped[str | None]
    postal_code: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CartLine(Base):
    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        check("quantity_in_range", "quantity BETWEEN 1 AND 99"),
    )

    id: Mapped[Id]
    cart_id: Mapped[str] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"))
    quantity: Mapped[int]
    price_seen: Mapped[Amount]
    """The unit price when the buyer last chose it, only to tell them when it has changed."""
    added_at: Mapped[datetime]
