"""What delivery costs, and when a parcel is there: for a product's page and for the page about delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.money import Money
from store.pricing.countries import country_name
from store.pricing.delivery_dates import Expected, expect
from store.pricing.repository import list_destinations
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Delivery:
    """To one country: the sum for a first item and for each more, and the dates of an order of today."""

    code: str
    country: str
    first: Money
    additional: Money
    dates: Expected


def list_deliveries(session: Session, settings: Settings, now: datetime) -> list[Delivery]:
    """To everywhere the shop ships to, the shop's own country first."""
    today, transit = now.astimezone(settings.zone).date(), settings.transit
    found = [
        Delivery(
            one.country,
            country_name(one.country),
            Money(one.rate.first, settings.store_currency),
            Money(one.rate.additional, settings.store_currency),
            expect(today, settings.packing_days, transit.get(one.country)),
        )
        for one in list_destinations(session, settings.store_currency)
    ]
    return sorted(found, key=lambda one: one.code != settings.store_country)
