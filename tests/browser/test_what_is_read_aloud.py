"""The pages of a purchase as a screen reader goes through them, and as they stand with letters twice the size.

What a page says is kept in snapshots/; UPDATE_SNAPSHOTS=1 writes them anew, to be read before they are committed.
"""

import os
import re
from pathlib import Path

import pytest

from tests.browser.places import PLACES

SNAPSHOTS = Path(__file__).with_name("snapshots")
MONTH = "(January|February|March|April|May|June|July|August|September|October|November|December)"
PASSING = [
    (rf"\d{{1,2}}( {MONTH})? to \d{{1,2}} {MONTH}", "DATES"),
    (rf"\w+day \d{{1,2}} {MONTH}", "DAY"),
    (rf"\d{{1,2}} {MONTH} \d{{4}}", "DATE"),
    (r"\d{1,2}:\d\d [ap]m ET", "TIME"),
    (r"NM-[2-9A-Z]{6}", "NM-NUMBER"),
    (r"buyer\d+@", "buyer@"),
    (r"\?variant=\d+", "?variant=ID"),
    (r"/o/\S+", "/o/LINK"),
    (r"lines/\d+", "lines/ID"),
]
"""What is another one every day, or for every buyer."""
PLACES_TOLD = ["home", "product", "bag", "checkout", "order"]


def told(page):
    text = page.get_by_role("main").aria_snapshot()
    for pattern, name in PASSING:
        text = re.sub(pattern, name, text)
    return text + "\n"


@pytest.mark.parametrize("place", PLACES_TOLD)
def test_a_page_says_what_it_is_known_to_say(open_page, live, place):
    live.put_away_all_but_the_demo()
    page = PLACES[place](lambda path, **how: open_page(path, "phone", **how), live)
    kept = SNAPSHOTS / f"{place}.yaml"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        kept.write_text(told(page), encoding="utf-8")
    assert told(page) == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [390, pytest.param(1360, marks=pytest.mark.prove)])
@pytest.mark.parametrize("place", [*PLACES_TOLD, "drawer", "checkout with mistakes", "thank-you", "404", "account"])
def test_letters_twice_the_size_push_nothing_off_the_page(open_page, live, place, width):
    page = PLACES[place](lambda path, **how: open_page(path, "phone" if width < 900 else "desktop", **how), live)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.scrollWidth") == width
