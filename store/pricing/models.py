"""Tables of delivery: zones of countries, and the flat rate of each."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint

from store.db import Amount, Base, Id, Mapped, Ref, check, mapped_column


class ShippingZone(Base):
    """Countries with the same rates."""

    __tablename__ = "shipping_zone"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Id]
    name: Mapped[str]
    position: Mapped[int]


class ShippingCountry(Base):
    """A country the shop ships to; it is in one zone."""

    __tablename__ = "shipping_country"

    code: Mapped[str] = mapped_column(primary_key=True)
    """ISO 3166-1 alpha-2."""
    zone_id: Mapped[int] = mapped_column(Ref, ForeignKey("shipping_zone.id"))


class ShippingRate(Base):
    """So much for the first item, so much for each more."""

    __tablename__ = "shipping_rate"
    __table_args__ = (
        UniqueConstraint("zone_id", "currency", "name"),
        check("not_negative", "first >= 0 AND additional >= 0"),
    )

    id: Mapped[Id]
    zone_id: Mapped[int] = mapped_column(Ref, ForeignKey("shipping_zone.id"))
    currency: Mapped[str]
    name: Mapped[str]
    first: Mapped[Amount]
    additional: Mapped[Amount]
