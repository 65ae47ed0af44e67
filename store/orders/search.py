"""Finding orders as staff do: by how far they are, and by whatever a person remembers of one.

What is typed is split at spaces; each word must be the beginning of the number, or a part of the buyer's name, their
e-mail or a sku. `%` and `_` stand for themselves. Letters count alike in both cases, on SQLite beyond ASCII as long
as a word is written in one of the usual ways (lower, upper, Capitalized).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, column, func, or_, select, table, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from store.orders.lifecycle import SENDABLE, UNSENT, FulfilmentState, PaymentState
from store.orders.models import Order, OrderEvent, OrderLine
from store.orders.numbers import LENGTH, PREFIX

PAGE = 50
LONGEST, MOST_WORDS = 100, 6


class View(enum.StrEnum):
    TO_PACK = "to-pack"
    HELD = "held"
    SHIPPED = "shipped"
    MONEY_BACK = "money-back"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders with their lines; `after` is the number of the last one when more follow."""

    orders: list[Order]
    after: str | None


_TO_SEND = and_(
    Order.fulfilment_state.in_(sorted(UNSENT)), Order.payment_state.in_(sorted(SENDABLE)), Order.country.is_not(None)
)
"""Paid, and something of it has still to go by post."""
_BLOCK = table("fulfilment_block", column("order_id"), column("reason"), column("closed_at"))
"""Of the floor above, so only its name is known here."""
_HELD = select(_BLOCK.c.order_id).where(_BLOCK.c.order_id == Order.id, _BLOCK.c.closed_at.is_(None)).exists()
TO_PACK = and_(_TO_SEND, ~_HELD)
_WITHIN: dict[View, list[ColumnElement[bool]]] = {
    View.TO_PACK: [TO_PACK],
    View.HELD: [_TO_SEND, _HELD],
    View.SHIPPED: [Order.fulfilment_state == FulfilmentState.SHIPPED],
    View.MONEY_BACK: [Order.payment_state != PaymentState.PAID],
    View.ALL: [],
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What programs ask for besides a view: a state of money or parcels, and from when on."""

    state: PaymentState | FulfilmentState | None = None
    since: datetime | None = None
    count: int = PAGE

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if isinstance(self.state, PaymentState):
            found.append(Order.payment_state == self.state)
        if isinstance(self.state, FulfilmentState):
            found.append(Order.fulfilment_state == self.state)
        if self.since is not None:
            found.append(Order.placed_at >= self.since)
        return found


EVERYTHING = Narrowed()


def list_orders(
    session: Session, view: View, text: str = "", after: str | None = None, narrowed: Narrowed = EVERYTHING
) -> Page:
    """The orders of a view that fit `text`: what waits oldest first, all else newest first."""
    words, count = text[:LONGEST].split()[:MOST_WORDS], narrowed.count
    query = select(Order).where(*_WITHIN[view], *(_fits(word) for word in words), *narrowed.conditions)
    place = tuple_(Order.placed_at, Order.id)
    oldest_first = view in (View.TO_PACK, View.HELD)
    if after is not None:
        last = select(Order.placed_at, Order.id).where(Order.number == after).subquery()
        beyond = select(last.c.placed_at, last.c.id).scalar_subquery()
        query = query.where(place > beyond if oldest_first else place < beyond)
    order = (Order.placed_at, Order.id) if oldest_first else (Order.placed_at.desc(), Order.id.desc())
    found = session.scalars(query.order_by(*order).limit(count + 1).options(selectinload(Order.lines))).all()
    return Page(list(found[:count]), found[count - 1].number if len(found) > count else None)


def list_noted(session: Session, orders: Sequence[Order]) -> set[int]:
    """The ids of those that staff have written a note about."""
    noted = select(OrderEvent.order_id).where(OrderEvent.order_id.in_([order.id for order in orders]))
    return set(session.scalars(noted.where(OrderEvent.kind == "note")))


def list_held(session: Session, orders: Sequence[Order]) -> dict[int, set[str]]:
    """Why each of those that are held back is; see `fulfilment/parcels.py` for the reasons."""
    listed = select(_BLOCK.c.order_id, _BLOCK.c.reason).where(
        _BLOCK.c.order_id.in_([order.id for order in orders if order.fulfilment_state in UNSENT]),
        _BLOCK.c.closed_at.is_(None),
    )
    held: dict[int, set[str]] = {}
    for order_id, reason in session.execute(listed):
        held.setdefault(order_id, set()).add(reason)
    return held


def count_orders(session: Session) -> dict[View, int]:
    """How many orders each view has."""
    back = func.count().filter(Order.payment_state != PaymentState.PAID)
    counted = session.execute(select(Order.fulfilment_state, func.count(), back).group_by(Order.fulfilment_state)).all()
    by_state = {row[0]: row[1] for row in counted}
    to_send = select(func.count(), func.count().filter(_HELD)).select_from(Order).where(_TO_SEND)
    waiting, held = session.execute(to_send).one()
    return {
        View.TO_PACK: waiting - held,
        View.HELD: held,
        View.SHIPPED: by_state.get(FulfilmentState.SHIPPED, 0),
        View.MONEY_BACK: sum(row[2] for row in counted),
        View.ALL: sum(by_state.values()),
    }


def _fits(word: str) -> ColumnElement[bool]:
    beginning = word.upper()
    if beginning.startswith(PREFIX):  # it can be nothing else, and a whole number is found by its index
        whole = len(beginning) == len(PREFIX) + LENGTH
        return Order.number == beginning if whole else Order.number.startswith(beginning, autoescape=True)
    line_with_sku = select(OrderLine.id).where(OrderLine.order_id == Order.id, _holds(OrderLine.sku, word))
    number = Order.number.startswith(PREFIX + beginning, autoescape=True)
    return or_(number, _holds(Order.name, word), _holds(Order.email, word), line_with_sku.exists())


def _holds(column: InstrumentedAttribute[Any], word: str) -> ColumnElement[bool]:
    """SQLite knows the two cases of ASCII letters only, so the others are looked for as people write them."""
    ways = [word] if word.isascii() else sorted({word, word.lower(), word.upper(), word.title()})
    return or_(*(column.icontains(way, autoescape=True) for way in ways))
