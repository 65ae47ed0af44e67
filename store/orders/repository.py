"""The SQL of checkouts and orders. `get_` raises NotFound, `find_` may return None."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from store.db import lock
from store.errors import NotFound
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout, CheckoutLine, Order, OrderEvent


def get_checkout(session: Session, checkout_id: str) -> Checkout:
    checkout = find_checkout(session, checkout_id)
    if checkout is None:
        raise NotFound("We know no such checkout.")
    return checkout


def find_checkout(session: Session, checkout_id: str) -> Checkout | None:
    query = select(Checkout).where(Checkout.id == checkout_id).options(selectinload(Checkout.lines))
    return session.scalar(query.execution_options(populate_existing=True))


def lock_checkout(session: Session, checkout_id: str) -> Checkout:
    checkout = lock(session, Checkout, checkout_id)
    if checkout is None:
        raise NotFound("We know no such checkout.")
    return checkout


def find_checkout_by_request(session: Session, cart_id: str, request_key: str) -> Checkout | None:
    return session.scalar(select(Checkout).where(Checkout.cart_id == cart_id, Checkout.request_key == request_key))


def find_checkout_by_release(session: Session, release_key: str) -> Checkout | None:
    return session.scalar(select(Checkout).where(Checkout.release_key == release_key))


def ask_to_cancel(session: Session, checkout_id: str) -> None:
    """Note that the buyer no longer wants what a payment is on its way for (rule 19)."""
    awaited = update(Checkout).where(Checkout.id == checkout_id, Checkout.state == CheckoutState.AWAITING_PAYMENT)
    session.execute(awaited.values(cancel_requested=True))


def move_checkouts(session: Session, from_cart: str, to_cart: str, member_id: int) -> list[Checkout]:
    """Hand the checkouts of one bag to another, which is locked like the first, and to its member.

    A form sent with the other bag's key stays behind: keys are unique in a bag, and people could forge such a pair.
    """
    taken = select(Checkout.request_key).where(Checkout.cart_id == to_cart)
    theirs = select(Checkout.id).where(Checkout.cart_id == from_cart, Checkout.request_key.not_in(taken))
    moved = [lock_checkout(session, checkout_id) for checkout_id in session.scalars(theirs.order_by(Checkout.id)).all()]
    for checkout in moved:
        checkout.cart_id, checkout.member_id = to_cart, member_id
    return moved


def find_unfinished_checkout(session: Session, cart_id: str) -> Checkout | None:
    """The bag's open checkout, else the newest whose payment is on its way."""
    query = select(Checkout).where(
        Checkout.cart_id == cart_id, Checkout.state.in_([CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT])
    )
    open_first = (Checkout.state == CheckoutState.OPEN).desc()
    return session.scalar(query.order_by(open_first, Checkout.created_at.desc()).limit(1))


def find_unpaid_checkout(session: Session, cart_id: str, since: datetime) -> Checkout | None:
    """The bag's newest checkout, if it was begun after `since` and not paid."""
    query = select(Checkout).where(Checkout.cart_id == cart_id, Checkout.created_at >= since)
    newest = session.scalar(query.order_by(Checkout.created_at.desc(), Checkout.id).limit(1))
    unpaid = (CheckoutState.OPEN, CheckoutState.EXPIRED, CheckoutState.CANCELLED)
    return newest if newest is not None and newest.state in unpaid else None


def find_open_checkout(session: Session, cart_id: str) -> Checkout | None:
    query = select(Checkout).where(Checkout.cart_id == cart_id, Checkout.state == CheckoutState.OPEN)
    return session.scalar(query.options(selectinload(Checkout.lines)))


def list_awaited(session: Session, member_id: int | None, most: int) -> list[Checkout]:
    """Checkouts whose payment is on its way, of one member or of everybody (None); the newest first."""
    query = select(Checkout).where(Checkout.state == CheckoutState.AWAITING_PAYMENT)
    if member_id is not None:
        query = query.where(Checkout.member_id == member_id)
    query = query.order_by(Checkout.created_at.desc(), Checkout.id).limit(most).options(selectinload(Checkout.lines))
    return list(session.scalars(query))


def find_order(session: Session, number: str) -> Order | None:
    query = select(Order).where(Order.number == number)
    return session.scalar(query.options(selectinload(Order.lines), selectinload(Order.events)))


def find_order_of_checkout(session: Session, checkout_id: str) -> Order | None:
    query = select(Order).where(Order.checkout_id == checkout_id)
    return session.scalar(query.options(selectinload(Order.lines), selectinload(Order.events)))


def list_of_member(session: Session, member_id: int, before_id: int | None, most: int) -> list[Order]:
    """A member's orders, the newest first."""
    own = select(Order).where(Order.member_id == member_id).options(selectinload(Order.lines))
    if before_id is not None:
        own = own.where(Order.id < before_id)
    return list(session.scalars(own.order_by(Order.id.desc()).limit(most)))


def get_order(session: Session, order_id: int) -> Order:
    query = select(Order).where(Order.id == order_id)
    order = session.scalar(query.options(selectinload(Order.lines), selectinload(Order.events)))
    if order is None:
        raise NotFound("We know no such order.")
    return order


def claim(session: Session, member_id: int, email_key: str, _now: datetime) -> None:
    """Orders placed as a guest with an address belong to the member who has proven it; nobody else's are touched."""
    unclaimed = update(Order).where(Order.email_key == email_key, Order.member_id.is_(None))
    session.execute(unclaimed.values(member_id=member_id))


def get_order_by_number(session: Session, number: str) -> Order:
    order = find_order(session, number)
    if order is None:
        raise NotFound("We know no order of that number. Search the orders for it.")
    return order


def lock_order(session: Session, number: str) -> Order:
    """The order, kept from others until the transaction ends, with its lines as they are now."""
    query = select(Order).where(Order.number == number).options(selectinload(Order.lines))
    order = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if order is None:
        raise NotFound("We know no order of that number. Search the orders for it.")
    return order


def lock_order_of(session: Session, order_id: int) -> Order:
    """As `lock_order`, by the order's own id. Raises NotFound."""
    query = select(Order).where(Order.id == order_id).options(selectinload(Order.lines))
    order = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if order is None:
        raise NotFound("We know no such order.")
    return order


def find_event(session: Session, request_key: str) -> OrderEvent | None:
    return session.scalar(select(OrderEvent).where(OrderEvent.request_key == request_key))


def number_is_free(session: Session, number: str) -> bool:
    return session.scalar(select(Order.id).where(Order.number == number)) is None


def add_event(
    session: Session,
    order_id: int,
    kind: str,
    actor: str,
    now: datetime,
    data: dict[str, object] | None = None,
    request_key: str | None = None,
) -> OrderEvent:
    """Write a cue on an order's timeline."""
    event = OrderEvent(order_id=order_id, kind=kind, actor=actor, data=data or {}, request_key=request_key, at=now)
    session.add(event)
    return event


def ever_ordered(session: Session, variant_ids: Collection[int]) -> set[int]:
    """Those of these variants that stand in any checkout: orders are made from those."""
    return set(session.scalars(select(CheckoutLine.variant_id).where(CheckoutLine.variant_id.in_(variant_ids))))
