"""Tables of parcels, and of what keeps them from leaving."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import relationship

from store.db import Base, Id, Mapped, Ref, check, mapped_column


class Shipment(Base):
    """A parcel that has left. What is in it is counted in its lines, in the order's lines and in their holds alike."""

    __tablename__ = "shipment"
    __table_args__ = (UniqueConstraint("request_key"), Index("ix_shipment_order_id", "order_id"))

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(Ref, ForeignKey("order.id"))
    carrier: Mapped[str]
    """As people call it, e.g. `USPS`."""
    tracking: Mapped[str]
    """The carrier's number; empty when there is none."""
    actor: Mapped[str]
    request_key: Mapped[str]
    """Made when the form was rendered: the same form sent twice is one parcel (rule 2)."""
    shipped_at: Mapped[datetime]
    lines: Mapped[list[ShipmentLine]] = relationship(order_by="ShipmentLine.id", cascade="all, delete-orphan")


class ShipmentLine(Base):
    __tablename__ = "shipment_line"
    __table_args__ = (UniqueConstraint("shipment_id", "order_line_id"), check("quantity_positive", "quantity > 0"))

    id: Mapped[Id]
    shipment_id: Mapped[int] = mapped_column(Ref, ForeignKey("shipment.id"))
    order_line_id: Mapped[int] = mapped_column(Ref, ForeignKey("order_line.id"), index=True)
    quantity: Mapped[int]


class FulfilmentBlock(Base):
    """A reason for which nothing of an order may leave; each is lifted by what set it, or by staff (rule 28)."""

    __tablename__ = "fulfilment_block"
    __table_args__ = (
        Index(
            "uq_fulfilment_block_open",
            "order_id",
            "reason",
            "object_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(Ref, ForeignKey("order.id"))
    reason: Mapped[str]
    """`dispute`, `review`, `early_fraud_warning` or `dashboard_refund`."""
    object_id: Mapped[str]
    """Stripe's id of what set it."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    """`stripe`, or who of staff lifted it, e.g. `member:12`."""
