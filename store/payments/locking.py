"""Locking a checkout with all that stands before it in rule 5's order: its bag first."""

from __future__ import annotations

from sqlalchemy.orm import Session

from store.cart import repository as carts
from store.orders import repository as orders
from store.orders.models import Checkout
from store.payments.models import StripeSession
from store.payments.repository import Place


def lock_place(session: Session, place: Place) -> tuple[Checkout, StripeSession]:
    """A checkout and one of its attempts, locked in rule 5's order and as they are now: the bag first."""
    checkout = lock_with_bag(session, place.checkout_id, place.cart_id)
    return checkout, session.get_one(StripeSession, place.attempt_id, with_for_update=True, populate_existing=True)


def lock_with_bag(session: Session, checkout_id: str, cart_id: str) -> Checkout:
    """A checkout, locked after the bag `cart_id` in which it was found by an unlocked read."""
    carts.lock_cart(session, cart_id)
    checkout = orders.lock_checkout(session, checkout_id)
    if checkout.cart_id != cart_id:  # its buyer has signed in since we looked, and it is another bag's now
        carts.lock_cart(session, checkout.cart_id)
    return checkout
