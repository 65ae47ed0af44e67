"""When an order's parcel leaves and arrives, as far as we know it; in days of the shop's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from store.orders.lifecycle import FulfilmentState, PaymentState
from store.orders.models import Order
from store.pricing.delivery_dates import expect, on_the_way
from store.settings import Settings

GOES_OUT = (PaymentState.PAID, PaymentState.PART_REFUNDED)


@dataclass(frozen=True, slots=True)
class Outlook:
    """`packed_by` while it is still to be packed; `is_late` when that day has passed."""

    packed_by: date | None
    first: date | None
    last: date | None
    is_late: bool


def expected_of(order: Order, now: datetime, settings: Settings) -> Outlook | None:
    """None where nothing is on its way, or nobody can say."""
    if not order.country or order.payment_state not in GOES_OUT:
        return None
    span = settings.transit.get(order.country)
    if order.fulfilment_state is FulfilmentState.UNFULFILLED:
        dates = expect(order.placed_at.astimezone(settings.zone).date(), settings.packing_days, span)
        late = now.astimezone(settings.zone).date() > dates.packed_by
        return Outlook(dates.packed_by, dates.first, dates.last, late)
    left = [event.at for event in order.events if event.kind == "shipped"]
    if order.fulfilment_state is not FulfilmentState.SHIPPED or not left or span is None:
        return None
    dates = on_the_way(max(left).astimezone(settings.zone).date(), span)
    return Outlook(None, dates.first, dates.last, is_late=False)
