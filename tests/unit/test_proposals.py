"""Addresses, skus and numbers that the shop proposes."""

import pytest

from store.catalog.proposals import NUMBER, SKU, SLUG, distinct, next_number, sku, slug_of

SLUGS = {
    "Pitch Control Tee": "pitch-control-tee",
    "  Night Bus Tape 07, DJ Marlow ": "night-bus-tape-07-dj-marlow",
    "Łódź Straße Ünder": "odz-strasse-under",
    "DJ's 12\" Slipmat": "djs-12-slipmat",
    "../../etc/passwd": "etc-passwd",
    "夜": "item",
    "<script>": "script",
    "a" * 200: "a" * 80,
}


@pytest.mark.parametrize("title", SLUGS)
def test_a_title_becomes_an_address(title):
    assert slug_of(title) == SLUGS[title]
    assert SLUG.fullmatch(slug_of(title))


def test_a_sku_tells_number_and_values():
    assert sku("041", ["Black", "L"]) == "NMX-041-BLCK-L"
    assert sku("041", ["Washed Black", "2XL"]) == "NMX-041-WSHDB-2XL"
    assert sku("041", []) == "NMX-041"
    assert sku("041", ["夜", "L"]) == "NMX-041-L"
    assert SKU.fullmatch(sku("hand-signals", ["Bone"]))


def test_a_name_that_is_taken_gets_a_number():
    assert distinct("black-tee", []) == "black-tee"
    assert distinct("black-tee", {"black-tee", "black-tee-2", "black-tee-30"}) == "black-tee-3"


def test_the_next_number_is_one_more_as_long_as_the_others():
    assert next_number([]) == "001"
    assert next_number(["003", "048", "LP-9"]) == "049"
    assert next_number(["99", "x"]) == "100"
    assert NUMBER.fullmatch(next_number(["048"]))
