"""What finds what: the same on SQLite and on PostgreSQL, whose full text differs."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Collection, CollectionProduct, Status
from store.catalog.search import asking
from store.catalog.search.service import index
from store.storefront.cards import Terms
from store.storefront.filters import Filters
from store.storefront.listing import Wish, browse
from store.storefront.suggesting import suggest
from tests.things import stock_up


@pytest.fixture
def things(shop):
    return stock_up(shop)


def look(shop, text, **filters):
    """The listing for what was typed."""
    with shop.db.reader() as reader:
        terms = Terms("usd", shop.clock(), 5)
        return browse(reader, terms, Wish(asking.read(text), Filters(**filters), "match"))


def found(shop, text):
    """The numbers found, best first."""
    return [card.number for card in look(shop, text).products]


def instead(shop, text):
    """What is shown for a text that nothing has."""
    listing = look(shop, text)
    return listing.shown.plain, [card.number for card in listing.products]


FINDS = {
    "hoodie": ["036"],
    "hoodies": ["036"],
    "HOODIE": ["036"],
    "hood": ["036"],
    "dead air": ["036"],
    "air dead hoo": ["036"],
    "tees": ["042", "041", "012"],
    "tee": ["042", "041", "012"],
    "tshirt": ["042", "041", "012"],
    "t-shirts": ["042", "041", "012"],
    "T Shirt": ["042", "041", "012"],
    "shirts": ["042", "041", "012"],
    "12 inch": ["040", "043"],
    '12"': ["040", "043"],
    "12″": ["040", "043"],
    "12in": ["040", "043"],
    "12-inch": ["040", "043"],
    "vinyl": ["015", "021", "040", "043"],
    "records": ["015", "021", "040", "043"],
    "LP": ["015", "040", "043"],
    "7 inch": ["021"],
    "cassettes": ["015"],
    "slip mats": ["018"],
    "lodz": ["021", "043"],
    "Łódź": ["021", "043"],
    "wisniewska": ["021"],
    "CAFE": ["021"],
    "café": ["021"],
    "NMX 041": ["041"],
    "nmx-041": ["041"],
    "nmx041": ["041"],
    "041": ["041"],
    "41": ["041"],
    "NMX-041-BLCK-XL": ["041"],
    "bone hoodie": ["036"],
    "extra large tee": ["042", "041"],
    "for the room": ["021"],
    "marlow's": ["015"],
    "nothing such": [],
    "": ["012", "015", "018", "021", "040", "043", "036", "042", "041"],
}
"""Recorded is a form of record, so a tape is among the records, behind none of them: it is newer."""


def test_what_is_typed_finds_its_things_best_first(things):
    got = {typed: found(things, typed) for typed in FINDS}
    assert {typed: numbers for typed, numbers in got.items() if numbers != FINDS[typed]} == {}


MEANT = {
    "hodie": ("hoodie", ["036"]),
    "hoddie": ("hoodie", ["036"]),
    "hoodei": ("hoodie", ["036"]),
    "oodie": ("hoodie", ["036"]),
    "slipmtas": ("slipmats", ["018"]),
    "slapmtas": ("slipmats", ["018"]),
    "tsirt": ("tshirt", ["042", "041", "012"]),
    "cassete": ("cassette", ["015"]),
    "dead air hodie": ("dead air hoodie", ["036"]),
    "ded air hoodie": ("ded air hoodie", []),
    "wisniewksa": ("wisniewska", ["021"]),
    "hoodxxx": ("hoodxxx", []),
    "xxxxxxxxxxxxxxx": ("xxxxxxxxxxxxxxx", []),
}
"""Short words are not guessed at: one letter of three is too much."""


def test_a_typo_is_mended_by_what_the_shop_has(things):
    got = {typed: instead(things, typed) for typed in MEANT}
    assert {typed: what for typed, what in got.items() if what != MEANT[typed]} == {}


def test_what_is_found_as_typed_is_not_mended(things):
    assert instead(things, "felt") == ("felt", ["018"])
    assert instead(things, "Tees ") == ("tees", ["042", "041", "012"])


def test_what_is_not_on_sale_is_neither_found_nor_hinted_at(things):
    now = things.clock()
    plans = [
        {"title": "Zebrawood draft", "status": Status.DRAFT, "published_at": now - timedelta(1)},
        {"title": "Zebrawood archived", "status": Status.ARCHIVED, "published_at": now - timedelta(1)},
        {"title": "Zebrawood tomorrow", "status": Status.ACTIVE, "published_at": now + timedelta(1)},
        {"title": "Zebrawood someday", "status": Status.ACTIVE, "published_at": None},
    ]

    def work(session):
        for number, plan in enumerate(plans):
            build_product(session, Blueprint(slug=f"z-{number}", number=f"90{number}", line="", price=1, **plan), now)

    things.db.run(work)
    for typed in ("zebrawood", "zebrawod", "zeb", "900", "901", "902", "903", "NMX 902", "tomorrow", "z"):
        assert found(things, typed) == [], typed
        assert look(things, typed).shown.plain == asking.read(typed).plain
        with things.db.reader() as reader:
            nothing = suggest(reader, Terms("usd", now, 5), asking.read(typed))
        assert nothing == {"words": [], "products": [], "collections": []}, typed
    things.clock.advance(days=2)
    assert found(things, "zebrawod") == ["902"]


def test_nothing_that_is_typed_is_an_operator(things):
    attacks = [
        '"', '"hoodie', 'hoodie"', "'", "a AND", "AND", "OR", "NOT hoodie", "NEAR(", "NEAR(a b, 5)", "*", "hood*", "t:",
        "title:tee",
        "{title}: tee", "^tee", "-tee", "tee + hoodie",
        "(tee", "tee)", "%", "%" * 1000, "_", "\\", "a & b | !c", "a <-> b", ":*",
        "hoodie:A", "';--", "\x00", "\x00tee", "\ud800", "𝓣𝓮𝓮", "\u202etee",
        "x" * 50_000, "hoodie " * 8_000, "'\"" * 25_000,
        "²½①", "١٢", "テープ", "ß", "İ", "ﬁ", "🎛️", "a\tb\nc",
    ]  # fmt: skip
    for text in attacks:
        look(things, text)
    assert found(things, "title:hoodie") == found(things, "hoodie OR tee") == []
    assert found(things, "hood*") == found(things, '"hoodie') == found(things, "(hoodie:*)") == ["036"]
    assert found(things, "hoodie " * 8_000) == ["036"]


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(things, text):
    listing = look(things, text)
    assert len(listing.products) <= 9
    with things.db.reader() as reader:
        suggest(reader, Terms("usd", things.clock(), 5), asking.read(text))


def test_the_words_of_collections_find_what_stands_in_them_after_what_says_so_itself(things):
    def work(session):
        shelf = Collection(slug="wear", title="Felt things", position=1)
        session.add(shelf)
        session.flush()
        (hoodie,) = things.rows("SELECT id FROM product WHERE number = '036'")[0]
        session.add(CollectionProduct(collection_id=shelf.id, product_id=hoodie, position=1))
        index(session, [hoodie])

    things.db.run(work)
    assert found(things, "felt") == ["018", "036"]


def test_suggestions_are_words_products_and_collections(things):
    with things.db.reader() as reader:
        terms = Terms("usd", things.clock(), 5)
        told = {typed: suggest(reader, terms, asking.read(typed)) for typed in ("hoo", "night b", "hodie", "h", "")}
    hoodie = {"title": "Dead Air Hoodie", "number": "036", "price": "$76", "url": "/products/item-036"}
    assert told["hoo"] == {"words": [{"text": "hoodie"}], "products": [hoodie], "collections": []}
    assert told["hodie"] == told["hoo"]
    assert told["night b"]["words"] == [{"text": "night bus"}]
    assert [one["number"] for one in told["night b"]["products"]] == ["015", "043"]
    assert told["h"] == told[""] == {"words": [], "products": [], "collections": []}
