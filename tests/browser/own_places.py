"""Pages of staff, and how one comes to a page as one person or another."""

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


def order_at_work(visit: Visit, live: RunningShop) -> Page:
    number = live.wait_for_order(live.once("paid", live.after_paying).email)
    return as_staff(f"/admin/orders/{number}")(visit, live)


def one_of(path: str, name: str) -> Place:
    """The page behind a link in the list at `path`."""

    def go(visit: Visit, live: RunningShop) -> Page:
        page = as_staff(path)(visit, live)
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(f"**{path}/*")
        return page

    return go


def keys_listed(visit: Visit, live: RunningShop) -> Page:
    page = as_staff("/admin/orders")(visit, live)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    return page


def more_opened(visit: Visit, live: RunningShop) -> Page:
    """What a phone's bar has no room for; on a desk it is in sight anyway."""
    page = as_staff("/admin/history")(visit, live)
    button = page.get_by_role("button", name="More")
    if button.is_visible():
        button.tap()
    expect(page.get_by_role("link", name="View shop")).to_be_visible()
    return page


AT_WORK: dict[str, Place] = {
    "orders at work": as_staff("/admin/orders"),
    "orders not found": as_staff("/admin/orders?q=nobody-is-called-so"),
    "order at work": order_at_work,
    "stock": as_staff("/admin/stock"),
    "stock of one": one_of("/admin/stock", "Flyer Tote, Natural"),
    "products at work": as_staff("/admin/products"),
    "product at work": one_of("/admin/products", "Dead Air Hoodie"),
    "new product": as_staff("/admin/products/new"),
    "collection at work": one_of("/admin/collections", "Drop 04"),
    "history": as_staff("/admin/history"),
    "staff with mistakes": refused(as_staff("/admin/staff"), "Give role"),
    "refusal at work": as_staff("/admin/orders/NM-XXXX"),
    "keys": keys_listed,
    "more": more_opened,
}
