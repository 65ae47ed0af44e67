"""Pages of people with accounts; kept apart from `places.py`, which is the shop's that everybody sees."""

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
