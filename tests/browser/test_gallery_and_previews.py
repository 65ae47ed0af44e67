"""Looking closely and listening: pictures in full, one preview at a time, and both without a script."""

import gzip

import pytest
from playwright.sync_api import expect

from store import paths
from tests.shop import wait_until

RECORD = "/products/low-end-ep"
TOLD = """() => {
  window.told = [];
  for (const name of ['preview:start', 'preview:end'])
    document.addEventListener(name, (event) => window.told.push(name + ' ' + event.detail.title));
}"""


@pytest.fixture
def record(open_page):
    page = open_page(RECORD, "desktop")
    expect(page.locator("[data-sound]")).to_have_count(1)
    page.evaluate(TOLD)
    return page


def said(page):
    return page.locator("#said").text_content()


def button(page, track):
    return page.locator(".tracks [data-play]").nth(track)


def place(page, track):
    return page.locator(".tracks input").nth(track)


def test_a_picture_opens_in_full_and_arrows_leaf_through(record):
    views = record.locator("[data-view]")
    count = views.count()
    assert count == 5
    views.first.click()
    dialog = record.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("#zoom-place")).to_have_text("1 of 5")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Drawing of a record sleeve with the disc half out")
    record.keyboard.press("ArrowRight")
    expect(dialog.locator("#zoom-place")).to_have_text("2 of 5")
    for key in ("ArrowLeft", "ArrowLeft"):
        record.keyboard.press(key)
    expect(dialog.locator("#zoom-place")).to_have_text("5 of 5")
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.locator("#zoom-place")).to_have_text("1 of 5")
    assert wait_until(lambda: record.evaluate("document.querySelector('.zoom img').naturalWidth")) == 960
    record.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(views.first).to_be_focused()


def test_every_button_of_the_full_view_can_be_hit_with_a_thumb(open_page):
    page = open_page(RECORD, "phone")
    page.locator("[data-view]").first.click()
    for one in page.get_by_role("dialog").get_by_role("button").all():
        box = one.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_script_a_picture_is_a_link_and_tracks_have_players(open_page):
    page = open_page(RECORD, "phone", js=False)
    expect(page.locator(".tracks audio").first).to_be_visible()
    expect(page.locator(".play:visible, .tracks input:visible")).to_have_count(0)
    page.locator("[data-view]").first.click()
    page.wait_for_url("**/media/*/960.jpeg")


def test_one_preview_plays_at_a_time_and_is_announced(record):
    button(record, 0).click()
    wait_until(lambda: said(record).startswith("Playing A1 Fader Fight, 0:00 of 0:"))
    expect(button(record, 0)).to_have_attribute("aria-pressed", "true")
    button(record, 1).click()
    expect(button(record, 0)).to_have_attribute("aria-pressed", "false")
    expect(button(record, 1)).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: said(record).startswith("Playing A2 Dubplate Special"))
    button(record, 1).click()
    wait_until(lambda: said(record).startswith("Paused at 0:0"))
    assert record.evaluate("window.told") == [
        "preview:start A1 Fader Fight",
        "preview:end A1 Fader Fight",
        "preview:start A2 Dubplate Special",
        "preview:end A2 Dubplate Special",
    ]


def test_the_wave_is_played_from_where_it_is_hit_and_moved_by_arrows(record):
    wave = place(record, 2)
    box = wave.bounding_box()
    wave.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(button(record, 2)).to_have_attribute("aria-pressed", "true")
    told = wait_until(lambda: wave.get_attribute("aria-valuetext"))
    assert told.split(" of ")[0] in ("0:04", "0:05", "0:06")
    wave.focus()
    record.keyboard.press("Home")
    wait_until(lambda: wave.get_attribute("aria-valuetext").startswith("0:00"))


def test_nothing_is_fetched_before_somebody_wants_to_hear_it(record):
    asked = record.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert [url for url in asked if "/media/" in url]
    assert not [url for url in asked if url.endswith(".mp3")]


def test_a_card_plays_without_leaving_the_page(open_page):
    page = open_page("/collections/records-and-tapes", "phone")
    first = page.locator(".card [data-play]").first
    box = first.bounding_box()
    assert min(box["width"], box["height"]) >= 44
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("/collections/records-and-tapes")


def test_a_preview_ends_with_the_page_it_stands_on(record):
    button(record, 0).click()
    wait_until(lambda: record.evaluate("window.told.length"))
    record.evaluate("document.querySelector('main').replaceChildren()")
    wait_until(lambda: record.evaluate("window.told.at(-1)") == "preview:end A1 Fader Fight")


def test_the_modules_are_light():
    for name, most in (("gallery", 1024), ("preview", 1536)):
        assert len(gzip.compress((paths.STATIC / f"js/{name}.js").read_bytes(), 6)) <= most
