"""How one comes to a page as one person or another."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from store.ops.demo.accounts import STAFF
from tests.browser.running import RunningShop

Visit = Callable[..., Page]
Place = Callable[[Visit, RunningShop], Page]


def as_staff(path: str) -> Place:
    return lambda visit, live: visit(path, cookies=live.signed_in(STAFF[0]))


def as_stranger(path: str) -> Place:
    return lambda visit, _live: visit(path)


def refused(place: Place, button: str) -> Place:
    """The page after its form was sent as it came."""

    def go(visit: Visit, live: RunningShop) -> Page:
        page = place(visit, live)
        page.get_by_role("main").get_by_role("button", name=button).click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        return page

    return go
