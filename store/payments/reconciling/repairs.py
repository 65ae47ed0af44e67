"""Repairs: each is written down in the transaction that makes it, and only if it has changed something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.orders import repository as orders
from store.orders.models import Order
from store.payments.models import Payment
from store.payments.reconciling.models import Repair
from store.payments.reconciling.portraits import About, Portrait, difference, hold_still, portray

T = TypeVar("T")


class RepairKind(StrEnum):
    """By what showed that something was amiss."""

    EVENT = "missed_event"
    SESSION = "session"
    REFUND = "refund"
    DISPUTE = "dispute"
    WARNING = "warning"
    UNKNOWN = "unknown_checkout"


@dataclass
class Repairs:
    """What one run has repaired, for whoever asked for it."""

    made: dict[str, Repair] = field(default_factory=dict)
    """By what each was made for: a transaction that is done twice has made one."""
    are_kept: bool = True
    """False when an event has asked for it: that is the ordinary way, and no repair."""

    def watch(
        self, session: Session, kind: RepairKind, key: str, about: About, now: datetime, work: Callable[[], T]
    ) -> T:
        """Do `work` in the caller's transaction; what it changes is a repair of this kind."""
        if not self.are_kept:
            return work()
        self.made.pop(key, None)
        hold_still(session, about, now)
        before = portray(session, about)
        outcome = work()
        was, became = difference(before, portray(session, about))
        if became:
            self.made[key] = _note(session, kind, about, was, became, now)
        return outcome


def _note(session: Session, kind: RepairKind, about: About, was: Portrait, became: Portrait, now: datetime) -> Repair:
    repair = Repair(kind=kind.value, subject=about.subject, before=was, after=became, at=now)
    session.add(repair)
    session.flush()
    if (order_id := _order_of(session, about)) is not None:
        orders.add_event(session, order_id, "repaired", "system", now, {"repair": repair.id, "found": kind.value})
    return repair


def _order_of(session: Session, about: About) -> int | None:
    if about.payment_intent is not None:
        return session.scalar(select(Payment.order_id).where(Payment.payment_intent == about.payment_intent))
    return session.scalar(select(Order.id).where(Order.checkout_id == about.checkout_id))


def list_repairs(session: Session, kind: RepairKind | None, skip: int, most: int) -> Sequence[Repair]:
    """The latest first."""
    query = select(Repair) if kind is None else select(Repair).where(Repair.kind == kind.value)
    return session.scalars(query.order_by(Repair.at.desc(), Repair.id.desc()).offset(skip).limit(most)).all()
