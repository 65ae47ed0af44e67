"""What shops are most often left for, as rules, before and after the till. All forty: docs/storefront.md."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.running import Guest
from tests.browser.steps import add_to_bag, heading

TEE = "/products/pitch-control-tee"
TAPE = "/products/hand-signals"
DATES = re.compile(r"\d{1,2}( \w+)? to \d{1,2} \w+")


@pytest.fixture
def bag(open_page, live):
    return open_page("/cart", cookies=live.with_bag().cookies)


def test_rule_3_the_bag_shows_the_whole_sum_with_delivery_and_says_that_nothing_is_added(bag):
    sums = bag.locator(".summary .sums")
    expect(sums).to_contain_text("3 items")
    expect(sums).to_contain_text("$72.00")
    expect(sums).to_contain_text("Delivery to United States")
    expect(sums).to_contain_text("$7.50")
    expect(sums).to_contain_text("$79.50")
    expect(bag.locator(".summary")).to_contain_text("No tax and no fee comes on top.")


def test_rule_4_the_product_says_what_delivery_costs_and_leads_to_other_countries(open_page):
    page = open_page(TEE)
    expect(page.locator(".buy")).to_contain_text("Delivery $5.50")
    page.locator(".buy").get_by_role("link", name="other countries").click()
    expect(heading(page)).to_have_text("Delivery")
    expect(page.get_by_role("row", name="Canada")).to_contain_text("$14.00")


def test_rule_5_delivery_is_told_as_dates_on_product_bag_and_order(open_page, live, bag):
    order = live.once("paid", live.after_paying)
    for told in (
        open_page(TEE).locator(".buy-note").inner_text(),
        bag.locator(".summary").inner_text(),
        open_page(order.order_path).locator(".next-step").inner_text(),
    ):
        assert DATES.search(told), told
        assert not re.search(r"\d+ (working |business )?days", told.replace("30 days to send it back", "")), told


def test_rule_6_the_terms_of_returning_stand_in_the_buy_box(open_page):
    page = open_page(TEE)
    expect(page.locator(".buy")).to_contain_text("30 days to send it back, unworn, to the card you paid with.")
    expect(page.locator(".buy").get_by_role("link", name="30 days to send it back")).to_have_attribute(
        "href", "/returns"
    )


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_rule_17_a_quantity_is_stepped_and_what_was_removed_is_put_back(open_page, live, js):
    page = open_page("/cart", js=js, cookies=live.with_bag().cookies)
    page.get_by_role("button", name="One more of Hand Signals").click()
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("2")
    page.get_by_role("button", name="Remove Hand Signals").click()
    expect(page.locator(".line")).to_have_count(2)
    toast = page.locator(".toast")
    expect(toast.get_by_role("status")).to_have_text("Removed: Hand Signals.")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Quantity of Hand Signals")).to_have_value("2")
    expect(page.locator(".toast")).to_have_count(0)


def test_rule_17_enter_in_a_quantity_sends_what_was_typed(bag):
    bag.get_by_label("Quantity of Hand Signals").fill("4")
    bag.keyboard.press("Enter")
    expect(bag.locator(".summary .sums")).to_contain_text("6 items")


def test_rule_18_a_line_shows_picture_choice_unit_price_and_sum(open_page, live):
    guest = Guest(live)
    guest.add(live.variants("pitch-control-tee")[1], 2)
    line = open_page("/cart", cookies=guest.cookies).locator(".line")
    expect(line.locator("img")).to_have_count(1)
    expect(line).to_contain_text("NMX 041, Black, M")
    expect(line).to_contain_text("$34.00 each")
    expect(line.locator(".line-total")).to_have_text("$68.00")


def test_rule_19_a_price_that_changed_is_said_before_anybody_pays(open_page, live):
    (variant, *_) = live.variants("doors-at-ten-crewneck")
    guest = Guest(live)
    guest.add(variant)
    write = "UPDATE cart_line SET price_seen = 6000 WHERE variant_id = :id"
    live.db.run(lambda session: session.execute(text(write), {"id": variant}))
    page = open_page("/cart", cookies=guest.cookies)
    expect(page.get_by_role("alert")).to_contain_text("Doors at Ten Crewneck, Forest, S now costs $64, not $60.")


def test_rule_20_adding_is_answered_at_once_on_the_same_page_and_aloud(open_page, live):
    page = open_page(TAPE)
    add_to_bag(page)
    dialog = page.get_by_role("dialog", name="In your bag")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("Added to your bag: Hand Signals.")
    expect(page.locator("#baglink")).to_have_text("Bag, 1")
    assert page.url == live.url + TAPE


def test_rule_20_the_drawer_counts_in_place_and_the_focus_stays_on_the_button(open_page):
    page = open_page(TAPE)
    add_to_bag(page)
    dialog = page.get_by_role("dialog")
    more = dialog.get_by_role("button", name="One more of Hand Signals")
    for units in (2, 3):
        more.click()
        expect(dialog.get_by_label("Quantity of Hand Signals")).to_have_value(str(units))
        expect(more).to_be_focused()
        expect(page.locator("#baglink")).to_have_text(f"Bag, {units}")
    dialog.get_by_role("button", name="Remove Hand Signals").click()
    expect(dialog).to_contain_text("Nothing in your bag yet.")
    expect(dialog.get_by_role("status")).to_have_text("Removed: Hand Signals.")
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog.get_by_label("Quantity of Hand Signals")).to_have_value("3")
    page.keyboard.press("Escape")
    expect(page.locator("form[data-add] button[type=submit]")).to_be_focused()


def test_rule_21_a_line_leads_back_to_the_very_choice(bag, live):
    link = bag.get_by_role("main").get_by_role("link", name="Hand Signals")
    assert link.get_attribute("href") == f"{TAPE}?variant={live.variants('hand-signals')[0]}"


def test_rule_25_the_measures_are_next_to_the_sizes(open_page):
    page = open_page(TEE, js=False)
    page.locator(".pick").get_by_text("Size chart").click()
    table = page.get_by_role("table")
    assert table.get_by_role("columnheader").all_inner_texts() == ["Size", "Chest", "Length"]
    assert table.get_by_role("row").count() == 6


def test_rule_26_choices_are_buttons_and_no_list_that_folds(open_page):
    page = open_page(TEE)
    assert page.locator(".buy select").count() == 0
    assert page.locator(".buy").get_by_role("radio").count() == 4


def test_rule_27_what_is_sold_out_is_shown_and_can_be_looked_at(open_page):
    page = open_page(TEE, js=False)
    page.get_by_role("link", name="XL sold out").click()
    expect(page.locator(".stock-line")).to_have_text("Sold out in Black, XL.")


@pytest.mark.parametrize(("size", "height"), [("phone", 780), ("desktop", 900)])
def test_rule_28_name_price_sizes_and_button_are_on_the_first_screen(open_page, size, height):
    page = open_page(TEE, size)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    for part in ("h1", ".buy-price", "#pick .picks", ".buy-row .act"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height, part
    assert page.locator(".buy-row .act").bounding_box()["y"] > page.locator("#pick .picks").bounding_box()["y"]


def test_rule_38_a_card_shows_price_colors_and_what_is_left(open_page):
    page = open_page("/products?q=dead+air")
    tee = page.locator(".card").filter(has_text="Dead Air Hoodie")
    expect(tee).to_contain_text("$76")
    expect(tee).to_contain_text("Washed Black, Stone")
    page = open_page("/products?q=lodz")
    expect(page.locator(".card").filter(has_text="Łódź, 4 a.m.")).to_contain_text(re.compile(r"\d left"))


def test_rule_39_an_order_is_found_without_an_account(open_page, live):
    guest = live.once("paid", live.after_paying)
    number = live.wait_for_order(guest.email)
    page = open_page("/", js=False)
    page.get_by_role("link", name="Find an order").click()
    page.get_by_label("Order number").fill(number.lower())
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("alert")).to_contain_text("No order has this number and this address.")
    page.get_by_label("E-mail").fill(guest.email)
    page.get_by_role("button", name="Find it").click()
    expect(heading(page)).to_have_text(number)


def test_rule_40_the_order_says_how_it_stands_when_it_comes_and_is_bought_again(open_page, live):
    guest = live.once("paid", live.after_paying)
    page = open_page(guest.order_path, js=False)
    expect(page.locator(".order-state")).to_have_text("Paid, waiting to be packed")
    expect(page.locator(".cue").first).to_contain_text(re.compile(r"Placed.*\d+:\d\d [ap]m ET", re.S))
    expect(page.locator(".next-step")).to_contain_text(re.compile(r"We pack it by \w+day \d+ \w+\."))
    expect(page.get_by_role("link", name="30 days to send it back.")).to_be_visible()
    page.get_by_role("button", name="Buy again").click()
    expect(page.get_by_role("status").first).to_have_text("All of that order is in your bag.")
    expect(page.locator(".line")).to_have_count(3)
