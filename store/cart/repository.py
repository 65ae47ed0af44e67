"""The SQL of bags."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import column, delete, func, select, table, update
from sqlalchemy.orm import Session

from store.cart.models import Cart, CartLine
from store.db import insert, lock
from store.errors import NotFound


def lock_cart(session: Session, cart_id: str) -> Cart:
    cart = lock(session, Cart, cart_id)
    if cart is None:
        raise NotFound("This bag is no longer there.")
    return cart


def find_own(session: Session, cart_id: str, member_id: int | None) -> Cart | None:
    """The bag with this id, unless it is somebody else's: a guest's is whoever's that knows its id."""
    cart = session.scalar(select(Cart).where(Cart.id == cart_id))
    return cart if cart is not None and cart.member_id in (None, member_id) else None


def is_guests(session: Session, cart_id: str) -> bool:
    """Whether there is such a bag, and it is no member's."""
    return session.scalar(select(Cart.id).where(Cart.id == cart_id, Cart.member_id.is_(None))) is not None


def find_cart_of(session: Session, member_id: int) -> str | None:
    """The id of a member's bag."""
    return session.scalar(select(Cart.id).where(Cart.member_id == member_id))


def lock_cart_of(session: Session, member_id: int, new_id: str, now: datetime) -> Cart:
    """A member's one bag, locked; it is made, with `new_id`, for a member who has none."""
    made = insert(session, Cart).values(id=new_id, member_id=member_id, created_at=now, updated_at=now)
    session.execute(made.on_conflict_do_nothing(index_elements=["member_id"]))
    query = select(Cart).where(Cart.member_id == member_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


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


_CHECKOUT = table("checkout", column("cart_id"))
"""Of a floor above, so only its name is known here."""


def forget_empty(session: Session, unused_since: datetime) -> int:
    """Remove guests' bags that hold nothing and never were checked out; how many.

    Whoever puts something into one locks it and moves its time, so nobody's thing goes with it.
    """
    lines = select(CartLine.id).where(CartLine.cart_id == Cart.id)
    checkouts = select(_CHECKOUT.c.cart_id).where(_CHECKOUT.c.cart_id == Cart.id)
    unused = delete(Cart).where(Cart.member_id.is_(None), Cart.updated_at < unused_since)
    unused = unused.where(~lines.exists(), ~checkouts.exists())
    return len(session.scalars(unused.returning(Cart.id)).all())


def drop_variants(session: Session, variant_ids: Collection[int]) -> None:
    """Take these out of every bag, locked first: whoever is checking out with one is through, or has not begun."""
    holding = select(CartLine.cart_id).where(CartLine.variant_id.in_(variant_ids))
    session.execute(select(Cart.id).where(Cart.id.in_(holding)).order_by(Cart.id).with_for_update())
    session.execute(delete(CartLine).where(CartLine.variant_id.in_(variant_ids)))
