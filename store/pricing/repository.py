"""The SQL of delivery rates."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.pricing.models import ShippingCountry, ShippingRate, ShippingZone
from store.pricing.quote import Rate


@dataclass(frozen=True, slots=True)
class Destination:
    """A country the shop ships to, with its rate."""

    country: str
    rate: Rate
    rate_id: int


def list_destinations(session: Session, currency: str) -> list[Destination]:
    """All countries shipped to, in the order of their zones."""
    query = (
        select(ShippingCountry.code, ShippingRate.id, ShippingRate.name, ShippingRate.first, ShippingRate.additional)
        .join(ShippingZone, ShippingZone.id == ShippingCountry.zone_id)
        .join(ShippingRate, ShippingRate.zone_id == ShippingZone.id)
        .where(ShippingRate.currency == currency)
        .order_by(ShippingZone.position, ShippingCountry.code)
    )
    return [
        Destination(code, Rate(name, first, additional), rate_id)
        for code, rate_id, name, first, additional in session.execute(query)
    ]


def find_rate(session: Session, country: str, currency: str) -> Rate | None:
    """The rate to a country; None when the shop does not ship there."""
    destination = find_destination(session, country, currency)
    return destination.rate if destination else None


def find_destination(session: Session, country: str, currency: str) -> Destination | None:
    return next((entry for entry in list_destinations(session, currency) if entry.country == country), None)
