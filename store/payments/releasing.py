"""Staff end a checkout of which Stripe will not tell whether it can still be paid (rule 34).

Stripe is asked once more first: what it tells is settled as always, and only its silence leaves anything to release.
Should the checkout be paid afterwards, the money is unapplied as with any that was canceled (rule 20).
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.audit.repository import close_attention
from store.errors import Conflict, PaymentUnavailable
from store.orders import repository as orders
from store.orders.lifecycle import CheckoutState
from store.orders.models import Checkout
from store.orders.transitions import end_unpaid
from store.payments import repository
from store.payments.gateway import Refused
from store.payments.locking import lock_with_bag
from store.payments.models import StripeSession
from store.payments.service import Payments
from store.payments.sweeping import KEY_LIVES

log = logging.getLogger(__name__)

UNPAID = (CheckoutState.OPEN, CheckoutState.AWAITING_PAYMENT)
OTHER_FORM = "This form was sent for another checkout. Open this one again and fill in its own."


def release(payments: Payments, actor: Actor, checkout_id: str, reason: str, request_key: str, now: datetime) -> None:
    """Give back what a checkout holds; the same form again changes nothing.

    Raises NotFound; Conflict when it has ended, when its buyer still has time, or when Stripe tells how it stands.
    """
    actor.require(Permission.ORDERS_WRITE)
    with payments.db.reader() as reader:
        seen = orders.get_checkout(reader, checkout_id)
        attempts = [one for one in repository.list_attempts(reader, checkout_id) if not one.dead]
    is_repeat = seen.release_key == request_key
    if not is_repeat and seen.state in UNPAID and now < seen.hold_ends_at:
        raise Conflict("Its buyer still has time to pay. Release it after its hold has ended.")
    is_silent = is_repeat or seen.state not in UNPAID or _is_silent(payments, attempts, now)

    def work(session: Session) -> None:
        checkout = lock_with_bag(session, checkout_id, seen.cart_id)
        if checkout.release_key == request_key:
            return
        if orders.find_checkout_by_release(session, request_key) is not None:
            raise Conflict(OTHER_FORM)
        if fault := why_not_released(checkout, has_money=repository.has_unapplied(session, checkout_id)):
            raise Conflict(fault)
        if not is_silent:
            raise Conflict("Stripe says that its payment is on its way, so its things stay held until that is decided.")
        _release(session, actor, checkout, reason, request_key, now)

    payments.db.run(work, repeatable=True)


def why_not_released(checkout: Checkout, *, has_money: bool) -> str | None:
    """Why staff may not end this checkout, in a sentence; None when they may, if Stripe will not tell about it."""
    if checkout.released_by is not None:
        return "Somebody has released this checkout already. Nothing of it is held any more."
    if checkout.state is CheckoutState.QUARANTINED:
        return "Money has come for it. Accept the payment, or refund it." if has_money else None
    if checkout.state not in UNPAID:
        return f"Stripe has told how it ended: it is {checkout.state}. Nothing is left to release."
    return None


def _is_silent(payments: Payments, attempts: list[StripeSession], now: datetime) -> bool:
    """Ask about every session that may live and settle what is told; whether one stays unknown."""
    silent = False
    for attempt in attempts:
        if attempt.stripe_id is None and now >= attempt.created_at + KEY_LIVES:
            silent = True  # its key may have been forgotten: to send it again could begin another session
            continue
        try:
            payments.close_attempt(attempt)
        except (PaymentUnavailable, Refused):
            silent = True
    return silent


def _release(session: Session, actor: Actor, checkout: Checkout, reason: str, request_key: str, now: datetime) -> None:
    before = checkout.state
    end_unpaid(session, checkout, CheckoutState.CANCELLED, now)
    checkout.released_by, checkout.release_key = actor.name, request_key
    subject = f"checkout:{checkout.id}"
    close_attention(session, "session_mismatch", subject, now)
    for attempt in repository.list_attempts(session, checkout.id):
        close_attention(session, "session_unreadable", f"attempt:{attempt.id}", now)
    told = {"state": checkout.state.value, "reason": reason}
    record(session, actor, "checkout.release", subject, {"state": before.value}, told, now)
    log.info("checkout %s: released by %s", checkout.id, actor.name)
