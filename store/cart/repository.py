"""The SQL of bags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.cart.models import Cart, CartLine
from store.db import insert, lock
from store.errors import NotFound


def lock_cart(session: Session, cart_id: str) -> Cart:
    cart = lock(session, Cart, cart_id)
    if cart is None:
        raise NotFound("This bag is no longer there.")
    return cart


def list_lines(session: Session, cart_id: str) -> list[CartLine]:
    query = select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def count_units(session: Session, cart_id: str) -> int:
    return session.scalar(select(func.coalesce(func.sum(CartLine.quantity), 0)).where(CartLine.cart_id == cart_id)) or 0


def find_line(session: Session, cart_id: str, line_id: int) -> CartLine | None:
    return session.scalar(select(CartLine).where(CartLine.cart_id == cart_id, CartLine.id == line_id))


def put_line(session: Session, cart_id: str, variant_id: int, quantity: int, price: int, now: datetime) -> None:
    """Set a line's quantity, whether or not it was in the bag before."""
    row = insert(session, CartLine).values(
        cart_id=cart_id, variant_id=variant_id, quantity=quantity, price_seen=price, added_at=now
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"], set_={"quantity": quantity, "price_seen": price}
        )
    )


def remove_line(session: Session, cart_id: str, line_id: int) -> None:
    session.execute(delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.id == line_id))


def take_out(session: Session, cart_id: str, quantities: Mapping[int, int]) -> None:
    """Subtract what a checkout has bought; what was added meanwhile stays."""
    for variant_id in sorted(quantities):
        bought = quantities[variant_id]
        line = (CartLine.cart_id == cart_id, CartLine.variant_id == variant_id)
        session.execute(delete(CartLine).where(*line, CartLine.quantity <= bought))
        session.execute(update(CartLine).where(*line).values(quantity=CartLine.quantity - bought))
