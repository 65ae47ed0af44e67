"""What costs nothing: its order is made at once, with Stripe never asked (rule 13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.jobs.repository import enqueue
from store.orders.models import Checkout
from store.orders.transitions import leave_bag, make_order
from store.payments.ledger import booking

FOR_MEMBERS = "Free orders go to members. Sign in or join, then place it. Your bag is kept, and nothing is held yet."


def give_away(session: Session, checkout: Checkout, now: datetime) -> None:
    """Turn a checkout of nothing, whose things have just been held, into its order; in the transaction that took it.

    A crash leaves all of it or nothing: there is no answer of Stripe's to wait for, and so no sweeper to call.
    """
    order = make_order(session, checkout, None, now)
    leave_bag(session, checkout, now)
    booking.book_free_order(session, order, now)
    key = f"order_confirmation:{order.id}"
    enqueue(session, "order_confirmation", {"order_id": order.id}, now, unique_key=key)
