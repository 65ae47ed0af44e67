"""The SQL of units that a buyer bought and does not get, or gives back (rule 29). In the caller's transaction.

A variant whose units nobody counts has no hold: it goes along and changes nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.db import lock
from store.stock import shortage
from store.stock.models import Hold, HoldState, MovementKind, StockLevel, StockMovement


def withhold(session: Session, checkout_id: str, wanted: Mapping[int, int]) -> bool:
    """Keep units that were sold from being shipped, for a refund is on its way; whether there were as many.

    When there were not the caller must roll back.
    """
    held = _held(session, checkout_id, wanted)
    return all(_move(session, checkout_id, variant_id, wanted[variant_id]) for variant_id in held)


def give_way(session: Session, checkout_id: str, wanted: Mapping[int, int]) -> None:
    """The refund was rejected: its units may be shipped after all."""
    for variant_id in _held(session, checkout_id, wanted):
        _move(session, checkout_id, variant_id, -wanted[variant_id])


def _move(session: Session, checkout_id: str, variant_id: int, quantity: int) -> bool:
    own = update(Hold).where(
        Hold.checkout_id == checkout_id,
        Hold.variant_id == variant_id,
        Hold.state == HoldState.SOLD,
        Hold.refunding + quantity >= 0,
        Hold.shipped + Hold.cancelled + Hold.refunding + quantity <= Hold.quantity,
    )
    moved = own.values(refunding=Hold.refunding + quantity).returning(Hold.id)
    return session.scalar(moved) is not None


def cancel(
    session: Session,
    checkout_id: str,
    wanted: Mapping[int, int],
    *,
    withheld: bool,
    restock: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Units that had not left never will: they go back to everybody, or without `restock` off the shelf for good.

    `withheld` tells that they were kept back before. What a count has found missing is not taken off a second time.
    """
    for variant_id in _held(session, checkout_id, wanted):
        count = wanted[variant_id]
        own = update(Hold).where(Hold.checkout_id == checkout_id, Hold.variant_id == variant_id)
        less = count if withheld else 0
        session.execute(own.values(refunding=Hold.refunding - less, cancelled=Hold.cancelled + count))
        level = _lock_level(session, variant_id)
        level.reserved -= count
        lost = 0 if restock else min(count, level.on_hand)
        if lost:
            level.on_hand -= lost
            _note(session, variant_id, MovementKind.CANCEL, -lost, reason, actor, now)
        shortage.settle(session, variant_id, now)


def take_back(
    session: Session, checkout_id: str, wanted: Mapping[int, int], *, reason: str, actor: str, now: datetime
) -> None:
    """Units that had left lie on the shelf again."""
    for variant_id in _held(session, checkout_id, wanted):
        level = _lock_level(session, variant_id)
        level.on_hand += wanted[variant_id]
        _note(session, variant_id, MovementKind.RETURN, wanted[variant_id], reason, actor, now)
        shortage.settle(session, variant_id, now)


def _held(session: Session, checkout_id: str, wanted: Mapping[int, int]) -> list[int]:
    """Those of the variants whose units are counted, in the order in which they are locked (rule 5)."""
    held = set(session.scalars(select(Hold.variant_id).where(Hold.checkout_id == checkout_id)))
    return sorted(variant_id for variant_id, count in wanted.items() if count and variant_id in held)


def _lock_level(session: Session, variant_id: int) -> StockLevel:
    level = lock(session, StockLevel, variant_id)
    if level is None:
        raise AssertionError("what is held has a level")
    return level


def _note(
    session: Session, variant_id: int, kind: MovementKind, quantity: int, reason: str, actor: str, now: datetime
) -> None:
    session.add(
        StockMovement(variant_id=variant_id, kind=kind, quantity=quantity, reason=reason, actor=actor, created_at=now)
    )
