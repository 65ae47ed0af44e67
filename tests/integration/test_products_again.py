"""What a file does to a shop that has its products already: by handles and skus, and never below what is promised."""

import threading
from datetime import timedelta

from store.catalog.repository import told_prices
from tests.integration.sheets import (
    OLD,
    content,
    edited,
    everything,
    export,
    on_sale,
    refused,
    rows,
    sheet,
    take,
    tee,
    variants,
    written,
)
from tests.integration.staff import hang, history
from tests.integration.stocking import Deeds

CONTENT = content()


# -- what is there already -----------------------------------------------------------------------------------------
def test_a_second_time_changes_nothing(shop):
    take(shop, CONTENT)
    before = everything(shop)
    outcome = take(shop, CONTENT)
    assert (outcome.created, outcome.updated, outcome.unchanged, outcome.counted) == (0, 0, 1, 0)
    assert everything(shop) == before


def test_by_its_handle_a_product_is_changed_and_the_history_says_how(shop):
    product_id = on_sale(shop)
    version = shop.value("SELECT version FROM product")
    changed = CONTENT.replace("draft", "active").replace("Fader Tee", "Fader Shirt").replace("34.00", "36.00", 1)
    changed = changed.replace(",210,2,", ",230,12,")
    outcome = take(shop, changed)
    assert (outcome.created, outcome.updated, outcome.counted) == (0, 1, 1)
    assert shop.rows("SELECT title, version FROM product") == [("Fader Shirt", version + 1)]
    assert variants(shop)[:2] == [("S", "FDR-S", 3600, None, 1), ("M", "FDR-M", 3400, None, 12)]
    assert shop.rows("SELECT amount FROM price_change ORDER BY id") == [(3400,), (3400,), (3400,), (3600,)]
    assert history(shop, f"product:{product_id}")[-1] == ("system", "product.import")
    assert shop.rows("SELECT quantity FROM stock_movement ORDER BY id DESC LIMIT 1") == [(10,)]
    assert "Fader Shirt" in shop.visitor().get("/products?q=shirt").text


def test_new_values_make_new_variants_behind_those_there_are(shop):
    take(shop, CONTENT)
    ids = shop.rows("SELECT id, sku FROM variant ORDER BY id")
    outcome = take(shop, sheet(tee("XL", "FDR-XL", "8", "38.00")))
    assert (outcome.updated, outcome.counted) == (1, 1)
    assert variants(shop)[3] == ("XL", "FDR-XL", 3800, None, 8)
    assert shop.rows("SELECT id, sku FROM variant ORDER BY id")[:3] == ids
    assert len(variants(shop)) == 4


def test_columns_that_the_file_lacks_stay_as_they_are(shop):
    take(shop, CONTENT)
    before = variants(shop)
    outcome = take(shop, sheet("fader-tee,Another Tee,Size,S", header="Handle,Title,Option1 Name,Option1 Value"))
    assert outcome.updated == 1
    assert variants(shop) == before
    assert shop.rows("SELECT title, description FROM product") == [("Another Tee", "Heavy.")]


def test_without_options_in_the_file_variants_are_known_by_their_skus(shop):
    take(shop, CONTENT)
    header = "Handle,Title,SKU,Inventory quantity"
    outcome = take(shop, sheet("fader-tee,Fader Tee,FDR-L,9", "fader-tee,,FDR-S,8", header=header))
    assert (outcome.unchanged, outcome.counted) == (1, 2)
    assert [on_hand for *_, on_hand in variants(shop)] == [8, 2, 9]
    take(shop, sheet("fader-tee,Only Words", header="Handle,Title"))
    assert shop.value("SELECT title FROM product") == "Only Words"
    refused(
        shop,
        sheet("fader-tee,Fader Tee,FDR-Z,9", header=header),
        "row 2, SKU: FDR-Z is none of this product's, and the file has no options.",
    )
    refused(
        shop,
        sheet("new-tee,New,N-1,9", "new-tee,,N-2,8", header=header),
        "row 3, Option1 value: It is missing. Several variants need an option.",
    )


def test_a_sku_is_changed_where_its_values_are_the_same_and_taken_from_nobody(shop):
    take(shop, CONTENT)
    take(shop, CONTENT.replace("FDR-S", "FDR-XS"))
    assert variants(shop)[0][1] == "FDR-XS"
    refused(
        shop,
        sheet(tee("S", "FDR-M")),
        "row 2, Variant SKU: FDR-M belongs to M.",
    )
    refused(
        shop,
        sheet(tee("S", "FDR-M").replace("fader-tee", "other-tee")),
        "row 2, Variant SKU: FDR-M belongs to another item.",
    )


def test_a_number_of_another_item_is_refused(shop):
    shop.make_item()
    take(shop, CONTENT)
    (number,) = (name for name in rows(export(shop))[0] if name.startswith("Number"))
    refused(
        shop,
        written([row | {number: "100"} for row in rows(export(shop)) if row["Title"] == "Fader Tee"]),
        f"row 2, {number}: NMX 100 is another item already.",
    )


def test_other_options_are_refused(shop):
    take(shop, CONTENT)
    refused(
        shop,
        CONTENT.replace("Size", "Length"),
        "row 2, Option1 Name: Here it has the options Size, and the file says the options Length."
        " Change that on the product's page first.",
    )


# -- stock that is promised ----------------------------------------------------------------------------------------
def test_stock_is_never_written_below_what_is_promised(shop):
    variant_id = shop.make_item(units=5)
    shop.check_out(shop.visitor_with(variant_id, quantity=3))
    told = export(shop)
    assert rows(told)[0]["Inventory quantity"] == "5"
    refused(
        shop,
        edited(shop, **{"Inventory quantity": "2"}),
        "row 2, Inventory quantity: 3 are promised to buyers. Should only 2 be there, count them on the stock page.",
    )
    assert take(shop, told).counted == 0
    assert take(shop, edited(shop, **{"Inventory quantity": "3"})).counted == 1
    assert shop.level(variant_id) == (3, 3)


def test_a_count_that_finds_what_was_missing_closes_the_matter(shop):
    variant_id = shop.make_item(units=5)
    shop.check_out(shop.visitor_with(variant_id, quantity=3))
    Deeds(shop).count(variant_id, 1, 5)
    assert shop.attention() == ["stock_short"]
    take(shop, edited(shop, **{"Inventory quantity": "4"}))
    assert (shop.level(variant_id), shop.attention()) == ((4, 3), [])


# -- what it cost before -------------------------------------------------------------------------------------------
def test_a_compare_at_price_is_kept_and_told_to_buyers_only_where_it_was_charged_here(shop):
    product_id = on_sale(shop)
    take(shop, CONTENT.replace("draft", "active").replace("34.00,", "34.00,50.00"))
    assert {row[3] for row in variants(shop)} == {5000}
    with shop.db.reader() as reader:
        assert told_prices(reader, [product_id], "usd", shop.clock()) == []
    take(shop, CONTENT.replace("draft", "active").replace("34.00,", "30.00,34.00"))
    later = shop.clock() + timedelta(minutes=1)
    with shop.db.reader() as reader:
        assert [told.amount for told in told_prices(reader, [product_id], "usd", later)] == [3400] * 3


# -- pictures ------------------------------------------------------------------------------------------------------
def test_our_own_pictures_are_linked_again_and_no_other_is_fetched(shop):
    key = shop.show_picture(shop.make_item())
    digest = key.partition("/")[0]
    lines = [
        f"{tee()},https://elsewhere.example/media/{key}?v=1,A tee.",
        f"fader-tee{',' * 12}https://cdn.example/a.jpg,",
        f"fader-tee{',' * 12}{digest},Two",
    ]
    told = sheet(*lines, header=f"{OLD},Image Src,Image Alt Text")
    outcome = take(shop, told)
    assert (outcome.pictures_missing, outcome.held_back) == (1, 0)
    assert shop.rows("SELECT position, alt FROM product_picture WHERE product_id = (SELECT MAX(id) FROM product)") == [
        (0, "A tee."),
        (1, "Two"),
    ]


def test_a_gallery_takes_the_order_of_the_file_and_keeps_what_it_does_not_name(shop):
    product_id = on_sale(shop)
    for color in ((1, 2, 3), (4, 5, 6)):
        hang(shop, product_id, alt=f"Number {color[0]}.", color=color)
    first, second, third = rows(export(shop))
    names = ("Product image URL", "Image position", "Image alt text")
    swapped = [
        first | {name: third[name] for name in names} | {"Image position": "1"},
        second | {name: first[name] for name in names} | {"Image position": "2", "Image alt text": "Changed."},
        third | dict.fromkeys(names, ""),
    ]
    assert take(shop, written(swapped)).updated == 1
    assert shop.rows("SELECT alt FROM product_picture ORDER BY position") == [
        ("Number 4.",),
        ("Changed.",),
        ("Number 1.",),
    ]


# -- two at once ---------------------------------------------------------------------------------------------------
def test_two_imports_of_one_file_at_once_make_its_products_once(shop):
    outcomes = []
    many = sheet(*(tee().replace("fader-tee", f"tee-{n}").replace("FDR-M", f"T-{n}") for n in range(30)))
    threads = [threading.Thread(target=lambda: outcomes.append(take(shop, many))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((one.created, one.unchanged) for one in outcomes) == [(0, 30), (30, 0)]
    assert shop.value("SELECT COUNT(*) FROM product") == 30
