"""The drawer that answers an addition, and the bag's own page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import Guest
from tests.browser.steps import add_to_bag

TAPE = "/products/hand-signals"
# Between two rounds a browser gives the focus to itself, and the page calls that the body.
INSIDE = "[document.body, ...document.querySelectorAll('#drawer *')].includes(document.activeElement)"


def test_the_drawer_takes_the_focus_and_gives_it_back(open_page):
    page = open_page(TAPE)
    add_to_bag(page)
    drawer = page.get_by_role("dialog", name="In your bag")
    expect(drawer.get_by_role("heading", name="In your bag")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("form[data-add] button")).to_be_focused()


def test_the_drawer_closes_by_its_button_and_beside_it(open_page):
    page = open_page(TAPE, "desktop")
    add_to_bag(page)
    page.get_by_role("button", name="Close bag").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    add_to_bag(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.mouse.click(100, 400)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#baglink")).to_have_text("Bag, 2")


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_the_back_button_after_adding_adds_nothing_and_still_counts(open_page, live, js):
    page = open_page("/", js=js)
    page.goto(live.url + TAPE)
    add_to_bag(page)
    if js:
        page.get_by_role("dialog").get_by_role("link", name="View bag").click()
    page.wait_for_url("**/cart")
    page.go_back()
    page.wait_for_url(f"**{TAPE}")
    if js:
        expect(page.locator("#baglink")).to_have_text("Bag, 1")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    page.goto(f"{live.url}/cart")
    expect(page.get_by_label(re.compile("^Quantity"))).to_have_value("1")


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_a_quantity_is_changed_and_a_line_taken_out(open_page, live, js):
    page = open_page("/cart", js=js, cookies=live.with_bag().cookies)
    page.get_by_label("Quantity of Hand Signals").fill("3")
    page.get_by_role("button", name=re.compile("^Update Hand Signals")).click()
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("3")
    expect(page.locator(".summary .sums").first).to_contain_text("$96.00")
    page.get_by_role("button", name=re.compile("^Remove Hand Signals")).click()
    expect(page.locator(".line")).to_have_count(2)
    expect(page.locator(".summary .sums").first).to_contain_text("$60.00")


def test_more_than_there_is_is_refused_in_the_drawer_and_nothing_is_added(open_page, live):
    (variant, _) = live.variants("big-hole-45-adapter")
    guest = Guest(live)
    guest.add(variant, live.available(variant))
    page = open_page(f"/products/big-hole-45-adapter?variant={variant}", cookies=guest.cookies)
    before = page.locator("#baglink").inner_text()
    add_to_bag(page)
    expect(page.get_by_role("dialog").get_by_role("heading", name="Not added")).to_be_focused()
    expect(page.get_by_role("dialog").get_by_role("alert")).not_to_be_empty()
    assert page.locator("#baglink").inner_text() == before


def test_a_line_leads_back_to_the_very_thing(open_page, live):
    size = live.variants("pitch-control-tee")[1]
    guest = Guest(live)
    guest.add(size)
    page = open_page("/cart", cookies=guest.cookies)
    page.get_by_role("main").get_by_role("link", name="Pitch Control Tee").click()
    page.wait_for_url(f"**/products/pitch-control-tee?variant={size}")
    expect(page.locator("input[name=variant]:checked")).to_have_value(str(size))
