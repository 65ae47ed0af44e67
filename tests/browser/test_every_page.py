"""What holds on every page: axe finds nothing, nothing is cut off, one action stands out. Each page is opened once."""

import json
from pathlib import Path

import pytest

from tests.browser.account_places import MEMBERS
from tests.browser.places import PLACES, SHOP
from tests.browser.watching import Visits

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"phone": (320, 375, 390), "desktop": (1360,)}
YELLOW = "rgb(226, 255, 61)"
# Screen by screen, half a screen at a time: what is filled with the color and can be seen.
MOST_YELLOW = """(yellow) => {
  const seen = (it) => {
    const box = it.getBoundingClientRect();
    const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    return height > 2 && width > 2 && it.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const all = [...document.querySelectorAll('body, body *')];
  const filled = all.filter(it => getComputedStyle(it).backgroundColor === yellow);
  let most = [];
  for (let y = 0; y <= document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    const here = filled.filter(seen).map(it => it.outerHTML.slice(0, 80));
    if (here.length > most.length) most = here;
  }
  scrollTo(0, 0);
  return most;
}"""


VISITS = [(place, size) for place in PLACES for size in WIDTHS]
ON_PHONES = [visit for visit in VISITS if visit[0] in SHOP | MEMBERS and visit[1] == "phone"]


RARE = {
    "product with a size sold out",
    "bag with something removed",
    "checkout with a slip",
    "finding an order",
    "delivery",
}
"""Shop pages that differ from others by a line or two."""


def later(visit):
    """`make test` looks at staff pages and rare ones on a phone, where room is least, `make prove` on a desktop."""
    return visit[1] == "desktop" and (visit[0] in RARE or visit[0] not in SHOP | MEMBERS)


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, marks=[pytest.mark.prove] if later(one) else [], id=" at ".join(one)) for one in VISITS],
)
def seen(request, browser, live):
    """(place, size, page): one visit, which all tests of this file share."""
    place, size = request.param
    visits = Visits(browser, live)
    page = PLACES[place](lambda path, **how: visits.open(path, size, **how), live)
    yield place, size, page
    visits.close()


def violations(page) -> list[str]:
    assert AXE.exists(), "axe is missing: run npm ci in tests/browser first."
    page.evaluate(AXE.read_text())  # by the debugger, so the page's policy is no obstacle
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    result = page.evaluate("options => axe.run(document, options)", options)
    assert len(result["passes"]) > 10
    return [f"{found['id']}: {json.dumps(node['target'])} {node['failureSummary'][:300]}"
            for found in result["violations"] for node in found["nodes"]]  # fmt: skip


def test_axe_finds_nothing(seen):
    *_, page = seen
    assert violations(page) == []


def test_nothing_scrolls_sideways(seen):
    _, size, page = seen
    height = page.viewport_size["height"]
    wider = {}
    for width in WIDTHS[size]:
        page.set_viewport_size({"width": width, "height": height})
        wider[width] = page.evaluate("document.documentElement.scrollWidth")
    assert wider == {width: width for width in WIDTHS[size]}


def test_one_thing_at_most_is_filled_with_the_yellow(seen):
    *_, page = seen
    assert len(page.evaluate(MOST_YELLOW, YELLOW)) <= 1


def test_there_is_one_heading_of_the_first_rank_and_a_title(seen):
    *_, page = seen
    assert page.locator("h1").count() == 1
    assert len(page.title()) > 5


@pytest.mark.parametrize("seen", ON_PHONES, ids=" at ".join, indirect=True)
def test_the_header_is_low_and_the_bag_in_sight_on_the_smallest_phone(seen):
    *_, page = seen
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("scrollTo(0, 0)")
    assert page.locator(".bar").bounding_box()["height"] <= 52
    box = page.locator("#baglink").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] + box["height"] <= 52 + 40


def test_axe_would_notice(open_page):
    page = open_page("/checkout/cancel/nothing")
    page.evaluate("document.querySelector('#baglink').innerHTML = ''")
    assert [found.split(":")[0] for found in violations(page)] == ["link-name"]


def test_the_count_would_notice_a_second_yellow(open_page):
    page = open_page("/")
    page.evaluate("document.querySelector('.section-head a').classList.add('act')")
    page.set_viewport_size({"width": 390, "height": 3000})
    assert len(page.evaluate(MOST_YELLOW, YELLOW)) == 2
