"""Reviews: payments that somebody should look at."""

from __future__ import annotations

from store.sandbox import lists, screening
from store.sandbox.account import Body
from store.sandbox.api import Call


def retrieve(call: Call) -> Body:
    return call.account.get("review", call.path["review"], "review")


def approve(call: Call) -> Body:
    return screening.close_review(call.account, retrieve(call), "approved")


def list_all(call: Call) -> Body:
    """Open ones only. Source: Stripe's API reference, "List all open reviews"."""
    return lists.listing(call, "review", "/v1/reviews", keep=lambda review: bool(review["open"]))
