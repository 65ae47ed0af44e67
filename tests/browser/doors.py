"""What somebody with an account, or about to have one, does with eyes and hands."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD
from tests.browser.running import RunningShop
from tests.browser.steps import heading
from tests.shop import wait_until


def join(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Join").click()
    expect(heading(page)).to_have_text("Look into your mail")


def confirm(page: Page, live: RunningShop, email: str) -> None:
    """Through the mail that is kept at /dev/mail."""
    letters = lambda: [mail.id for mail in live.mails_to(email) if mail.subject == "Confirm your address"]  # noqa: E731
    page.goto(f"{live.url}/dev/mail/{wait_until(letters, 60)[0]}")
    page.goto(re.search(r"http\S+/confirm/\S+", page.locator("pre").inner_text())[0])
    page.get_by_role("button", name="Confirm my address").click()
    page.wait_for_url("**/sign-in?done=confirmed")


def sign_in(page: Page, email: str, password: str = PASSWORD, onwards: str | None = "/account") -> None:
    """On the sign-in page; then the browser is at `onwards` (None: it stays, for it was refused)."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    if onwards is not None:
        page.wait_for_url(re.compile(re.escape(onwards).replace("/admin", "(/|%2F)admin") + "$"))


def open_account(page: Page, live: RunningShop) -> None:
    page.goto(f"{live.url}/account")
    expect(heading(page)).to_have_text("Your account")
