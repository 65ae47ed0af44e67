"""The buy box: what a phone shows before anybody scrolls."""

import pytest
from playwright.sync_api import expect

PRODUCTS = ["pitch-control-tee", "dead-air-hoodie", "lodz-4-a-m"]


@pytest.mark.parametrize("size", ["phone", "tiny"])
@pytest.mark.parametrize("slug", PRODUCTS)
def test_the_button_is_on_the_first_screen(open_page, slug, size):
    page = open_page(f"/products/{slug}", size)
    button = page.locator("form[data-add] button[type=submit]")
    box = button.bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    assert box["height"] >= 44
    expect(button).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("slug", PRODUCTS)
def test_the_picture_opens_the_page_and_leaves_room(open_page, slug):
    page = open_page(f"/products/{slug}", "phone")
    box = page.locator(".gallery img").first.bounding_box()
    assert box["y"] <= 90
    assert box["height"] <= 420
    assert (box["x"], box["width"]) == (0, 390)


@pytest.mark.parametrize("slug", PRODUCTS)
def test_a_desk_shows_price_choices_and_button_at_once(open_page, slug):
    page = open_page(f"/products/{slug}", "desktop")
    for part in (".buy-price", "form[data-add] button[type=submit]", "h1"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 900
    assert page.locator(".buy-row").bounding_box()["y"] - page.locator(".buy-head").bounding_box()["y"] <= 560


def test_sizes_come_before_the_button_and_can_be_hit(open_page):
    page = open_page("/products/pitch-control-tee", "phone")
    boxes = [label.bounding_box() for label in page.locator("#pick .picks > *").all()]
    assert len(boxes) == 5
    assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)


@pytest.mark.parametrize("path", ["/", "/products", "/products/pitch-control-tee"])
def test_what_is_tapped_is_large_enough(open_page, path):
    page = open_page(path, "phone")
    things = page.locator("header :is(a, button), main :is(button, .act, .quiet)")
    boxes = {thing.inner_text(): thing.bounding_box() for thing in things.all() if thing.is_visible()}
    small = [name for name, box in boxes.items() if box["height"] < 44 or box["width"] < 30]
    assert small == []
