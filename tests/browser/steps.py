"""What a buyer does with eyes and hands, named once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.shop import US

GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
IBAN = "AT61 1904 3002 3457 3201"
EVERYWHERE = pytest.mark.parametrize(
    ("size", "js"),
    [
        ("phone", True),
        ("desktop", False),
        pytest.param("phone", False, marks=pytest.mark.prove),
        pytest.param("desktop", True, marks=pytest.mark.prove),
    ],
    ids=["phone", "desktop without script", "phone without script", "desktop"],
)
"""A whole journey is made on either screen, one of them without a script; `make prove` crosses the two."""


def choose(page: Page, color: str, size: str) -> int:
    """Pick color and size; the variant's id."""
    page.get_by_role("group", name="Color").get_by_role("link", name=color, exact=True).click()
    page.wait_for_url("**/products/*?variant=*")
    radio = page.get_by_role("radio", name=re.compile(rf"^{size}\b"))
    radio.check()
    return int(radio.get_attribute("value"))


def add_to_bag(page: Page) -> None:
    page.locator("form[data-add] button[type=submit]").click()


def fill_in(page: Page, email: str) -> None:
    for label, text in address(email).items():
        page.get_by_label(label, exact=True).fill(text)


def address(email: str) -> dict[str, str]:
    """Label of each field that has to be filled, and what goes in, in the order of the page."""
    return {
        "E-mail": email,
        "Full name": US["name"],
        "Street and number": US["line1"],
        "City": US["city"],
        "State or province": US["region"],
        "ZIP or postal code": US["postal_code"],
    }


def go_to_pay(page: Page, email: str) -> None:
    """From the checkout form to Stripe's page."""
    fill_in(page, email)
    pay_button(page).click()
    page.wait_for_url("**/c/pay/*")


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Pay \$"))


def card(number: str) -> dict[str, str]:
    return {
        "Card number": number,
        "Expiry MM/YY": "12/34",
        "Security code": "123",
        "Name on card": "Ana Ruiz",
        "Billing postal code": "11201",
    }


def fill_in_card(page: Page, number: str) -> None:
    for label, text in card(number).items():
        page.get_by_label(label, exact=True).fill(text)


def pay(page: Page, number: str = GOOD_CARD) -> None:
    """Fill in Stripe's page and press its button."""
    fill_in_card(page, number)
    pay_button(page).click()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def expect_thanks(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/checkout/success\?session_id="))  # of two clicks the second ends the first
    expect(heading(page)).to_have_text("Thank you")


def search_box(page: Page) -> Locator:
    """The box in the header; on a phone it is opened first, unless it is open."""
    box = page.locator("#q")
    if not box.is_visible():
        page.locator(".find > summary").click()
        expect(box).to_be_visible()
    box.click()
    return box
