"""What Stripe is asked about our balance: its movements and its payouts, page by page, as facts of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from store.clock import to_epoch
from store.payments.balance_facts import BalanceFact, PayoutFact, read_balance_transaction, read_payout
from store.payments.gateway import Gateway

ON_A_PAGE = 100
WITH_SOURCE = ["data.source"]

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something at Stripe whose sums are none of ours; `why` says in which way."""

    stripe_id: str
    why: str


def read_one(gateway: Gateway, stripe_id: str) -> BalanceFact | Unreadable:
    """Raises Refused when Stripe knows none, PaymentUnavailable when it does not answer."""
    if not stripe_id:
        raise ValueError("an empty id would list all of them")
    wanted: Any = {"expand": ["source"]}
    answer = gateway.ask(lambda stripe: stripe.v1.balance_transactions.retrieve(stripe_id, wanted))
    return _read(answer.to_dict(), read_balance_transaction)


def pages_since(gateway: Gateway, since: datetime) -> Iterator[list[BalanceFact | Unreadable]]:
    """All movements from a moment on, newest first."""
    wanted = {"created": {"gte": to_epoch(since)}, "expand": WITH_SOURCE}
    return _pages(gateway, wanted)


def pages_of_payout(gateway: Gateway, payout: str) -> Iterator[list[BalanceFact | Unreadable]]:
    """All movements that an automatic payout has paid out."""
    return _pages(gateway, {"payout": payout, "expand": WITH_SOURCE})


def payouts_since(gateway: Gateway, since: datetime) -> list[PayoutFact | Unreadable]:
    """All payouts made from a moment on, newest first."""
    wanted: Any = {"created": {"gte": to_epoch(since)}, "limit": ON_A_PAGE}
    listed = gateway.ask(lambda stripe: list(stripe.v1.payouts.list(wanted).auto_paging_iter()))
    return [_read(one.to_dict(), read_payout) for one in listed]


def _pages(gateway: Gateway, wanted: dict[str, Any]) -> Iterator[list[BalanceFact | Unreadable]]:
    page: Any = {**wanted, "limit": ON_A_PAGE}
    while True:
        answer = gateway.ask(lambda stripe, page=page: stripe.v1.balance_transactions.list(page))  # type: ignore[misc]
        if answer.data:
            yield [_read(one.to_dict(), read_balance_transaction) for one in answer.data]
        if not answer.has_more or not answer.data:
            return
        page = {**page, "starting_after": answer.data[-1].id}


def _read(data: dict[str, Any], read: Callable[[dict[str, Any]], Fact]) -> Fact | Unreadable:
    try:
        return read(data)
    except ValueError as fault:
        return Unreadable(data["id"], str(fault))
