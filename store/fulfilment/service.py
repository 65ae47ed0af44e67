"""What packers do: mark an order packed, send a parcel off. Each is one transaction under the order's lock (rule 5)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.db import Database
from store.errors import Conflict
from store.fulfilment import repository
from store.fulfilment.models import Shipment, ShipmentLine
from store.fulfilment.parcels import TOO_MANY, HeldBy, Units, fulfilment_of, why_not_sent, why_not_this_parcel
from store.jobs.repository import enqueue
from store.orders import repository as orders
from store.orders.lifecycle import FulfilmentState
from store.orders.models import Order, OrderLine
from store.orders.service import is_repeat
from store.stock import repository as stock

log = logging.getLogger(__name__)


def pack(db: Database, actor: Actor, number: str, request_key: str, now: datetime) -> None:
    """Note that an order lies packed; a second time, and the same form again, change nothing.

    Raises NotFound; Conflict when something of it has left already, or nothing of it may.
    """
    actor.require(Permission.FULFILMENT_WRITE)

    def work(session: Session) -> None:
        order = orders.lock_order(session, number)
        if is_repeat(session, order.id, request_key) or order.fulfilment_state is FulfilmentState.PACKED:
            return
        _require_sendable(session, order)
        if order.fulfilment_state is FulfilmentState.PART:
            raise Conflict("Part of this order has left already. Ship the rest when it is packed.")
        before = order.fulfilment_state
        order.move_to(FulfilmentState.PACKED)
        orders.add_event(session, order.id, "packed", actor.name, now, request_key=request_key)
        _tell(session, actor, "order.pack", order, before, {}, now)

    db.run(work, repeatable=True)


def ship(
    db: Database,
    actor: Actor,
    number: str,
    wanted: Mapping[int, int],
    carrier: str,
    tracking: str,
    request_key: str,
    now: datetime,
) -> Shipment:
    """Send off a parcel with `wanted` units of the order's lines; the same form again returns the same parcel.

    Raises NotFound; Conflict, with nothing changed, when these units may not leave or are not there.
    """
    actor.require(Permission.FULFILMENT_WRITE)

    parcel = _Parcel({line_id: units for line_id, units in wanted.items() if units}, carrier, tracking, request_key)
    return db.run(lambda session: _ship(session, actor, number, parcel, now), repeatable=True)


def let_go(db: Database, actor: Actor, number: str, block_id: int, request_key: str, now: datetime) -> None:
    """Let an order leave although something speaks against it; other reasons stay. The same form again does nothing.

    Raises NotFound; Conflict when this reason is gone already.
    """
    actor.require(Permission.ORDERS_WRITE)

    def work(session: Session) -> None:
        order = orders.lock_order(session, number)
        if is_repeat(session, order.id, request_key):
            return
        block = next((one for one in repository.list_blocks(session, order.id) if one.id == block_id), None)
        if block is None or block.closed_at is not None:
            raise Conflict("This no longer holds the order back. Look at what is left of it.")
        repository.close_block(session, order.id, HeldBy(block.reason), block.object_id, now, actor.name)
        about: dict[str, object] = {"reason": block.reason, "object": block.object_id}
        orders.add_event(session, order.id, "let_go", actor.name, now, about, request_key)
        before, after = {"held": True}, {"held": False, **about}
        record(session, actor, "order.let_go", f"order:{number}", before, after, now)

    db.run(work, repeatable=True)


def units_of(line: OrderLine) -> Units:
    return Units(line.quantity, line.shipped, line.cancelled, line.refunding)


@dataclass(frozen=True, slots=True)
class _Parcel:
    wanted: Mapping[int, int]
    carrier: str
    tracking: str
    request_key: str


def _ship(session: Session, actor: Actor, number: str, parcel: _Parcel, now: datetime) -> Shipment:
    order = orders.lock_order(session, number)
    earlier = repository.find_shipment(session, parcel.request_key)
    if earlier is not None:
        return _of_this_order(earlier, order)
    _require_sendable(session, order)
    lines = {line.id: units_of(line) for line in order.lines}
    if fault := why_not_this_parcel(parcel.wanted, lines):
        raise Conflict(fault)
    _take(session, actor, order, parcel.wanted, now)
    shipment = Shipment(
        order_id=order.id,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        actor=actor.name,
        request_key=parcel.request_key,
        shipped_at=repository.earliest_parcel(session, order.id, now),
        lines=[ShipmentLine(order_line_id=line_id, quantity=count) for line_id, count in sorted(parcel.wanted.items())],
    )
    session.add(shipment)
    session.flush()  # its timeline, mail and history name its id
    left = [units.after(parcel.wanted.get(line_id, 0)) for line_id, units in lines.items()]
    _tell_of_parcel(session, actor, order, shipment, fulfilment_of(left, is_packed=True), now)
    return shipment


def _require_sendable(session: Session, order: Order) -> None:
    """Asked under the order's lock, which whoever holds it back takes too (rule 28)."""
    held = repository.held_by(session, order.id)
    has_address = order.country is not None
    if fault := why_not_sent(order.payment_state, order.fulfilment_state, has_address=has_address, held_by=held):
        raise Conflict(fault)


def _of_this_order(shipment: Shipment, order: Order) -> Shipment:
    if shipment.order_id != order.id:
        raise Conflict("This form was sent for another order. Open this one again and fill in its own.")
    return shipment


def _take(session: Session, actor: Actor, order: Order, wanted: Mapping[int, int], now: datetime) -> None:
    """The units leave their lines and the shelf, each by an UPDATE with its own condition."""
    for line_id, units in sorted(wanted.items()):
        if not repository.count_shipped(session, line_id, units):
            raise Conflict(TOO_MANY)
    by_variant = {line.variant_id: wanted[line.id] for line in order.lines if line.id in wanted}
    reason = f"order {order.number}"
    missing = stock.ship(session, order.checkout_id, by_variant, reason=reason, actor=actor.name, now=now)
    if missing:
        skus = ", ".join(line.sku for line in order.lines if line.variant_id in missing)
        raise Conflict(f"Fewer are on the shelf than this parcel holds: {skus}. Count them, or ship the rest first.")


def _tell_of_parcel(
    session: Session, actor: Actor, order: Order, shipment: Shipment, becomes: FulfilmentState, now: datetime
) -> None:
    """The order's new state, its timeline, the mail to its buyer and the history."""
    before = order.fulfilment_state
    order.move_to(becomes)
    if before is FulfilmentState.UNFULFILLED:
        orders.add_event(session, order.id, "packed", actor.name, now)
    parcel: dict[str, object] = {
        "shipment": shipment.id,
        "carrier": shipment.carrier,
        "tracking": shipment.tracking,
        "units": sum(line.quantity for line in shipment.lines),
    }
    orders.add_event(session, order.id, "shipped", actor.name, now, parcel)
    enqueue(session, "order_shipped", {"shipment_id": shipment.id}, now, unique_key=f"order_shipped:{shipment.id}")
    _tell(session, actor, "order.ship", order, before, parcel, now)
    log.info("order %s: parcel %s has left", order.number, shipment.id)


def _tell(
    session: Session,
    actor: Actor,
    action: str,
    order: Order,
    before: FulfilmentState,
    more: Mapping[str, object],
    now: datetime,
) -> None:
    after = {"fulfilment": order.fulfilment_state.value, **more}
    record(session, actor, action, f"order:{order.number}", {"fulfilment": before.value}, after, now)
