"""The SQL of staff's own changes to a level; each works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.catalog.models import Variant
from store.db import insert, lock
from store.stock.levels import Level
from store.stock.models import StockLevel, StockMovement
from store.stock.reports import get_stocked


def lock_level(session: Session, variant_id: int) -> StockLevel:
    """The variant's level, kept from others until the transaction ends; made when it has none.

    Raises NotFound when there is no such variant, or its units are not counted.
    """
    get_stocked(session, variant_id)
    empty = insert(session, StockLevel).values(variant_id=variant_id, on_hand=0, reserved=0, short=0, backorder_limit=0)
    session.execute(empty.on_conflict_do_nothing(index_elements=["variant_id"]))
    row = lock(session, StockLevel, variant_id)
    if row is None:
        raise AssertionError("the level was just written")
    return row


def levels(session: Session, variant_ids: Collection[int]) -> dict[int, Level]:
    """The level of each variant that was ever counted."""
    rows = session.scalars(select(StockLevel).where(StockLevel.variant_id.in_(variant_ids)))
    return {row.variant_id: row.level for row in rows}


def lock_levels(session: Session, variant_ids: Collection[int]) -> list[StockLevel]:
    """As `lock_level`, for several, in the order of their ids; those whose units are not counted are left out."""
    counted = select(Variant.id).where(Variant.id.in_(variant_ids), Variant.stocked)
    empty = [
        {"variant_id": one, "on_hand": 0, "reserved": 0, "short": 0, "backorder_limit": 0}
        for one in session.scalars(counted.order_by(Variant.id))
    ]
    if not empty:
        return []
    session.execute(insert(session, StockLevel).on_conflict_do_nothing(index_elements=["variant_id"]), empty)
    ids = [row["variant_id"] for row in empty]
    query = select(StockLevel).where(StockLevel.variant_id.in_(ids)).order_by(StockLevel.variant_id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def find_movement(session: Session, request_key: str) -> StockMovement | None:
    return session.scalar(select(StockMovement).where(StockMovement.request_key == request_key))


def write(session: Session, row: StockLevel, after: Level, **movement: object) -> int | None:
    """Change a locked level, with the movement that explains it; the movement's id.

    None, and nothing written, when its form was sent for another variant in this very moment.
    """
    values = {"variant_id": row.variant_id, "quantity": after.on_hand - row.on_hand, **movement}
    once = insert(session, StockMovement).values(values).on_conflict_do_nothing(index_elements=["request_key"])
    movement_id = session.scalar(once.returning(StockMovement.id))
    if movement_id is not None:
        row.on_hand, row.short = after.on_hand, after.short
        session.flush()  # a shortage is told from the database
    return movement_id
