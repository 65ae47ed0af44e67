"""After a restore nothing is sold until the shop has heard from Stripe what has happened since the backup (rule 35)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.payments import repository
from store.payments.models import Shop
from store.payments.reconciling import cursors
from store.payments.reconciling.events import CURSORS

COMPARED = "compared"
"""The cursor of the nightly comparison."""


def close_checkout(session: Session, since: datetime) -> None:
    """Close checkout, and have everything from `since` on read again; whoever restores a backup calls this.

    `since` is when the backup was made. The next run of the reconciler that gets to the end opens it again.
    """
    repository.store_id(session)
    set_back(session, since)
    session.execute(update(Shop).values(closed_since=since))


def set_back(session: Session, since: datetime) -> None:
    """Have everything from `since` on read again, by events and by lists."""
    for name in (*CURSORS, COMPARED):
        cursors.set_back(session, name, since)


def find_closed_since(session: Session) -> datetime | None:
    """From when on things are still to be heard of; None while checkout is open."""
    return session.scalar(select(Shop.closed_since))


def open_checkout(session: Session, heard_since: datetime) -> None:
    """Everything since then has been heard of. One that was closed for longer than that stays closed."""
    session.execute(update(Shop).where(Shop.closed_since >= heard_since).values(closed_since=None))
