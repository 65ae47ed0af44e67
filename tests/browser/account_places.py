"""The pages of accounts, each in the states it can be in, and how one comes to see them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from store.ops.demo.accounts import STAFF
from tests.browser.doors import join, sign_in
from tests.browser.own_places import Place, Visit, as_staff, as_stranger, refused
from tests.browser.people import Member, link_to
from tests.browser.running import RunningShop, new_email
from tests.browser.steps import heading


def newcomer(live: RunningShop) -> Member:
    """Has bought nothing."""
    return live.once("newcomer", lambda: Member(live))


def regular(live: RunningShop) -> Member:
    """Has two orders."""

    def make() -> Member:
        member = Member(live).sign_in()
        member.buy("night-bus-vol-2", "hand-signals")
        member.buy("flyer-tote")
        return member

    return live.once("regular", make)


def on_two_devices(live: RunningShop) -> list[dict]:
    return live.once("on two devices", lambda: Member(live).sign_in().sign_in()).cookies


def seen_by(who: Callable[[RunningShop], Member], path: str) -> Place:
    return lambda visit, live: visit(path, cookies=live.signed_in(who(live).email))


def sign_in_refused(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/sign-in")
    sign_in(page, "nobody@example.com", onwards=None)
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def press_to_confirm(visit: Visit, live: RunningShop) -> Page:
    def make() -> str:
        email = new_email()
        join(visit("/join"), email)
        return link_to(live, email, "Confirm your address")

    return visit(live.once("link to confirm", make))


def reset_asked(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/reset")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page)).to_have_text("Look into your mail")
    return page


def reset_link(visit: Visit, live: RunningShop) -> Page:
    def make() -> str:
        member = Member(live)
        page = visit("/reset")
        page.get_by_label("E-mail").fill(member.email)
        page.get_by_role("button", name="Send the link").click()
        return link_to(live, member.email, "Set a new password")

    return visit(live.once("link to reset", make))


def change_email_asked(visit: Visit, live: RunningShop) -> Page:
    page = seen_by(newcomer, "/account/email")(visit, live)
    page.get_by_label("New e-mail").fill(new_email())
    page.get_by_role("button", name="Send the link").click()
    expect(heading(page)).to_have_text("Look into your mail")
    return page


def authenticator_setup(visit: Visit, live: RunningShop) -> Page:
    page = seen_by(newcomer, "/account/authenticator")(visit, live)
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    return page


def code_asked(visit: Visit, _live: RunningShop) -> Page:
    page = visit("/sign-in")
    sign_in(page, *STAFF, onwards="/sign-in/code")
    return page


def recovery_code_asked(visit: Visit, live: RunningShop) -> Page:
    page = code_asked(visit, live)
    page.get_by_role("link", name="Use a recovery code").click()
    expect(heading(page)).to_have_text("Recovery code")
    return page


def recovery_codes_shown(visit: Visit, live: RunningShop) -> Page:
    page = seen_by(newcomer, "/account/recovery-codes")(visit, live)
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    return page


def own_order(visit: Visit, live: RunningShop) -> Page:
    return seen_by(regular, f"/account/orders/{live.wait_for_order(regular(live).email)}")(visit, live)


MEMBERS: dict[str, Place] = {
    "sign in": as_stranger("/sign-in?done=confirmed"),
    "sign in refused": sign_in_refused,
    "join": as_stranger("/join"),
    "join refused": refused(as_stranger("/join"), "Join"),
    "joined": as_stranger("/join?done=sent"),
    "press to confirm": press_to_confirm,
    "reset asked": reset_asked,
    "reset set": reset_link,
    "account": lambda visit, live: visit("/account?done=password", cookies=on_two_devices(live)),
    "account of staff": as_staff("/account"),
    "devices": lambda visit, live: visit("/account/sessions", cookies=on_two_devices(live)),
    "orders empty": seen_by(newcomer, "/account/orders"),
    "orders full": seen_by(regular, "/account/orders"),
    "own order": own_order,
    "change password refused": refused(seen_by(newcomer, "/account/password"), "Change password"),
    "change e-mail asked": change_email_asked,
    "authenticator setup": authenticator_setup,
    "code asked": code_asked,
    "code refused": refused(code_asked, "Sign in"),
    "recovery code asked": recovery_code_asked,
    "recovery codes shown": recovery_codes_shown,
    "verify": seen_by(newcomer, "/account/verify"),
}
