"""The areas of the staff pages: who sees which, where each begins, and which one a page belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from store.actors import Actor, Permission
from store.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation. Its pages are those of the blueprint `admin_<name>`."""

    name: str
    label: str
    permission: Permission
    key: str | None = None
    """The letter that leads here after G."""
    in_bar: bool = False
    """Whether a phone's bar has it at hand; the others are behind More."""

    @property
    def url(self) -> str:
        return f"/admin/{self.name}"


AREAS = (
    Area("orders", "Orders", Permission.ORDERS_READ, key="o", in_bar=True),
    Area("products", "Products", Permission.CATALOG_READ, key="p", in_bar=True),
    Area("stock", "Stock", Permission.STOCK_READ, key="s", in_bar=True),
    Area("collections", "Collections", Permission.CATALOG_READ),
    Area("ledger", "Ledger", Permission.REPORTS_READ, key="l"),
    Area("history", "History", Permission.HISTORY_READ),
    Area("staff", "Staff", Permission.STAFF_WRITE),
)


class Entry(TypedDict):
    """An area as templates show it; `name` picks its drawing."""

    name: str
    label: str
    url: str
    key: str | None
    in_bar: bool
    current: bool


def entries(actor: Actor, endpoint: str | None) -> list[Entry]:
    """What this actor may open, with the area that the endpoint belongs to marked."""
    here = (endpoint or "").partition(".")[0]
    return [
        Entry(
            name=area.name,
            label=area.label,
            url=area.url,
            key=area.key,
            in_bar=area.in_bar,
            current=here == f"admin_{area.name}",
        )
        for area in AREAS
        if actor.may(area.permission)
    ]


def first_url(actor: Actor) -> str:
    """Where their work begins. Raises Forbidden for whom no area is open."""
    for area in AREAS:
        if actor.may(area.permission):
            return area.url
    raise Forbidden("No part of the staff pages is open to your role. Ask an owner of the shop.")
