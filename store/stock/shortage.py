"""Fewer units than are promised: told to staff with the names of the orders it hits (rule 31)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.db import lock
from store.stock.levels import Level, Promise, named, uncovered
from store.stock.models import StockLevel
from store.stock.reports import Stocked, get_stocked, list_held

KIND = "stock_short"
MOST_READ = 1000


def settle(session: Session, variant_id: int, now: datetime) -> None:
    """Something promised was given back: a shortage that a count has found shrinks by it."""
    row = lock(session, StockLevel, variant_id)
    if row is not None and row.short:
        before, row.short = row.level, row.level.settled().short
        session.flush()  # the sentence is written from the database
        tell(session, variant_id, before, row.level, now)


def tell(session: Session, variant_id: int, before: Level, after: Level, now: datetime) -> None:
    """Show staff how far the shelf now falls short, or that it no longer does; nothing if neither has changed."""
    if before.short == after.short:
        return
    subject = f"variant:{variant_id}"
    close_attention(session, KIND, subject, now)
    if after.short:
        affected = uncovered(
            (held.promise for held in list_held(session, variant_id, MOST_READ)), after.on_hand + after.backorder_limit
        )
        raise_attention(session, KIND, subject, _sentence(get_stocked(session, variant_id), affected), now)


def _sentence(item: Stocked, affected: Sequence[Promise]) -> str:
    level = item.level
    return (
        f"{item.name} ({item.sku}): {level.reserved} are promised and {level.on_hand} are there, {level.short} too"
        f" few. Affected: {named(affected)}. Find them, order more, or write to these buyers."
    )
