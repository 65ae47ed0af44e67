"""Units that a buyer does not get after all, or gives back: lines, holds, shelf and order follow (rule 29)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.db import Database
from store.errors import Conflict
from store.fulfilment.parcels import progress_after
from store.fulfilment.service import units_of
from store.jobs.repository import enqueue
from store.orders import repository as orders
from store.orders.models import Order
from store.orders.service import is_repeat
from store.orders.units import move_units
from store.stock import returns


class UnitsOfLine(Protocol):
    """Which units of an order's line are meant: some that had not left, some that had."""

    @property
    def order_line_id(self) -> int: ...

    @property
    def unsent(self) -> int: ...

    @property
    def sent(self) -> int: ...

    @property
    def restock(self) -> bool:
        """Whether they can be sold again."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Units that never will leave, for no refund."""

    order_line_id: int
    unsent: int
    restock: bool
    sent: int = 0


def cancel(db: Database, actor: Actor, number: str, *, restock: bool, request_key: str, now: datetime) -> None:
    """Cancel what has not left of an order that cost nothing, and tell its buyer; the same form again does nothing.

    What was paid for is canceled by its refund. Raises NotFound or Conflict, with nothing changed.
    """
    actor.require(Permission.ORDERS_WRITE)

    def work(session: Session) -> None:
        order = orders.lock_order(session, number)
        if is_repeat(session, order.id, request_key):
            return
        if order.total:
            raise Conflict("This order was paid for. Refund it, and what has not left is canceled with that.")
        units = {line.id: units_of(line).left for line in order.lines}
        if not any(units.values()):
            raise Conflict("Nothing of this order is left to cancel. Look at its timeline.")
        before = order.fulfilment_state
        lines = [Unsent(line_id, left, restock) for line_id, left in units.items() if left]
        reason = f"cancellation of order {number}"
        give_back_units(session, order, lines, withheld=False, reason=reason, actor=actor.name, now=now)
        about: dict[str, object] = {"units": sum(units.values()), "restock": restock}
        orders.add_event(session, order.id, "canceled", actor.name, now, about, request_key)
        enqueue(session, "order_canceled", {"order_id": order.id}, now, unique_key=f"order_canceled:{order.id}")
        after = {"fulfilment": order.fulfilment_state.value, **about}
        record(session, actor, "order.cancel", f"order:{number}", {"fulfilment": before.value}, after, now)

    db.run(work, repeatable=True)


def give_back_units(
    session: Session,
    order: Order,
    lines: Sequence[UnitsOfLine],
    *,
    withheld: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Units that had not left are canceled, sent ones that can be sold again have come back; the order follows.

    The caller has locked the order; `withheld` tells that the unsent ones were kept back before.
    """
    for line in lines:
        back = line.sent if line.restock else 0
        held = line.unsent if withheld else 0
        move_units(session, line.order_line_id, refunding=-held, cancelled=line.unsent, returned=back)
    for restock in (True, False):
        units = by_variant([line for line in lines if line.restock is restock], order, "unsent")
        how = {"withheld": withheld, "restock": restock}
        returns.cancel(session, order.checkout_id, units, **how, reason=reason, actor=actor, now=now)
    back_again = by_variant([line for line in lines if line.restock], order, "sent")
    returns.take_back(session, order.checkout_id, back_again, reason=reason, actor=actor, now=now)
    _progress(session, order)


def _progress(session: Session, order: Order) -> None:
    session.flush()
    for line in order.lines:
        session.refresh(line)
    returned = sum(line.returned for line in order.lines)
    becomes = progress_after(order.fulfilment_state, map(units_of, order.lines), returned=returned)
    if becomes is not order.fulfilment_state:
        order.move_to(becomes)


def by_variant(lines: Iterable[UnitsOfLine], order: Order, which: str) -> dict[int, int]:
    """How many units of each variant; an order has each variant once."""
    variants = {line.id: line.variant_id for line in order.lines}
    return {variants[line.order_line_id]: getattr(line, which) for line in lines if getattr(line, which)}
