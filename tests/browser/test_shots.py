"""Pictures of the pages a designer would ask for, in build/shots, to be looked at by people."""

import pytest

from tests.browser.places import PLACES
from tests.browser.running import ROOT
from tests.browser.steps import heading

SHOTS = ROOT / "build" / "shots"
HIGHEST = 6000


SHOPPING = ["home", "product with a size chosen", "bag", "checkout", "payment", "thank-you", "order"]
ACCOUNT = [
    "sign in refused",
    "join",
    "account",
    "orders full",
    "devices",
    "authenticator setup",
    "recovery codes shown",
]


NOT_DRAWN = """[...document.images].filter(image => image.getBoundingClientRect().x < innerWidth)
  .filter(image => !image.complete || image.naturalWidth === 0).map(image => image.outerHTML.slice(0, 100))"""
"""What can be swiped to beside the screen comes when it is near."""


@pytest.mark.prove
@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("place", SHOPPING + ACCOUNT)
def test_a_page_is_drawn_whole(open_page, live, place, size):
    page = PLACES[place](lambda path, **how: open_page(path, size, **how), live)
    width, height = page.viewport_size["width"], page.evaluate("document.documentElement.scrollHeight")
    # A screen as high as the page: fixed bars stay at its end, and pictures below are fetched.
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.wait_for_load_state("networkidle")
    assert page.evaluate(NOT_DRAWN) == []
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{place.split()[0]}-{size}.png")
    assert heading(page).is_visible()
