"""What a file makes in a shop: all of it or nothing, and on sale what may be."""

from store.audit import chain, checking
from tests.integration.sheets import (
    OLD,
    PLAIN,
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
)
from tests.integration.staff import history

CONTENT = content()


# -- new products --------------------------------------------------------------------------------------------------
def test_a_file_makes_products_with_their_variants_prices_stock_index_and_history(shop):
    edition = shop.value("SELECT SUM(number) FROM catalog_edition")
    outcome = take(shop, CONTENT)
    assert (outcome.rows, outcome.created, outcome.counted) == (3, 1, 3)
    assert variants(shop) == [
        ("S", "FDR-S", 3400, None, 1),
        ("M", "FDR-M", 3400, None, 2),
        ("L", "FDR-L", 3400, None, 3),
    ]
    assert shop.rows("SELECT slug, title, line, description, kind, status, published_at FROM product") == [
        ("fader-tee", "Fader Tee", "Heavy.", "Heavy.", "physical", "draft", None)
    ]
    assert shop.rows("SELECT kind, quantity, reason, actor FROM stock_movement ORDER BY id") == [
        ("count", number, "Imported from products.csv", "system") for number in (1, 2, 3)
    ]
    assert shop.rows("SELECT amount, actor FROM price_change") == [(3400, "system")] * 3
    assert shop.value("SELECT SUM(number) FROM catalog_edition") > edition
    product_id = shop.value("SELECT id FROM product")
    assert history(shop, f"product:{product_id}") == [("system", "product.import")]
    assert shop.value("SELECT COUNT(*) FROM audit_entry WHERE action = 'stock.count'") == 3
    with shop.db.snapshot() as session:
        assert checking.verify_chain(session, chain.key_of(shop.settings.secret_key), []) == []


def test_one_faulty_row_of_many_changes_nothing_and_every_one_is_named(shop):
    many = [tee().replace("fader-tee", f"tee-{n}").replace("FDR-M", f"T-{n}") for n in range(250)]
    many[7] = many[7].replace("34.00", "$34")
    many[203] = many[203].replace("draft", "gone")
    refused(
        shop,
        sheet(*many),
        f"row 9, Variant Price: {PLAIN}",
        "row 205, Status: “gone” is none of active, draft, archived.",
    )


def test_faults_of_the_file_and_of_the_shop_are_told_together(shop):
    take(shop, CONTENT)
    refused(
        shop,
        sheet(tee(price="x"), tee(sku="FDR-S").replace("fader-tee", "other-tee")),
        f"row 2, Variant Price: {PLAIN}",
        "row 3, Variant SKU: FDR-S belongs to another item.",
    )


def test_a_dry_run_tells_what_it_would_do_and_changes_nothing(shop):
    before = everything(shop)
    outcome = take(shop, CONTENT, dry_run=True)
    assert (outcome.created, outcome.counted, outcome.dry_run) == (1, 3, True)
    assert everything(shop) == before
    refused(
        shop,
        CONTENT.replace("34.00", "x", 1),
        f"row 2, Variant Price: {PLAIN}",
        dry_run=True,
    )


def test_combinations_that_the_file_lacks_are_made_without_a_price(shop):
    header = OLD.replace("Option1 Value,", "Option1 Value,Option2 Name,Option2 Value,")
    rows = (("Black", "S"), ("Bone", "M"))
    lines = [tee(f"{color},Cut,{cut}", f"FDR-{color[:2].upper()}") for color, cut in rows]
    outcome = take(shop, sheet(*lines, header=header))
    assert (outcome.created, outcome.filled) == (1, 2)
    assert [(label, sku, amount) for label, sku, amount, *_ in variants(shop)] == [
        ("Black, S", "FDR-BL", 3400),
        ("Black, M", "NMX-FADER-TEE-BLCK-M", None),
        ("Bone, S", "NMX-FADER-TEE-BONE-S", None),
        ("Bone, M", "FDR-BO", 3400),
    ]
    assert export(shop) == export(shop)
    assert take(shop, export(shop)).unchanged == 1


def test_a_sku_nobody_wrote_is_one_nobody_has(shop):
    take(shop, sheet(tee("S", ""), tee("M", "NMX-FADER-TEE-S")))
    assert [sku for _, sku, *_ in variants(shop)] == ["NMX-FADER-TEE-S-2", "NMX-FADER-TEE-S"]


def test_a_download_is_not_counted(shop):
    outcome = take(shop, sheet(f"{tee()},FALSE", header=f"{OLD},Variant Requires Shipping"))
    assert outcome.counted == 0
    assert shop.rows("SELECT kind, stocked FROM product JOIN variant ON product_id = product.id") == [
        ("digital", False)
    ]
    assert rows(export(shop))[0]["Inventory quantity"] == ""


# -- on sale or not ------------------------------------------------------------------------------------------------
def test_what_lacks_a_picture_stays_a_draft_and_is_told(shop):
    outcome = take(shop, CONTENT.replace("draft", "active"))
    assert (outcome.created, outcome.held_back) == (1, 1)
    assert shop.rows("SELECT status, published_at FROM product") == [("draft", None)]
    again = take(shop, CONTENT.replace("draft", "active"))
    assert (again.unchanged, again.held_back) == (1, 1)


def test_with_a_picture_it_goes_on_sale_and_off_again(shop):
    on_sale(shop)
    status, appeared = shop.rows("SELECT status, published_at FROM product")[0]
    assert (status, appeared is not None) == ("active", True)
    take(shop, CONTENT.replace("TRUE,draft", "FALSE,active"))
    assert shop.rows("SELECT status, published_at FROM product") == [("draft", appeared)]
    take(shop, CONTENT.replace("draft", "archived"))
    assert shop.rows("SELECT status, published_at FROM product") == [("archived", appeared)]


def test_what_is_on_sale_must_not_lose_its_last_price(shop):
    on_sale(shop)
    refused(
        shop,
        CONTENT.replace("34.00", "").replace("draft", "active"),
        "row 2: This is on sale, and cannot be without. Give at least one variant a price in USD.",
    )


def test_what_was_on_sale_keeps_its_kind(shop):
    on_sale(shop)
    (kind,) = (name for name in rows(export(shop))[0] if name.startswith("Kind"))
    refused(
        shop,
        edited(shop, **{kind: "digital"}),
        f"row 2, {kind}: It has been on sale as physical, and stays that.",
    )
