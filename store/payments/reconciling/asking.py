"""What the reconciler asks Stripe: pages of its lists. Raises Refused or PaymentUnavailable, as all calls do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.clock import to_epoch
from store.payments.gateway import Gateway

ON_A_PAGE = 100
Lister = Callable[[Any, Any], Any]
"""Given the library's client and parameters, one page."""


@dataclass(frozen=True, slots=True)
class Page:
    """Objects as Stripe renders them, and its own time of the answer, by which they compete with events (rule 26)."""

    things: list[dict[str, Any]]
    told_at: datetime


LISTS: dict[str, Lister] = {
    "refund": lambda stripe, wanted: stripe.v1.refunds.list(wanted),
    "dispute": lambda stripe, wanted: stripe.v1.disputes.list(wanted),
    "radar.early_fraud_warning": lambda stripe, wanted: stripe.v1.radar.early_fraud_warnings.list(wanted),
    "review": lambda stripe, wanted: stripe.v1.reviews.list(wanted),
}
"""By the kind of object; of reviews Stripe lists the open ones."""
ONE: dict[str, Lister] = {
    "refund": lambda stripe, name: stripe.v1.refunds.retrieve(name),
    "dispute": lambda stripe, name: stripe.v1.disputes.retrieve(name),
    "radar.early_fraud_warning": lambda stripe, name: stripe.v1.radar.early_fraud_warnings.retrieve(name),
    "review": lambda stripe, name: stripe.v1.reviews.retrieve(name),
    "charge": lambda stripe, name: stripe.v1.charges.retrieve(name),
}


def fetch(gateway: Gateway, kind: str, name: str) -> tuple[dict[str, Any], datetime]:
    """One object as it is now, and Stripe's time of the answer. Raises Refused when Stripe knows none."""
    if not name:
        raise ValueError("an empty id would list all of them")
    found, told_at = gateway.ask_dated(lambda stripe: ONE[kind](stripe, name))
    return found.to_dict(), told_at


def pages_between(gateway: Gateway, kind: str, since: datetime, until: datetime) -> Iterator[Page]:
    """All objects of a kind made between two moments, newest first."""
    wanted: dict[str, Any] = {"created": {"gte": to_epoch(since), "lte": to_epoch(until)}, "limit": ON_A_PAGE}
    while True:
        answer, told_at = gateway.ask_dated(lambda stripe, page=wanted: LISTS[kind](stripe, page))  # type: ignore[misc]
        if answer.data:
            yield Page([one.to_dict() for one in answer.data], told_at)
        if not answer.has_more or not answer.data:
            return
        wanted = {**wanted, "starting_after": answer.data[-1].id}


def event_pages(
    gateway: Gateway, types: Sequence[str], since: datetime, until: datetime
) -> Iterator[list[dict[str, Any]]]:
    """Events of these types that happened between two moments, the oldest first, page by page.

    Stripe lists the newest first. Where there are more than a page, its oldest page is looked for, and the way is gone
    back from there: so no more than one page is in memory, and what was read can be noted after each.
    """
    created = {"gte": to_epoch(since), "lte": to_epoch(until)}
    wanted: dict[str, Any] = {"types": list(types), "created": created, "limit": ON_A_PAGE}
    page = _events(gateway, wanted)
    is_only = not page.has_more
    while page.has_more:
        page = _events(gateway, {**wanted, "starting_after": page.data[-1].id})
    while page.data:
        yield [event.to_dict() for event in reversed(page.data)]
        if is_only:
            return
        page = _events(gateway, {**wanted, "ending_before": page.data[0].id})
        is_only = not page.has_more


def _events(gateway: Gateway, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - a page of the library's
    return gateway.ask(lambda stripe: stripe.v1.events.list(wanted))  # type: ignore[arg-type]
