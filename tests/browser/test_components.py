"""The page of parts: drawn for people to look at, and looked through by axe, on each device and in each scheme."""

import pytest

from tests.browser.running import ROOT
from tests.browser.test_every_page import violations

SHOTS = ROOT / "build" / "shots"


VISITS = [
    ("phone", "dark"),
    ("phone", "light"),
    ("desktop", "dark"),
    pytest.param("desktop", "light", marks=pytest.mark.prove),
]


@pytest.mark.parametrize(("size", "scheme"), VISITS)
def test_every_part_is_drawn_and_axe_finds_nothing(open_page, size, scheme):
    page = open_page("/dev/components", size, scheme=scheme)
    assert violations(page) == []
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"components-{size}-{scheme}.png")
    for part in (".act", ".quiet", ".field", ".card", ".chip", ".stock-low", ".stock-gone", ".was", "dialog", ".toast",
                 "table", ".more", ".empty", ".notice-bad", ".cue-now"):  # fmt: skip
        assert page.locator(part).first.is_visible(), part


PAGES = ["/", "/products/pitch-control-tee", "/cart", "/nothing"]


@pytest.mark.parametrize("path", PAGES)
def test_a_device_that_asks_for_light_pages_gets_them_and_axe_finds_nothing(open_page, path):
    page = open_page(path, scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 241, 233)"
    assert violations(page) == []
