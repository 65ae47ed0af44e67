"""What people are told about disputes, reviews and warnings: sentences for staff, with what to do. Pure."""

from __future__ import annotations

from store.money import Money, show
from store.orders.standing import is_inquiry


def of_dispute(status: str, reason: str, amount: Money, payment: str, order: str | None) -> str:
    """The matter of a dispute that is under way; `payment` is Stripe's id, `order` the number of what it paid for."""
    why = f", {spell(reason)}" if reason else ""
    what = "asks about" if is_inquiry(status) else "has disputed"
    return (
        f"The buyer’s bank {what} the payment {_about(payment, order)} ({show(amount)}{why}). Answer in Stripe’s"
        f" dashboard, with what was sent and when it arrived.{_held(order, 'it is settled')}"
    )


def of_review(reason: str, payment: str, order: str | None) -> str:
    return (
        f"Stripe has put the payment {_about(payment, order)} under review{_because(reason)}. Approve or refund it"
        f" in Stripe’s dashboard.{_held(order, 'it is decided')}"
    )


def of_early_fraud_warning(reason: str, payment: str, order: str | None) -> str:
    return (
        f"The card’s network warns that the payment {_about(payment, order)} may be fraud{_because(reason)}. Ask the"
        f" buyer; a refund now can spare a dispute later.{_held(order, 'the warning is over')}"
    )


def of_overdrawn(refunded: Money, withdrawn: Money, paid: Money, payment: str, order: str | None) -> str:
    return (
        f"More has gone back of the payment {_about(payment, order)} than was paid: {show(refunded)} in refunds and"
        f" {show(withdrawn)} in disputes, of {show(paid)}. Tell the bank of the refund in Stripe’s dashboard."
    )


def spell(word: str) -> str:
    """`product_not_received` as people write it."""
    return word.replace("_", " ")


def _about(payment: str, order: str | None) -> str:
    return f"of order {order}" if order else f"{payment} without an order"


def _because(reason: str) -> str:
    return f" ({spell(reason)})" if reason else ""


def _held(order: str | None, until: str) -> str:
    return f" Nothing more leaves until {until}, or you let the order go on its page." if order else ""
