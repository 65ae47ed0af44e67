"""How much a page weighs, as it comes over the wire compressed, and from whom."""

import gzip

import pytest

from tests.browser.places import PLACES

KIB = 1024


@pytest.fixture
def loaded(browser, live, open_page):
    """loaded(place): (kind, bytes compressed) of everything the page asked for."""

    def loaded(place):
        answers = []

        def visit(path, **how):
            page = open_page("about://blank", **how)
            page.on("response", lambda answer: answers.append(answer))
            page.goto(live.url + path if path.startswith("/") else path)
            return page

        PLACES[place](visit, live)
        return [(answer.request.resource_type, len(gzip.compress(answer.body(), 6))) for answer in answers
                if answer.status == 200]  # fmt: skip

    return loaded


def weights(parts):
    return {kind: sum(size for its, size in parts if its == kind) for kind, _ in parts}


PUBLIC = ["home", "listing", "collection", "product", "bag", "checkout", "thank-you", "order"]


@pytest.mark.parametrize("place", [*PUBLIC, "join", "sign in", "account", "devices", "orders full", "own order"])
def test_a_page_is_light(loaded, place):
    by_kind = weights(loaded(place))
    assert by_kind["document"] + by_kind["stylesheet"] <= 14 * KIB
    assert by_kind["script"] <= 10 * KIB
    assert set(by_kind) <= {"document", "stylesheet", "script", "font", "image", "other"}  # other: the tab's icon


@pytest.mark.parametrize("place", ["orders at work", "order at work", "stock"])
def test_a_staff_page_brings_little_script_and_one_style_sheet(loaded, place):
    by_kind = weights(loaded(place))
    assert by_kind["stylesheet"] <= 10 * KIB
    assert by_kind["script"] <= 6 * KIB
