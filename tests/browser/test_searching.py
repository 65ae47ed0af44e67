"""The search box as a combobox, filters on a phone, and Back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import heading, search_box


def options(page):
    return page.get_by_role("option")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_32_suggestions_are_walked_by_arrows_and_opened_by_enter(open_page, size):
    page = open_page("/", size)
    box = search_box(page)
    box.press_sequentially("night bus")
    expect(options(page)).to_have_text(
        [
            re.compile("^night bus Search$"),
            re.compile("^Night Bus Tape 07.* NMX 015, [$]12$"),
            re.compile("^Night Bus, Vol. 2"),
        ]
    )
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("form.search [role=status]")).to_have_text("3 suggestions.")
    for key, place in (
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", None),
        ("ArrowUp", 2),
        ("ArrowUp", 1),
    ):
        page.keyboard.press(key)
        if place is None:
            assert box.get_attribute("aria-activedescendant") is None
            expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
        else:
            expect(options(page).nth(place)).to_have_attribute("aria-selected", "true")
            assert box.get_attribute("aria-activedescendant") == options(page).nth(place).get_attribute("id")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/night-bus-tape-07")


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(open_page):
    page = open_page("/", "desktop")
    box = search_box(page)
    box.press_sequentially("hoodie")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("hoodie")
    page.keyboard.press("Enter")
    page.wait_for_url("**/products?q=hoodie")


def test_suggestions_can_be_clicked_and_close_when_somebody_goes_on(open_page):
    page = open_page("/", "desktop")
    box = search_box(page)
    box.press_sequentially("hood")
    options(page).filter(has_text="Dead Air Hoodie").click()
    page.wait_for_url("**/products/dead-air-hoodie")
    box.press_sequentially("tee")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#found")).to_be_hidden()


@pytest.mark.parametrize("size", ["tiny", "desktop"])
def test_searching_and_narrowing_need_no_script(open_page, size):
    page = open_page("/", size, js=False)
    box = search_box(page)
    box.fill("hodie")
    box.press("Enter")
    page.wait_for_url("**/products?q=hodie")
    expect(page.get_by_text("Nothing for 'hodie'. Showing hoodie instead.")).to_be_visible()
    expect(search_box(page)).to_have_value("hodie")
    if size == "tiny":
        expect(page.get_by_role("navigation", name="Filters")).to_be_hidden()
        page.locator(".filters > summary").click()
    page.get_by_role("navigation", name="Filters").get_by_role("link", name=re.compile("^Stone ")).click()
    expect(page.get_by_role("list", name="Filters that are on").get_by_role("link")).to_have_text(
        ["Remove Stone", "Clear all"]
    )
    page.get_by_role("link", name="Clear all").click()
    page.wait_for_url("**/products?q=hodie")


def test_37_back_brings_the_list_the_filters_and_the_place_in_it(open_page):
    page = open_page("/products?size=XL&sort=price", "phone")
    tee = page.get_by_role("link", name="Dead Air Hoodie")
    tee.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 200
    tee.click()
    page.wait_for_url("**/products/dead-air-hoodie")
    page.go_back()
    page.wait_for_url("**/products?size=XL&sort=price")
    expect(page.get_by_role("link", name="Remove XL")).to_have_count(1)
    page.wait_for_timeout(300)
    assert abs(page.evaluate("scrollY") - before) < 5


def test_the_menu_of_a_phone_leads_everywhere(open_page):
    page = open_page("/", "tiny", js=False)
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.locator(".menu > summary").click()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["Shop", "Drop 04", "Wear", "Records and tapes", "Booth", "Account"]
    )
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Booth").click()
    expect(heading(page)).to_have_text("Booth")
