"""What narrows a list, in which order it stands, and how its addresses are written."""

from datetime import UTC, datetime, timedelta

import pytest

from store.catalog.search.documents import Cell, write_cells
from store.errors import Invalid
from store.storefront.filters import Filters, Item, bands, in_order, narrow, read_filters
from store.storefront.paging import cut, micros, moment, read_key
from store.storefront.rail import Address, Labels, chips, count_label, groups, sorts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOLLARS = bands(2)
TEE = write_cells([Cell(0, 3400, "Black", "M"), Cell(1, 3400, "Bone", "XL"), Cell(2, 9900, "Bone", "M")])


def item(number=1, *, cells=TEE, there="0,1,2", shelves="wear", tier=1, lowest=3400, minutes=0):
    return Item(number, tier, NOON + timedelta(minutes=minutes), lowest, cells, there, shelves)


def test_bands_are_in_the_currencys_own_units():
    assert [(band.key, band.low, band.high) for band in DOLLARS] == [
        ("0-25", 0, 2500), ("25-50", 2500, 5000), ("50-100", 5000, 10000), ("100-", 10000, None),
    ]  # fmt: skip
    assert [band.key for band in bands(0)] == ["0-2500", "2500-5000", "5000-10000", "10000-"]
    assert [(band.holds(2499), band.holds(2500)) for band in DOLLARS[:2]] == [(True, False), (False, True)]
    assert DOLLARS[3].holds(10**12)


def test_filters_are_read_and_written_alike():
    given = {"collection": "wear", "size": " XL ", "color": "Bone", "price": "25-50", "in_stock": "1", "q": "tee"}
    wanted = read_filters(given, DOLLARS)
    assert wanted == Filters("wear", "XL", "Bone", DOLLARS[1], True)
    assert read_filters(wanted.on, DOLLARS) == wanted
    assert read_filters({"price": "1-2", "in_stock": "yes", "size": "", "color": "\x00"}, DOLLARS) == Filters()
    assert len(read_filters({"size": "x" * 5000}, DOLLARS).size) == 60


def test_all_that_is_asked_of_a_variant_must_be_true_of_one():
    def fits(**on):
        return bool(narrow([item(there="0,1")], Filters(**on), DOLLARS).items)

    assert fits()
    assert fits(color="bone", size="xl")
    assert not fits(color="Black", size="XL")
    assert fits(color="Bone", size="M")
    assert not fits(color="Bone", size="M", in_stock=True)
    assert not fits(color="Black", price=DOLLARS[2])
    assert not fits(collection="booth")


def test_counts_leave_out_the_facets_own_filter_and_no_other():
    things = [
        item(1),
        item(2, shelves="wear,drop", there=None),
        item(3, cells=write_cells([Cell(0, 600)]), shelves=None),
    ]
    assert narrow(things, Filters(), DOLLARS).counts == {
        "collection": {"wear": 2, "drop": 1}, "size": {"M": 2, "XL": 2}, "color": {"Black": 2, "Bone": 2},
        "price": {"0-25": 1, "25-50": 2, "50-100": 2}, "in_stock": {"1": 2},
    }  # fmt: skip
    assert narrow(things, Filters(size="XL", collection="drop"), DOLLARS).counts == {
        "collection": {"wear": 2, "drop": 1}, "size": {"M": 1, "XL": 1}, "color": {"Bone": 1},
        "price": {"25-50": 1}, "in_stock": {},
    }  # fmt: skip


def test_sizes_go_from_small_to_large_prices_from_low_to_high():
    assert in_order("size", ["2XL", "One size", "10", "9", "S", "XL", "m"], DOLLARS) == [
        "S",
        "m",
        "XL",
        "2XL",
        "9",
        "10",
        "One size",
    ]
    assert in_order("price", ["100-", "0-25"], DOLLARS) == ["0-25", "100-"]
    assert in_order("color", ["bone", "Black"], DOLLARS) == ["Black", "bone"]


@pytest.mark.parametrize("sort", ["match", "newest", "price", "-price"])
def test_pages_follow_each_other_by_key(sort):
    things = [item(n, tier=n % 2 + 1, minutes=n % 3, lowest=100 * (n % 4)) for n in range(1, 60)]
    seen, after = [], None
    while True:
        ids, more = cut(things, sort, after)
        seen += ids
        if more is None:
            break
        after = read_key(more)
    assert sorted(seen) == list(range(1, 60))
    by = {"match": lambda one: (-one.tier, -one.id), "newest": lambda one: (-micros(one.at), -one.id),
          "price": lambda one: (one.lowest, one.id), "-price": lambda one: (-one.lowest, -one.id)}[sort]  # fmt: skip
    assert seen == [one.id for one in sorted(things, key=by)]


def test_a_key_holds_microseconds_and_is_never_too_large():
    exact = NOON.replace(microsecond=123_457)
    assert moment(micros(exact)) == exact
    assert moment(10**17 - 1).year > 2900
    for nonsense in ("", "1", "1-", "-1", "a-1", "1-" + "9" * 18, "١-٢"):
        with pytest.raises(Invalid):
            read_key(nonsense)


LABELS = Labels({"drop": "Drop 04", "wear": "Wear"}, "usd", DOLLARS)


def test_addresses_keep_all_but_what_changes():
    address = Address("/products", {"q": "a&b", "size": "XL", "sort": ""})
    assert address.but() == "/products?q=a%26b&size=XL"
    assert address.but(size=None, after="1-2") == "/products?q=a%26b&after=1-2"
    assert (address.bare, Address("/products", {}).but()) == ("/products?q=a%26b", "/products")
    assert [one["url"] for one in sorts(Address("/p", {"sort": "price"}), "price", worded=False)] == [
        "/p",
        "/p?sort=price",
        "/p?sort=-price",
    ]
    assert sorts(address, "match", worded=True)[0]["label"] == "Best match"


def test_the_rail_offers_only_what_leaves_something_and_a_choice():
    counts = {
        "collection": {"wear": 2, "drop": 1},
        "size": {"M": 2},
        "color": {"Black": 2, "Bone": 0},
        "price": {},
        "in_stock": {"1": 1},
    }
    found = groups(counts, Filters(size="m"), Address("/products", {"size": "m"}), LABELS, partly=False)
    assert [(group.name, [(one.label, one.count, one.url) for one in group.choices]) for group in found] == [
        (
            "Collection",
            [("Drop 04", "1", "/products?size=m&collection=drop"), ("Wear", "2", "/products?size=m&collection=wear")],
        ),
        ("Size", [("M", "2", "/products")]),
        ("Availability", [("In stock", "1", "/products?size=m&in_stock=1")]),
    ]
    assert [
        group.name for group in groups(counts, Filters(), Address("/collections/wear", {}), LABELS, partly=False)
    ] == ["Availability"]


def test_chips_say_what_is_on_in_words():
    on = Filters("gone", None, "Bone", DOLLARS[0], True)
    assert [chip.label for chip in chips(on, Address("/products", on.on), LABELS)] == [
        "gone",
        "Bone",
        "Under $25",
        "In stock",
    ]
    assert [LABELS.band(band) for band in DOLLARS] == ["Under $25", "$25 to $50", "$50 to $100", "$100 and up"]


def test_counts_are_exact_or_say_that_there_is_more():
    assert [count_label(7, partly=False), count_label(7, partly=True), count_label(1500, partly=False)] == [
        "7",
        "7+",
        "1000+",
    ]
