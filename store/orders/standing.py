"""How an order's money stands: a function of what was paid, of what went back, and of what banks say about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from store.orders.lifecycle import PaymentState

SETTLED = frozenset({"won", "lost", "prevented", "warning_closed"})
"""Stripe's words for a dispute in which nothing more will happen."""
INQUIRY = "warning_"
"""How Stripe's words for an inquiry begin: the bank asks, and takes nothing."""


def is_under_way(status: str) -> bool:
    """Whether a dispute waits for somebody, be it an inquiry or a chargeback; a word nobody knows yet does."""
    return status not in SETTLED


def is_inquiry(status: str) -> bool:
    return status.startswith(INQUIRY)


def payment_state_of(paid: int, refunded: int, disputes: Iterable[tuple[str, int]]) -> PaymentState:
    """How the money of an order stands.

    `refunded` is what refunds that count have taken of `paid`; `disputes` are pairs of Stripe's status and of what was
    withdrawn for it and not given back. An inquiry changes nothing, and neither does the word lost while no money is
    gone; what a bank has taken, or is about to, is said before what we gave back ourselves.
    """
    known = list(disputes)
    if any(status == "lost" and withdrawn > 0 for status, withdrawn in known):
        return PaymentState.CHARGED_BACK
    if any(is_under_way(status) and not is_inquiry(status) for status, _ in known):
        return PaymentState.DISPUTED
    if refunded <= 0:
        return PaymentState.PAID
    return PaymentState.REFUNDED if refunded >= paid else PaymentState.PART_REFUNDED
