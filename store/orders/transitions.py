"""The steps of a checkout's life that move stock with it. Each works in the caller's transaction, under its lock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.audit.repository import close_attention
from store.cart import repository as carts
from store.mail.addresses import mail_key
from store.members.repository import lock_proven
from store.orders import limits, numbers, repository
from store.orders.lifecycle import HOLDING, CheckoutState
from store.orders.models import Buyer, Checkout, CheckoutLine, Order, OrderLine, Totals
from store.stock import repository as stock

BUYER = tuple(Buyer.__annotations__)
TOTALS = tuple(Totals.__annotations__)
SNAPSHOT = ("position", "sku", "title", "number", "variant_label", "quantity", "unit_price", "net", "variant_id")


def end_unpaid(session: Session, checkout: Checkout, state: CheckoutState, now: datetime) -> None:
    """End a checkout that will not be paid: its things go back to everybody, and no longer count against its buyer.

    The caller knows from Stripe that every session of it is dead; a timer alone never comes here.
    """
    _stop_waiting(session, checkout, now)
    checkout.move_to(state, now)
    stock.release(session, checkout.id, now)
    stock.forget_live_checkout(session, checkout.owners)
    limits.give_back(session, checkout)


def _stop_waiting(session: Session, checkout: Checkout, now: datetime) -> None:
    """The payment that was on its way, perhaps for too long, has come or failed."""
    if checkout.state is CheckoutState.AWAITING_PAYMENT:
        close_attention(session, "payment_overdue", f"checkout:{checkout.id}", now)


def leave_bag(session: Session, checkout: Checkout, now: datetime) -> None:
    """Its lines are the checkout's now: they go out of the bag, and what was added there meanwhile stays (rule 19)."""
    carts.take_out(session, checkout.cart_id, {line.variant_id: line.quantity for line in checkout.lines})
    stock.leave_bag(session, checkout.id)
    checkout.bag_taken_at = now


def make_order(session: Session, checkout: Checkout, paid_at: datetime | None, now: datetime) -> Order:
    """Turn a checkout into its order: holds become sold, lines become snapshots, the timeline begins.

    `paid_at` is None when there was nothing to pay.
    """
    if checkout.state in HOLDING:
        stock.forget_live_checkout(session, checkout.owners)
    else:
        limits.take_again(session, checkout, now)
    _stop_waiting(session, checkout, now)
    checkout.move_to(CheckoutState.PAID, now)
    stock.sell(session, checkout.id, now)
    order = Order(
        number=_free_number(session),
        checkout_id=checkout.id,
        member_id=checkout.member_id or lock_proven(session, mail_key(checkout.email)),
        placed_at=now,
        **{name: getattr(checkout, name) for name in (*BUYER, *TOTALS)},
    )
    order.email_key = mail_key(checkout.email)
    order.lines = [_order_line(line) for line in checkout.lines]
    session.add(order)
    session.flush()  # events, payment and ledger refer to its id
    repository.add_event(session, order.id, "placed", "buyer", checkout.created_at)
    if paid_at is not None:
        repository.add_event(session, order.id, "paid", "stripe", paid_at)
    return order


def _order_line(line: CheckoutLine) -> OrderLine:
    return OrderLine(**{name: getattr(line, name) for name in SNAPSHOT})


def _free_number(session: Session) -> str:
    """A number nobody has; should two orders draw one in the same instant, Stripe's retry does the later one again."""
    while True:
        number = numbers.new_number()
        if repository.number_is_free(session, number):
            return number
