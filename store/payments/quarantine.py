"""The end of a quarantine: its money has gone back. That staff accept it is told in `accepting.py`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention
from store.orders import repository as orders
from store.orders.lifecycle import CheckoutState
from store.orders.transitions import end_unpaid
from store.payments import repository
from store.payments.locking import lock_with_bag
from store.payments.models import Payment


def end_refunded(session: Session, payment: Payment, now: datetime) -> None:
    """All money of a quarantined checkout has gone back: what it holds goes back to everybody too (rule 20).

    The payment is locked.
    """
    if payment.checkout_id is None or repository.has_unapplied(session, payment.checkout_id):
        return
    seen = orders.get_checkout(session, payment.checkout_id)
    checkout = lock_with_bag(session, payment.checkout_id, seen.cart_id)
    if checkout.state is CheckoutState.QUARANTINED:
        end_unpaid(session, checkout, CheckoutState.CANCELLED, now)
        close_attention(session, "session_mismatch", f"checkout:{checkout.id}", now)
