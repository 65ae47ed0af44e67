"""Colors, sizes, what is sold out, and the address that remembers the choice."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import choose


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_a_sold_out_size_is_shown_can_be_looked_at_and_not_be_chosen(open_page, js):
    page = open_page("/products/pitch-control-tee", js=js)
    expect(page.get_by_role("radio", name=re.compile("^XL"))).to_have_count(0)
    page.get_by_role("link", name="XL sold out").click()
    expect(page.locator("[data-stock-line]")).to_have_text("Sold out in Black, XL.")
    expect(page.get_by_role("link", name="XL sold out")).to_have_attribute("aria-current", "true")
    assert page.locator("form[data-add] button[type=submit]").inner_text() == "Choose a size"
    expect(page.locator("input[name=variant]:checked")).to_have_count(0)


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_a_sold_out_color_says_where_there_is_more(open_page, js):
    page = open_page("/products/dead-air-hoodie", js=js)
    page.get_by_role("link", name=re.compile("^Stone .*sold out")).click()
    expect(page.locator(".sold-out")).to_contain_text("Sold out in Stone. Still here in Washed Black.")
    expect(page.locator("form[data-add] button[type=submit]")).to_have_count(0)
    page.get_by_role("link", name="Washed Black").click()
    expect(page.locator("form[data-add] button[type=submit]")).to_be_visible()


def test_the_address_holds_the_choice_and_opens_it_again(open_page, live):
    page = open_page("/products/pitch-control-tee")
    variant = choose(page, "Black", "L")
    assert page.url == f"{live.url}/products/pitch-control-tee?variant={variant}"
    expect(page.locator("[data-stock-line]")).to_have_text("Only 4 left in Black, L.")
    expect(page.locator("[data-choice]")).to_have_text("Black, L")
    again = open_page(page.url, js=False)
    expect(again.locator("input[name=variant]:checked")).to_have_value(str(variant))
    expect(again.locator("[data-stock-line]")).to_have_text("Only 4 left in Black, L.")
    expect(again.locator("[data-choice]")).to_have_text("Black, L")


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_the_gallery_follows_the_color(open_page, js):
    page = open_page("/products/pitch-control-tee", js=js)
    picture = page.locator(".gallery img").first
    expect(picture).to_have_attribute("alt", re.compile("black T-shirt"))
    page.get_by_role("link", name="Bone", exact=True).click()
    expect(page.locator(".gallery img").first).to_have_attribute("alt", re.compile("bone T-shirt"))


@pytest.mark.parametrize("js", [True, False], ids=["with script", "without script"])
def test_the_button_asks_for_a_size_until_there_is_one(open_page, js):
    page = open_page("/products/run-out-groove-tee", js=js)
    button = page.locator("form[data-add] button[type=submit]")
    assert button.inner_text() == "Choose a size"
    button.click()
    expect(page).to_have_url(re.compile("/products/run-out-groove-tee$"))
    page.get_by_role("radio", name="M", exact=True).check()
    assert button.inner_text() == "Add · $34"
