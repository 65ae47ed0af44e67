"""The SQL of parcels."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from store.errors import NotFound
from store.fulfilment.models import Shipment
from store.orders.models import OrderLine


def find_shipment(session: Session, request_key: str) -> Shipment | None:
    query = select(Shipment).where(Shipment.request_key == request_key)
    return session.scalar(query.options(selectinload(Shipment.lines)))


def get_shipment(session: Session, shipment_id: int) -> Shipment:
    query = select(Shipment).where(Shipment.id == shipment_id)
    shipment = session.scalar(query.options(selectinload(Shipment.lines)))
    if shipment is None:
        raise NotFound("We know no such parcel.")
    return shipment


def count_shipped(session: Session, line_id: int, units: int) -> bool:
    """Note that so many units of a line have left; False, and nothing noted, when fewer may leave."""
    shippable = OrderLine.quantity - OrderLine.shipped - OrderLine.cancelled - OrderLine.refunding
    enough = update(OrderLine).where(OrderLine.id == line_id, units <= shippable)
    return session.scalar(enough.values(shipped=OrderLine.shipped + units).returning(OrderLine.id)) is not None
