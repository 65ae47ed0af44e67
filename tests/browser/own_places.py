"""Pages of people with accounts, and of staff; kept apart from `places.py`, which is the shop's that everybody sees."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from store.ops.demo.accounts import MEMBER, STAFF
from tests.browser.running import RunningShop
from tests.browser.steps import heading

Visit = Callable[..., Page]
Place = Callable[[Visit, RunningShop], Page]


def as_member(path: str) -> Place:
    return lambda visit, live: visit(path, cookies=live.signed_in(MEMBER[0]))


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


def code_asked(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/sign-in")
    page.get_by_label("E-mail").fill(STAFF[0])
    page.get_by_label("Password").fill(STAFF[1])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(heading(page)).to_have_text("Your code, please")
    return page


def app_offered(visit: Visit, live: RunningShop) -> Page:
    page = as_member("/account/authenticator")(visit, live)
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    return page


def codes_shown(visit: Visit, live: RunningShop) -> Page:
    page = as_member("/account/recovery-codes")(visit, live)
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    return page


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


MEMBERS: dict[str, Place] = {
    "join": as_stranger("/join"),
    "join with mistakes": refused(as_stranger("/join"), "Join"),
    "look into your mail": as_stranger("/join?done=sent"),
    "sign in": as_stranger("/sign-in?done=confirmed"),
    "your code, please": code_asked,
    "account": as_member("/account"),
    "devices": as_member("/account/sessions"),
    "no orders yet": as_member("/account/orders"),
    "password with mistakes": refused(as_member("/account/password"), "Change password"),
    "authenticator app": app_offered,
    "recovery codes": codes_shown,
}
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
