"""The SQL of stock. Every function works in the caller's transaction, variants always in the order of their ids.

One statement decides: a unit is taken by an UPDATE that has its own condition, never by a look and then a write.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

import sqlalchemy
from sqlalchemy import BindParameter, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from store.db import insert
from store.stock import shortage
from store.stock.models import Hold, HoldState, LiveCheckoutCount, MovementKind, StockLevel, StockMovement

AVAILABLE = StockLevel.on_hand + StockLevel.backorder_limit - StockLevel.reserved


def available(session: Session, variant_ids: Collection[int], cart_id: str | None = None) -> dict[int, int]:
    """How many of each can be had now, never below 0; a variant without a level has none.

    What the open checkout of bag `cart_id` holds is there for that bag.
    """
    rows = session.execute(select(StockLevel.variant_id, AVAILABLE).where(StockLevel.variant_id.in_(variant_ids)))
    found = {variant_id: max(count, 0) for variant_id, count in rows}
    own = _held_by(session, variant_ids, cart_id) if cart_id else {}
    return {variant_id: found.get(variant_id, 0) + own.get(variant_id, 0) for variant_id in variant_ids}


def _held_by(session: Session, variant_ids: Collection[int], cart_id: str) -> dict[int, int]:
    query = select(Hold.variant_id, Hold.quantity).where(
        Hold.cart_id == cart_id, Hold.state == HoldState.LIVE, Hold.variant_id.in_(variant_ids)
    )
    return {row.variant_id: row.quantity for row in session.execute(query)}


_ADD_HOLDS = sqlalchemy.insert(cast("Table", Hold.__table__))


def hold(session: Session, checkout_id: str, cart_id: str, wanted: Mapping[int, int], now: datetime) -> list[int]:
    """Hold `wanted` units for a checkout of a bag; the variants of which there were not enough.

    When the answer is not empty the caller must roll back, for the others are held already.
    """
    refused = [variant_id for variant_id in sorted(wanted) if not _reserve(session, variant_id, wanted[variant_id])]
    if not refused and wanted:
        same = {"checkout_id": checkout_id, "cart_id": cart_id, "created_at": now}
        rows = [{"variant_id": variant_id, "quantity": wanted[variant_id], **same} for variant_id in sorted(wanted)]
        session.execute(_ADD_HOLDS, rows)
    return refused


def note_released(
    session: Session, checkout_id: str, held: Mapping[int, int], held_at: datetime, now: datetime
) -> None:
    """Write down what a checkout held and has given back; nothing is reserved by it."""
    session.add_all(
        Hold(
            checkout_id=checkout_id,
            variant_id=variant_id,
            quantity=held[variant_id],
            state=HoldState.RELEASED,
            created_at=held_at,
            released_at=now,
        )
        for variant_id in sorted(held)
    )


def leave_bag(session: Session, checkout_id: str) -> None:
    """The lines have been taken out of the bag: what is held no longer counts as there for it."""
    session.execute(update(Hold).where(Hold.checkout_id == checkout_id).values(cart_id=None))


def move_holds(session: Session, checkout_ids: Collection[str], cart_id: str) -> None:
    """What these checkouts hold now counts as there for another bag."""
    held = update(Hold).where(Hold.checkout_id.in_(checkout_ids), Hold.cart_id.is_not(None))
    session.execute(held.values(cart_id=cart_id))


_UNITS: BindParameter[int] = bindparam("units")
_RESERVE = (
    update(StockLevel)
    .where(StockLevel.variant_id == bindparam("variant"), _UNITS <= AVAILABLE)
    .values(reserved=StockLevel.reserved + _UNITS)
    .returning(StockLevel.variant_id)
    .execution_options(synchronize_session=False)
)
"""Built once: in a drop everybody waits for the same row, and for whoever holds it."""


def _reserve(session: Session, variant_id: int, quantity: int) -> bool:
    return session.scalar(_RESERVE, {"variant": variant_id, "units": quantity}) is not None


def sell(session: Session, checkout_id: str, now: datetime) -> None:
    """The live holds of a checkout become sold; their units stay reserved until they are shipped."""
    live = update(Hold).where(Hold.checkout_id == checkout_id, Hold.state == HoldState.LIVE)
    session.execute(live.values(state=HoldState.SOLD, sold_at=now))


def release(session: Session, checkout_id: str, now: datetime) -> None:
    """Give the live holds of a checkout back to everybody; a second time changes nothing."""
    live = select(Hold.variant_id, Hold.quantity).where(Hold.checkout_id == checkout_id, Hold.state == HoldState.LIVE)
    for variant_id, _ in session.execute(live.order_by(Hold.variant_id)).all():
        one = update(Hold).where(
            Hold.checkout_id == checkout_id, Hold.variant_id == variant_id, Hold.state == HoldState.LIVE
        )
        quantity = session.scalar(one.values(state=HoldState.RELEASED, released_at=now).returning(Hold.quantity))
        if quantity is not None:
            level = update(StockLevel).where(StockLevel.variant_id == variant_id)
            less = level.values(reserved=StockLevel.reserved - quantity).returning(StockLevel.short)
            if session.scalar(less):
                shortage.settle(session, variant_id, now)


def hold_again(session: Session, checkout_id: str, now: datetime) -> bool:
    """Hold once more what a checkout had to give back, all of it or nothing; whether there was enough.

    The savepoint undoes the first variants when a later one is gone.
    """
    released = session.scalars(
        select(Hold).where(Hold.checkout_id == checkout_id, Hold.state == HoldState.RELEASED).order_by(Hold.variant_id)
    ).all()
    savepoint = session.begin_nested()
    for gone in released:
        if not _reserve(session, gone.variant_id, gone.quantity):
            savepoint.rollback()
            return False
        gone.state, gone.released_at = HoldState.LIVE, None
    savepoint.commit()
    return True


def ship(
    session: Session, checkout_id: str, wanted: Mapping[int, int], *, reason: str, actor: str, now: datetime
) -> list[int]:
    """Send off units that a checkout has bought; the variants of which that many are not on the shelf, or not its own.

    When the answer is not empty the caller must roll back. A variant whose units nobody counts has no hold: it goes
    along and changes nothing here.
    """
    held = session.scalars(select(Hold.variant_id).where(Hold.checkout_id == checkout_id))
    counted = sorted(wanted.keys() & set(held))
    return [one for one in counted if not _send(session, checkout_id, one, wanted[one], reason, actor, now)]


def _send(
    session: Session, checkout_id: str, variant_id: int, quantity: int, reason: str, actor: str, now: datetime
) -> bool:
    own = update(Hold).where(
        Hold.checkout_id == checkout_id,
        Hold.variant_id == variant_id,
        Hold.state == HoldState.SOLD,
        quantity <= Hold.quantity - Hold.shipped - Hold.cancelled - Hold.refunding,
    )
    there = update(StockLevel).where(
        StockLevel.variant_id == variant_id, quantity <= StockLevel.on_hand, quantity <= StockLevel.reserved
    )
    took = own.values(shipped=Hold.shipped + quantity).returning(Hold.id)
    left = there.values(on_hand=StockLevel.on_hand - quantity, reserved=StockLevel.reserved - quantity).returning(
        StockLevel.variant_id
    )
    if session.scalar(took) is None or session.scalar(left) is None:
        return False
    session.add(
        StockMovement(
            variant_id=variant_id,
            kind=MovementKind.SHIP,
            quantity=-quantity,
            reason=reason,
            actor=actor,
            created_at=now,
        )
    )
    return True


def receive(
    session: Session,
    variant_id: int,
    quantity: int,
    *,
    reason: str,
    actor: str,
    now: datetime,
    request_key: str | None = None,
) -> None:
    """Put `quantity` new units on the shelf, with the movement that explains them."""
    level = insert(session, StockLevel).values(
        variant_id=variant_id, on_hand=quantity, reserved=0, short=0, backorder_limit=0
    )
    more = level.on_conflict_do_update(index_elements=["variant_id"], set_={"on_hand": StockLevel.on_hand + quantity})
    if session.scalar(more.returning(StockLevel.short)):
        shortage.settle(session, variant_id, now)
    if quantity:
        session.add(
            StockMovement(
                variant_id=variant_id,
                kind=MovementKind.RECEIVE,
                quantity=quantity,
                reason=reason,
                actor=actor,
                request_key=request_key,
                created_at=now,
            )
        )


def count_live_checkout(session: Session, owner: str, cap: int) -> bool:
    """Note one more unpaid checkout of `owner`; False, and nothing noted, when there are `cap` already."""
    row = insert(session, LiveCheckoutCount).values(owner=owner, count=1)
    counted = row.on_conflict_do_update(
        index_elements=["owner"], set_={"count": LiveCheckoutCount.count + 1}, where=LiveCheckoutCount.count < cap
    )
    return session.scalar(counted.returning(LiveCheckoutCount.owner)) is not None


def forget_live_checkout(session: Session, owners: Collection[str]) -> None:
    """One unpaid checkout of each of `owners` has ended."""
    for owner in sorted(owners):
        ended = update(LiveCheckoutCount).where(LiveCheckoutCount.owner == owner, LiveCheckoutCount.count > 0)
        session.execute(ended.values(count=LiveCheckoutCount.count - 1))


def ever_moved(session: Session, variant_ids: Collection[int]) -> set[int]:
    """Those of these variants that were ever held, sold or counted."""
    moved = select(StockMovement.variant_id).where(StockMovement.variant_id.in_(variant_ids))
    held = select(Hold.variant_id).where(Hold.variant_id.in_(variant_ids))
    return set(session.scalars(moved.union(held)))


def forget_levels(session: Session, variant_ids: Collection[int]) -> None:
    """These variants are about to go, and nothing of them was ever there."""
    session.execute(delete(StockLevel).where(StockLevel.variant_id.in_(variant_ids), StockLevel.on_hand == 0))
