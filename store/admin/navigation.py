"""The areas of the staff pages: who sees which, where each begins, and which one a page belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from store.actors import Actor, Permission
from store.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the navigation. Its pages are those of the blueprint `admin_<name>`, and of those in `also`."""

    name: str
    label: str
    permission: Permission
    key: str | None = None
    """The letter that leads here after G."""
    in_bar: bool = False
    """Whether a phone's bar has it at hand; the others are behind More."""
    also: tuple[str, ...] = ()

    def owns(self, blueprint: str) -> bool:
        """Whether a page of this blueprint is one of its pages."""
        return blueprint in {f"admin_{name}" for name in (self.name, *self.also)}

    @property
    def url(self) -> str:
        return f"/admin/{self.name}"


ATTENTION = Area(
    "attention",
    "Attention",
    Permission.ORDERS_READ,
    key="a",
    in_bar=True,
    also=("payments", "checkouts", "events", "jobs"),
)
AREAS = (
    ATTENTION,
    Area("orders", "Orders", Permission.ORDERS_READ, key="o", in_bar=True, also=("refunds",)),
    Area("products", "Products", Permission.CATALOG_READ, key="p", in_bar=True),
    Area("stock", "Stock", Permission.STOCK_READ, key="s", in_bar=True),
    Area("collections", "Collections", Permission.CATALOG_READ),
    Area("ledger", "Ledger", Permission.REPORTS_READ, key="l"),
    Area("repairs", "Repairs", Permission.REPORTS_READ),
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
    count: int
    """How many things wait there; 0 where nothing is counted."""


def entries(actor: Actor, endpoint: str | None, open_matters: int = 0) -> list[Entry]:
    """What this actor may open, with the area that the endpoint belongs to marked."""
    here = (endpoint or "").partition(".")[0]
    return [
        Entry(
            name=area.name,
            label=area.label,
            url=area.url,
            key=area.key,
            in_bar=area.in_bar,
            current=area.owns(here),
            count=open_matters if area is ATTENTION else 0,
        )
        for area in AREAS
        if actor.may(area.permission)
    ]


def first_url(actor: Actor, open_matters: int = 0) -> str:
    """Where their work begins: with what waits for a person, if anything does.

    Raises Forbidden for whom no area is open.
    """
    for area in AREAS:
        if actor.may(area.permission) and (area is not ATTENTION or open_matters):
            return area.url
    raise Forbidden("No part of the staff pages is open to your role. Ask an owner of the shop.")
