"""Tables of stock. available = on_hand + backorder_limit - reserved; every change of on_hand is a movement.

Rules 29 and 31 of the store's money-and-stock rules (docs/money-and-stock.md) say what the columns mean together.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint

from store.db import Base, Id, Mapped, Ref, check, choice, mapped_column
from store.stock.levels import Level


class StockLevel(Base):
    """What the database itself guards: nothing is ever reserved that is not there or promised."""

    __tablename__ = "stock_level"
    __table_args__ = (
        check("not_negative", "on_hand >= 0 AND reserved >= 0 AND short >= 0 AND backorder_limit >= 0"),
        check("reserved_within_bound", "reserved <= on_hand + short + backorder_limit"),
    )

    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"), primary_key=True, autoincrement=False)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    """Units of live holds, and of sold ones not yet shipped or cancelled."""
    short: Mapped[int] = mapped_column(default=0)
    """How far a count found fewer units than are promised; set by counts only."""
    backorder_limit: Mapped[int] = mapped_column(default=0)

    @property
    def level(self) -> Level:
        return Level(self.on_hand, self.reserved, self.short, self.backorder_limit)


class MovementKind(enum.StrEnum):
    RECEIVE = "receive"
    ADJUST = "adjust"
    COUNT = "count"
    SHIP = "ship"
    RETURN = "return"
    CANCEL = "cancel"


class StockMovement(Base):
    """Why on_hand changed. Append-only: triggers refuse to change or delete a row."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        Index("ix_stock_movement_variant_id_id", "variant_id", "id"),
        UniqueConstraint("request_key"),
    )

    id: Mapped[Id]
    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"))
    kind: Mapped[MovementKind] = mapped_column(choice(MovementKind, "kind"))
    quantity: Mapped[int]
    """Signed: what is added to on_hand."""
    reason: Mapped[str]
    actor: Mapped[str]
    """`demo`, `system`, or the member who did it, e.g. `member:12`."""
    request_key: Mapped[str | None]
    created_at: Mapped[datetime]


class HoldState(enum.StrEnum):
    LIVE = "live"
    SOLD = "sold"
    RELEASED = "released"


class Hold(Base):
    """Units of a variant that belong to a checkout. It ends exactly once: sold or released."""

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("checkout_id", "variant_id"),
        Index("ix_hold_variant_id_state", "variant_id", "state"),
        check("quantity_positive", "quantity > 0"),
        check(
            "units_counted",
            "shipped >= 0 AND cancelled >= 0 AND refunding >= 0 AND shipped + cancelled + refunding <= quantity",
        ),
        check("units_only_of_sold", "state = 'sold' OR shipped + cancelled + refunding = 0"),
        check("ended_once", "(state = 'released') = (released_at IS NOT NULL)"),
    )

    id: Mapped[Id]
    checkout_id: Mapped[str] = mapped_column(ForeignKey("checkout.id"))
    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"))
    cart_id: Mapped[str | None] = mapped_column(ForeignKey("cart.id"), index=True)
    """The bag whose lines these are, until they are taken out of it: to its own buyer they still count as there."""
    quantity: Mapped[int]
    state: Mapped[HoldState] = mapped_column(choice(HoldState, "state"), default=HoldState.LIVE)
    shipped: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    refunding: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sold_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]


class LiveCheckoutCount(Base):
    """How many unpaid checkouts one buyer holds things with: `email:…` and `network:…`, hashed, or `member:…`."""

    __tablename__ = "live_checkout_count"
    __table_args__ = (check("not_negative", "count >= 0"),)

    owner: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
