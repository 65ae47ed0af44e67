"""What a matter is about: its subject, such as `payment:pi_123`, as a link to the page of that thing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from store.actors import Actor, Permission

LONGEST = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Where staff see things of a kind, and who may look."""

    label: str
    url: str
    permission: Permission = Permission.ORDERS_READ


PAGES = {
    "order": Page("Order", "/admin/orders/{}"),
    "payment": Page("Payment", "/admin/payments/{}"),
    "checkout": Page("Checkout", "/admin/checkouts/{}"),
    "variant": Page("Stock of", "/admin/stock/{}", Permission.STOCK_READ),
    "event": Page("Event", "/admin/webhook-events?q={}"),
    "job": Page("Job", "/admin/jobs"),
    "balance_transaction": Page("Movement", "/admin/ledger/movements/{}", Permission.REPORTS_READ),
}
"""The things that have a page; others are shown by the thing that they belong to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A link, or only its words where there is no page or no right to see it."""

    label: str
    url: str | None


def place(subject: str, belongs_to: Mapping[str, str], actor: Actor) -> Place:
    """Where to look at `subject`; `belongs_to` knows for attempts, refunds and the like whose they are."""
    kind, _, name = belongs_to.get(subject, subject).partition(":")
    page = PAGES.get(kind)
    if page is None:
        return Place(f"{kind.capitalize()} {_short(name)}".strip(), None)
    url = page.url.format(quote(name, safe="")) if actor.may(page.permission) else None
    return Place(f"{page.label} {_short(name)}".strip(), url)


def _short(name: str) -> str:
    """Ids of Stripe are long, and their ends tell them apart."""
    return name if len(name) <= LONGEST else f"…{name[-6:]}"
