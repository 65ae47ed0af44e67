"""Options span a grid of variants; their table has skus, prices and what those were."""

import pytest

from store.catalog.grid import Axis
from store.catalog.options import set_options
from store.catalog.publishing import publish
from store.catalog.variants import ForAll, edit_variants
from store.errors import Invalid
from tests.integration.staff import (
    CATALOG,
    counted,
    edit,
    hang,
    make,
    options,
    refused,
    sent,
    skus,
    state,
    variants,
)


# -- options -------------------------------------------------------------------------------------------------------
def test_a_size_more_makes_its_variants_in_their_place_at_the_price_of_the_others(shop, catalog, tee):
    own, before = options(shop, tee), variants(shop, tee)
    axes = (
        Axis(own["Color"], "Color", ("Black", "Bone")),
        Axis(own["Size"], "Size", ("XS", "S", "M", "L", "XL", "2XL", "3XL")),
    )
    set_options(catalog, CATALOG, tee, sent(shop, tee), axes, shop.clock())
    after = variants(shop, tee)
    assert list(after)[:2] + list(after)[7:9] == ["Black, XS", "Black, S", "Bone, XS", "Bone, S"]
    assert {label: after[label] for label in before} == before
    assert skus(shop, tee)[0] == "NMX-041-BLCK-XS"
    assert shop.rows(
        "SELECT amount, (SELECT COUNT(*) FROM price_change c WHERE c.variant_id = p.variant_id)"
        " FROM variant_price p WHERE variant_id = :id", id=after["Black, XS"],
    ) == [(3400, 1)]  # fmt: skip


def test_a_value_nobody_bought_goes_with_its_variants_and_out_of_the_bags(shop, catalog, hung):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    bone = variants(shop, hung)["Bone, S"]
    shop.write("INSERT INTO stock_level VALUES (:id, 0, 0, 0, 1)", id=bone)
    client = shop.visitor_with(bone)
    own = options(shop, hung)
    axes = (Axis(own["Color"], "Color", ("Black",)), Axis(own["Size"], "Size", ("S", "M", "L", "XL", "2XL", "3XL")))
    set_options(catalog, CATALOG, hung, sent(shop, hung), axes, shop.clock())
    assert len(skus(shop, hung)) == 6
    assert shop.value("SELECT COUNT(*) FROM stock_level") == shop.value("SELECT COUNT(*) FROM cart_line") == 0
    assert "Nothing in your bag" in client.get("/cart").text


@pytest.mark.parametrize("how", ["held", "counted"])
def test_a_value_with_a_history_stays_and_so_does_its_option(shop, catalog, hung, how):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    bone = variants(shop, hung)["Bone, L"]
    shop.write("INSERT INTO stock_level VALUES (:id, 0, 0, 0, 5)", id=bone)
    if how == "held":
        shop.check_out(shop.visitor_with(bone))
    else:
        shop.db.run(lambda session: counted(session, bone, shop.clock()))
    own = options(shop, hung)
    sizes = Axis(own["Size"], "Size", ("S", "M", "L", "XL", "2XL", "3XL"))
    for axes in ((Axis(own["Color"], "Color", ("Black",)), sizes), (sizes,), ()):
        refused(
            shop, set_options, catalog, CATALOG, hung, sent(shop, hung), axes, shop.clock(), match="Bone, L. What has"
        )


def test_options_may_be_renamed_turned_around_and_given_other_capitals(shop, catalog, tee):
    own, before = options(shop, tee), set(variants(shop, tee).values())
    axes = (
        Axis(own["Size"], "Color", ("L", "M", "S", "XL", "2XL", "3XL")),
        Axis(own["Color"], "Size", ("BONE", "Black")),
    )
    set_options(catalog, CATALOG, tee, sent(shop, tee), axes, shop.clock())
    assert list(options(shop, tee)) == ["Color", "Size"]
    assert list(variants(shop, tee))[:3] == ["L, BONE", "L, Black", "M, BONE"]
    assert set(variants(shop, tee).values()) == before


def test_an_option_more_makes_of_what_there_is_its_first_value(shop, catalog):
    mat = make(shop, number="020", title="Slipmat", options=())
    shop.db.run(lambda session: counted(session, variants(shop, mat)[""], shop.clock()))
    (only,) = variants(shop, mat).values()
    set_options(catalog, CATALOG, mat, sent(shop, mat), (Axis(None, "Pack", ("One", "Pair")),), shop.clock())
    assert variants(shop, mat)["One"] == only
    assert skus(shop, mat) == ["NMX-020", "NMX-020-PAIR"]
    assert shop.level(only) == (3, 0)


def test_a_picture_of_a_color_that_goes_is_a_picture_of_none_in_particular(shop, catalog, hung):
    bone = shop.value("SELECT id FROM option_value WHERE label = 'Bone'")
    shop.write("UPDATE product_picture SET value_id = :id", id=bone)
    own = options(shop, hung)
    axes = (Axis(own["Color"], "Color", ("Black",)), Axis(own["Size"], "Size", ("S", "M")))
    set_options(catalog, CATALOG, hung, sent(shop, hung), axes, shop.clock())
    assert shop.rows("SELECT value_id FROM product_picture") == [(None,)]


# -- the table -----------------------------------------------------------------------------------------------------
def test_one_price_for_all_leaves_those_that_differ(shop, catalog, tee):
    own = variants(shop, tee)
    rows = tuple(edit(shop, one, **({"price": 3800} if label.endswith("3XL") else {})) for label, one in own.items())
    edit_variants(catalog, CATALOG, tee, sent(shop, tee), rows, ForAll(price=3600, weight_grams=230), shop.clock())
    assert shop.rows("SELECT amount, COUNT(*) FROM variant_price GROUP BY amount ORDER BY 1") == [(3600, 10), (3800, 2)]
    assert shop.value("SELECT COUNT(*) FROM price_change") == 24
    assert shop.rows("SELECT DISTINCT weight_grams FROM variant") == [(230,)]


def test_a_price_taken_away_takes_the_variant_off_sale_and_what_it_was_is_remembered(shop, catalog, tee):
    small = variants(shop, tee)["Black, S"]
    edit_variants(catalog, CATALOG, tee, sent(shop, tee), (edit(shop, small, price=None),), ForAll(), shop.clock())
    assert shop.value("SELECT COUNT(*) FROM variant_price") == 11
    assert shop.rows("SELECT amount FROM price_change WHERE variant_id = :id", id=small) == [(3400,)]


def test_skus_may_be_exchanged_but_not_shared(shop, catalog, tee):
    own = variants(shop, tee)
    small, medium = own["Black, S"], own["Black, M"]
    swapped = (edit(shop, small, sku="NMX-041-BLCK-M"), edit(shop, medium, sku="NMX-041-BLCK-S"))
    edit_variants(catalog, CATALOG, tee, sent(shop, tee), swapped, ForAll(), shop.clock())
    assert skus(shop, tee)[:2] == ["NMX-041-BLCK-M", "NMX-041-BLCK-S"]
    make(shop, number="042", options=())
    for rows, fields in {
        (edit(shop, small, sku="X-1"), edit(shop, medium, sku="X-1")): {
            f"sku-{medium}": ["X-1 is in this table twice."]
        },
        (edit(shop, small, sku="NMX-042"),): {f"sku-{small}": ["NMX-042 belongs to another item."]},
        (edit(shop, small, sku="NMX-041-BONE-S"),): {f"sku-{small}": ["NMX-041-BONE-S belongs to another item."]},
    }.items():
        refusal = refused(
            shop, edit_variants, catalog, CATALOG, tee, sent(shop, tee), rows, ForAll(), shop.clock(), error=Invalid
        )
        assert refusal.fields == fields


def test_a_row_of_another_product_is_left_alone(shop, catalog, tee):
    other = make(shop, number="042", options=())
    (strange,) = variants(shop, other).values()
    refusing = state(shop)
    edit_variants(catalog, CATALOG, tee, sent(shop, tee), (edit(shop, strange, price=1),), ForAll(), shop.clock())
    assert state(shop)["variant_price"] == refusing["variant_price"]


def test_a_was_price_is_one_that_was_charged_and_is_higher(shop, catalog, hung):
    small = variants(shop, hung)["Black, S"]

    def save(**change):
        edit_variants(catalog, CATALOG, hung, sent(shop, hung), (edit(shop, small, **change),), ForAll(), shop.clock())

    def no(sentence, **change):
        assert refused(shop, save, error=Invalid, **change).fields == {f"was-{small}": [sentence]}

    never = "Nobody was asked for {} in the last 30 days. Leave this empty."
    no(never.format("40.00"), price=3000, was=4000)
    no(never.format("34.00"), price=3000, was=3400)  # it was, but nobody could see it
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    shop.clock.advance(days=1)
    no("This must be higher than the price now.", price=3400, was=3400)
    no("This must be higher than the price now.", price=3400, was=3000)
    no("Without a price now there is none that it was.", price=None, was=3400)
    no(never.format("48.00"), price=3000, was=4800)
    save(price=3000, was=3400)
    assert shop.rows("SELECT amount, compare_at FROM variant_price WHERE variant_id = :id", id=small) == [(3000, 3400)]
    save(price=2800)
    assert shop.rows("SELECT amount FROM price_change WHERE variant_id = :id ORDER BY id", id=small) == [
        (3400,), (3000,), (2800,),
    ]  # fmt: skip
    no("This must be higher than the price now.", price=3600)


def test_a_new_variant_has_no_past_even_when_it_takes_an_old_ones_id(shop, catalog):
    mat = make(shop, number="020", title="Slipmat", options=(("Color", ("Black", "Bone")),), price=4800)
    hang(shop, mat)
    publish(catalog, CATALOG, mat, sent(shop, mat), shop.clock())
    shop.clock.advance(days=1)
    (color,) = options(shop, mat).values()
    for values in (("Black",), ("Black", "Red")):
        axes = (Axis(color, "Color", values),)
        set_options(catalog, CATALOG, mat, sent(shop, mat), axes, shop.clock())
        shop.clock.advance(minutes=1)
    red = variants(shop, mat)["Red"]
    rows = (edit(shop, red, price=4000),)
    edit_variants(catalog, CATALOG, mat, sent(shop, mat), rows, ForAll(), shop.clock())
    assert shop.value("SELECT COUNT(*) FROM price_change") == 4
