"""What staff do to the shelf: put a delivery on it, correct it, count it.

Each is one transaction that locks the level, asks `levels.py`, and writes the movement that explains the change and
the entry of the history that says who made it. The same form sent twice is one movement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import Deed, record_all
from store.db import Database
from store.errors import Conflict
from store.stock import levels, shelf, shortage
from store.stock.levels import Level
from store.stock.models import MovementKind, StockMovement

SENT_ALREADY = "This form was already sent for something else. Open the page again and fill it in once more."


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the form, whenever it was first sent."""

    movement_id: int
    quantity: int
    """Signed: what it added to the shelf."""


def receive(
    db: Database, actor: Actor, variant_id: int, quantity: int, *, reason: str, request_key: str, now: datetime
) -> Moved:
    """Put a delivery of `quantity` units on the shelf. Raises Forbidden, NotFound, Invalid."""
    form = _Form(actor, MovementKind.RECEIVE, variant_id, reason, request_key)
    return _move(db, form, lambda level: levels.receive(level, quantity), now)


def adjust(
    db: Database, actor: Actor, variant_id: int, change: int, *, reason: str, request_key: str, now: datetime
) -> Moved:
    """Correct the shelf by `change` units, up or down, never into what is promised.

    Raises Forbidden, NotFound, Invalid, or Conflict with how many are promised.
    """
    form = _Form(actor, MovementKind.ADJUST, variant_id, reason, request_key)
    return _move(db, form, lambda level: levels.adjust(level, change), now)


def count(
    db: Database,
    actor: Actor,
    variant_id: int,
    found: int,
    expected_on_hand: int,
    *,
    reason: str,
    request_key: str,
    now: datetime,
) -> Moved:
    """Believe a count that found `found` units where the page had said `expected_on_hand` (rule 31).

    Fewer than are promised is stored, and shown to staff with the orders it hits. Raises Forbidden, NotFound, Invalid,
    or Conflict when the level has changed since the page was opened.
    """
    form = _Form(actor, MovementKind.COUNT, variant_id, reason, request_key)
    return _move(db, form, lambda level: levels.count(level, found, expected_on_hand), now)


@dataclass(frozen=True, slots=True)
class Recount:
    """What came of counting several shelves: what the history is to tell, and which were refused, with why."""

    deeds: list[Deed]
    refused: dict[int, str]


def recount(session: Session, actor: Actor, found: Mapping[int, int], *, reason: str, now: datetime) -> Recount:
    """Believe a list of how many there are of each variant, in the caller's transaction, which records the deeds.

    A list knows nothing of what was promised since it was written: fewer than that are refused, not stored.
    """
    actor.require(Permission.STOCK_WRITE)
    deeds: list[Deed] = []
    refused: dict[int, str] = {}
    for row in shelf.lock_levels(session, found):
        before = row.level
        if (there := found[row.variant_id]) == before.on_hand:
            continue
        after = levels.count(before, there, before.on_hand)
        if after.short:
            refused[row.variant_id] = (
                f"{before.reserved} are promised to buyers. Should only {there} be there, count them on the stock page."
            )
            continue
        session.add(
            StockMovement(
                variant_id=row.variant_id,
                kind=MovementKind.COUNT,
                quantity=there - before.on_hand,
                reason=reason,
                actor=actor.name,
                created_at=now,
            )
        )
        row.on_hand, row.short = after.on_hand, after.short
        if before.short:
            session.flush()  # a shortage is told from the database
            shortage.tell(session, row.variant_id, before, after, now)
        deeds.append(_deed(MovementKind.COUNT, row.variant_id, before, after, reason))
    return Recount(deeds, refused)


def _deed(kind: MovementKind, variant_id: int, before: Level, after: Level, reason: str) -> Deed:
    told = {"on_hand": after.on_hand, "short": after.short, "reason": reason}
    return Deed(f"stock.{kind}", f"variant:{variant_id}", {"on_hand": before.on_hand, "short": before.short}, told)


@dataclass(frozen=True, slots=True)
class _Form:
    actor: Actor
    kind: MovementKind
    variant_id: int
    reason: str
    request_key: str


def _move(db: Database, form: _Form, change: Callable[[Level], Level], now: datetime) -> Moved:
    form.actor.require(Permission.STOCK_WRITE)

    def work(session: Session) -> Moved:
        row = shelf.lock_level(session, form.variant_id)
        earlier = shelf.find_movement(session, form.request_key)
        if earlier is not None:
            return _first_outcome(earlier, form)
        before, after = row.level, change(row.level)
        movement_id = shelf.write(
            session,
            row,
            after,
            kind=form.kind,
            reason=form.reason,
            actor=form.actor.name,
            request_key=form.request_key,
            created_at=now,
        )
        if movement_id is None:
            raise Conflict(SENT_ALREADY)
        shortage.tell(session, form.variant_id, before, after, now)
        record_all(session, form.actor, [_deed(form.kind, form.variant_id, before, after, form.reason)], now)
        return Moved(movement_id, after.on_hand - before.on_hand)

    return db.run(work, repeatable=True)


def _first_outcome(earlier: StockMovement, form: _Form) -> Moved:
    if (earlier.variant_id, earlier.kind) != (form.variant_id, form.kind):
        raise Conflict(SENT_ALREADY)
    return Moved(earlier.id, earlier.quantity)
