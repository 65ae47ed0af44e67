"""Filters leave what they say, whether a list is worked out here or, when it is too long for that, by the database."""

import itertools

import pytest

from store.catalog.search import asking
from store.storefront import listing, paging, walking
from store.storefront.cards import Terms
from store.storefront.filters import Filters, bands
from tests.things import shelve, stock_up

BANDS = {band.key: band for band in bands(2)}
CHOICES = {
    "collection": [None, "wear", "records", "nothing"],
    "size": [None, "XL", "xl", "M", "4XL"],
    "color": [None, "Bone", "black"],
    "price": [None, BANDS["0-25"], BANDS["25-50"], BANDS["50-100"]],
    "in_stock": [False, True],
}
ALL = [dict(zip(CHOICES, chosen, strict=True)) for chosen in itertools.product(*CHOICES.values())]


@pytest.fixture
def things(shop):
    stock_up(shop)
    shelve(shop)
    return shop


def look(shop, sort="newest", after=None, within=None, text="", **on):
    with shop.db.reader() as reader:
        wish = listing.Wish(asking.read(text), Filters(**on), sort, after, within)
        return listing.browse(reader, Terms("usd", shop.clock(), 5), wish)


def numbers(shop, **how):
    return [card.number for card in look(shop, **how).products]


@pytest.fixture
def by_the_database(monkeypatch):
    """As if the catalogue were too long to be looked at as a whole."""

    def switch(most):
        monkeypatch.setattr(listing, "MOST", most)
        listing._of.cache_clear()

    yield switch
    listing._of.cache_clear()


def test_a_product_fits_by_one_of_its_variants(things):
    assert numbers(things, color="Bone") == ["036", "042", "041"]
    assert numbers(things, color="bone", in_stock=True) == ["042", "041"]
    assert numbers(things, size="XL", color="Black", in_stock=True) == ["036", "042"]
    assert numbers(things, in_stock=True) == ["012", "015", "018", "040", "043", "036", "042", "041"]
    assert numbers(things, price=BANDS["0-25"], collection="records") == ["015", "021", "040"]
    assert numbers(things, text="12 inch", price=BANDS["25-50"]) == ["043"]
    assert numbers(things, size="4XL") == []


def test_counts_say_what_each_other_choice_would_leave(things):
    for on in ALL[::5]:
        counts = look(things, **on).counts
        for name, values in counts.items():
            for value, count in values.items():
                chosen = True if name == "in_stock" else BANDS[value] if name == "price" else value
                assert look(things, **on | {name: chosen}).total == count, (on, name, value)
    assert look(things).counts == {
        "collection": {"wear": 3, "records": 4},
        "size": {"M": 3, "XL": 3},
        "color": {"Black": 3, "Bone": 3},
        "price": {"0-25": 5, "25-50": 3, "50-100": 1},
        "in_stock": {"1": 8},
    }


def test_the_database_narrows_and_orders_as_the_pages_do(things, by_the_database):
    sorts = (paging.NEWEST, paging.CHEAPEST, paging.DEAREST)
    (within,) = things.rows("SELECT id FROM collection WHERE slug = 'wear'")[0]
    wishes = [{"sort": sort, "within": inside, **on} for sort in sorts for inside in (None, within) for on in ALL[::23]]
    worked_out = [numbers(things, **wish) for wish in wishes]
    by_the_database(1)
    assert look(things).partly
    assert [numbers(things, **wish) for wish in wishes] == worked_out
    assert any(worked_out)


@pytest.mark.parametrize("most", [2000, 1], ids=["worked out", "by the database"])
def test_pages_follow_each_other_without_gaps_or_repeats(things, by_the_database, monkeypatch, most):
    for module in (paging, walking):
        monkeypatch.setattr(module, "PAGE", 2)
    walking._page.cache_clear()
    by_the_database(most)
    for sort in (paging.NEWEST, paging.CHEAPEST, paging.DEAREST):
        page = look(things, sort=sort)
        whole = [card.number for card in page.products]
        while page.after:
            page = look(things, sort=sort, after=page.after)
            whole += [card.number for card in page.products]
        assert len(whole) == len(set(whole)) == 9, sort
    walking._page.cache_clear()


def test_what_was_not_counted_is_said_to_be_more(things, by_the_database):
    by_the_database(4)
    page = look(things)
    assert (page.partly, page.total, len(page.products)) == (True, 4, 9)
