"""People search, narrow what they find, and share the address of it."""

import html
import re

import pytest

from tests.functional.ours import assert_page
from tests.things import shelve, stock_up


@pytest.fixture
def client(shop):
    stock_up(shop)
    shelve(shop)
    return shop.visitor()


def cards(page):
    return re.findall(r'class="card-title">\s*<a href="/products/item-(\d+)"', page.text)


def count(page):
    return int(re.search(r'<p class="num">(\d+) items?</p>', page.text)[1])


def choices(page):
    """Every link of the rail: (address, label, count, whether it is on)."""
    rail = page.text.partition('<nav class="facets"')[2].partition("</nav>")[0]
    links = re.findall(
        r'<a href="([^"]+)"\s+rel="nofollow"\s*(aria-current="true")?>(.*?) <span class="num">(\d+)</span>', rail
    )
    return [(html.unescape(url), html.unescape(label), int(number), bool(on)) for url, on, label, number in links]


def chips(page):
    found = re.findall(r'<a class="chip" href="([^"]+)"><span class="vh">Remove </span>(.*?)<svg', page.text)
    return {html.unescape(label): html.unescape(url) for url, label in found}


def test_31_typos_plurals_and_synonyms_find_their_things(client):
    finds = {
        "hoddie": ["036"],
        "t-shirts": ["042", "041", "012"],
        "12 inch": ["040", "043"],
        '12"': ["040", "043"],
        "NMX 041": ["041"],
    }
    for typed, numbers in finds.items():
        assert cards(client.get("/products", query_string={"q": typed})) == numbers, typed


def test_a_mended_typo_is_said(client):
    page = client.get("/products?q=hodie")
    assert "Nothing for 'hodie'. Showing hoodie instead." in page.text
    assert cards(page) == ["036"]
    assert "instead." not in client.get("/products?q=hoodie").text


def test_33_no_result_keeps_the_query_and_shows_ways_on(client):
    page = client.get("/products?q=theremin+%26+harp")
    assert_page(page, 200, "Just in")
    assert "Nothing for 'theremin &amp; harp'." in page.text
    assert 'value="theremin &amp; harp"' in page.text
    assert len(cards(page)) == 4
    assert {"/collections/wear", "/collections/records"} <= set(re.findall(r'href="(/collections/[a-z]+)"', page.text))


def test_34_the_query_stays_in_the_box(client):
    for path in ("/products?q=Dead+Air", "/products?q=Dead+Air&color=Bone&sort=price", "/collections/wear?q=Dead+Air"):
        page = client.get(path)
        assert 'name="q"\n                   value="Dead Air"' in page.text, path
        assert cards(page) == ["036"]


def test_35_every_filter_link_shows_as_many_as_it_says_and_none_shows_nothing(client):
    to_see, seen = ["/products", "/collections/wear", "/products?q=tee"], set()
    while to_see and len(seen) < 20:
        path = to_see.pop()
        seen.add(path)
        for url, label, number, on in choices(client.get(path)):
            assert number > 0
            if not on:
                assert count(client.get(url)) == number, (path, label)
            if url not in seen:
                to_see.append(url)
    assert len(seen) == 20


def test_36_what_is_on_can_be_taken_off_one_by_one_or_at_once(client):
    page = client.get("/products?q=tee&collection=wear&size=XL&price=25-50&in_stock=1&sort=price")
    assert cards(page) == ["041", "042"]
    assert list(chips(page)) == ["Wear", "XL", "$25 to $50", "In stock"]
    assert chips(page)["XL"] == "/products?q=tee&collection=wear&price=25-50&in_stock=1&sort=price"
    assert re.search(r'chip-bare" href="([^"]+)">Clear all', page.text)[1] == "/products?q=tee&amp;sort=price"
    assert [(label, url) for url, label, _, on in choices(page) if on] == [
        ("Wear", "/products?q=tee&size=XL&price=25-50&in_stock=1&sort=price"),
        ("XL", "/products?q=tee&collection=wear&price=25-50&in_stock=1&sort=price"),
        ("$25 to $50", "/products?q=tee&collection=wear&size=XL&in_stock=1&sort=price"),
        ("In stock", "/products?q=tee&collection=wear&size=XL&price=25-50&sort=price"),
    ]


def test_filters_of_a_collections_page_stay_within_it(client):
    page = client.get("/collections/wear?color=bone")
    assert (cards(page), count(page), list(chips(page))) == (["036", "042", "041"], 3, ["bone"])
    assert all(url.startswith("/collections/wear") for url, *_ in choices(page))
    assert "Collection</h2>" not in page.text
    assert cards(client.get("/collections/wear?collection=records")) == ["036", "042", "041"]


def test_a_value_that_nothing_has_is_an_empty_list_and_one_that_is_no_value_is_ignored(client):
    for query in (
        "collection=nothing",
        "size=99",
        "color=<script>",
        "size=" + "x" * 5000,
        "size='--",
        "collection=%25",
    ):
        page = client.get(f"/products?{query}")
        assert page.status_code == 200, query
        assert "<script>" not in page.text.replace('<script type="module"', ""), query
        assert_page(page, 200, "Nothing fits all of this. Take one away, or clear them all.")
    for query in (
        "price=1-2",
        "price=-1",
        "price=٢-٥",
        "price=0-25;",
        "in_stock=yes",
        "in_stock=",
        "size=",
        "q=",
        "q=%20",
        "nonsense=1",
    ):
        assert count(client.get(f"/products?{query}")) == 9, query


def test_a_key_that_was_tampered_with_is_refused_in_words_with_filters_too(client):
    for query in ("q=tee&after=x", "q=tee&after=1", "color=Bone&after=1-", "q=tee&sort=price&after=%27"):
        assert_page(client.get(f"/products?{query}"), 422, "This page of the catalog does not exist.")
    assert client.get("/products?q=tee&after=" + "9" * 17 + "-1").status_code == 200


def test_searching_sets_no_cookie_and_may_be_kept_by_anybody(client):
    for path in ("/products?q=tee&color=Bone", "/products?q=hodie", "/products?q=qqqq", "/search/suggest?q=ho"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert answer.headers["Cache-Control"].startswith("public, "), path


def test_what_is_narrowed_is_not_for_search_engines(client):
    robots = '<meta name="robots" content="noindex">'
    narrowed = {
        path: robots in client.get(path).text
        for path in ("/products", "/products?q=tee", "/products?size=M", "/collections/wear")
    }
    assert narrowed == {
        "/products": False,
        "/products?q=tee": True,
        "/products?size=M": True,
        "/collections/wear": False,
    }


def test_suggestions_are_told_as_json_and_for_a_minute(client):
    answer = client.get("/search/suggest?q=rec")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.json["collections"] == [{"title": "Records", "url": "/collections/records"}]
    assert client.get("/search/suggest?q=hodie").json == {
        "words": [{"text": "hoodie"}],
        "products": [{"title": "Dead Air Hoodie", "number": "036", "price": "$76", "url": "/products/item-036"}],
        "collections": [],
    }
    for query in ("", "q=", "q=" + "%22" * 2000, "q=a&q=b"):
        assert client.get(f"/search/suggest?{query}").status_code == 200, query


def test_a_shop_that_is_asked_too_often_for_suggestions_says_wait(open_shop):
    shop = open_shop(rate_limits="on")
    client = shop.visitor()
    answers = [client.get("/search/suggest?q=tee").status_code for _ in range(241)]
    assert (set(answers[:240]), answers[240]) == ({200}, 429)
