"""The SQL of parcels, and of what keeps them from leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from store.errors import NotFound
from store.fulfilment.models import FulfilmentBlock, Shipment
from store.fulfilment.parcels import HeldBy
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


STRIPE = "stripe"
"""Who has closed a block that its own object has ended."""


def list_blocks(session: Session, order_id: int) -> Sequence[FulfilmentBlock]:
    """All that holds, or has held, an order back, the first one first."""
    query = select(FulfilmentBlock).where(FulfilmentBlock.order_id == order_id).order_by(FulfilmentBlock.id)
    return session.scalars(query).all()


def held_by(session: Session, order_id: int) -> set[HeldBy]:
    """Why nothing of an order may leave now; what is asked under the order's lock stays true until it is given up."""
    return {HeldBy(block.reason) for block in list_blocks(session, order_id) if block.closed_at is None}


def open_block(
    session: Session, order_id: int, reason: HeldBy, object_id: str, now: datetime, *, again: bool = False
) -> None:
    """Let nothing more of an order leave because of `object_id` of Stripe's; the caller has locked the order.

    What staff have lifted stays lifted, unless `again`: the object has become another matter since.
    """
    last = session.scalar(_blocks(order_id, reason, object_id).order_by(FulfilmentBlock.id.desc()).limit(1))
    if last is not None and (last.closed_at is None or (last.closed_by != STRIPE and not again)):
        return
    parcels = select(func.max(Shipment.shipped_at)).where(Shipment.order_id == order_id)
    opened_at = max(
        now, session.scalar(parcels) or now
    )  # `now` was taken before the lock, a parcel may have left since
    session.add(FulfilmentBlock(order_id=order_id, reason=reason, object_id=object_id, opened_at=opened_at))


def close_block(
    session: Session, order_id: int, reason: HeldBy, object_id: str, now: datetime, closed_by: str = STRIPE
) -> None:
    """This reason is gone; others stay. The caller has locked the order."""
    for block in session.scalars(_blocks(order_id, reason, object_id).where(FulfilmentBlock.closed_at.is_(None))):
        block.closed_at, block.closed_by = max(now, block.opened_at), closed_by


def earliest_parcel(session: Session, order_id: int, now: datetime) -> datetime:
    """`now`, but not before the last block of an order was lifted: the clock was read before the lock was had."""
    lifted = select(func.max(FulfilmentBlock.closed_at)).where(FulfilmentBlock.order_id == order_id)
    return max(now, session.scalar(lifted) or now)


def _blocks(order_id: int, reason: HeldBy, object_id: str) -> Select[FulfilmentBlock]:
    return select(FulfilmentBlock).where(
        FulfilmentBlock.order_id == order_id,
        FulfilmentBlock.reason == reason,
        FulfilmentBlock.object_id == object_id,
    )
