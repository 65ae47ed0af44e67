"""Products as CSV, out of one shop and into another."""

import shutil

import pytest

from tests.integration.sheets import another, everything, export, facts, load_demo, rows, take


def test_one_product_goes_out_and_comes_in(shop, databases):
    shop.show_picture(shop.make_item(units=7))
    told = export(shop)
    assert [(row["URL handle"], row["SKU"], row["Price"], row["Inventory quantity"]) for row in rows(told)] == [
        ("item-100", "NMX-100", "34.00", "7")
    ]
    with another(shop, databases) as other:
        outcome = take(other, told)
        assert (outcome.created, outcome.counted, outcome.held_back) == (1, 1, 0)
        assert export(other) == told


def test_the_demo_shop_goes_into_an_empty_shop_and_comes_out_the_same_to_the_byte(shop, databases):
    """The other shop's database is empty; its pictures lie where they lay."""
    load_demo(shop)
    told = export(shop)
    with another(shop, databases, with_pictures=False) as other:
        outcome = take(other, told)
        assert (outcome.held_back, outcome.pictures_missing, outcome.filled) == (0, 0, 0)
        assert export(other) == told
        assert facts(other) == facts(shop)
        kept = (
            "SELECT digest, color, key, bytes, r.height FROM picture p JOIN rendition r ON picture_id = p.id ORDER BY 3"
        )
        assert other.rows(kept) == shop.rows(kept)
        before = everything(other)
        again = take(other, told)
        assert (again.created, again.updated, again.counted) == (0, 0, 0)
        assert everything(other) == before


def test_without_its_pictures_everything_else_comes_in_and_nothing_is_on_sale(shop, databases):
    variant_id = shop.make_item()
    shop.show_picture(variant_id)
    told = export(shop)
    with another(shop, databases, with_pictures=False) as other:
        shutil.rmtree(other.folder / "media")
        outcome = take(other, told)
        assert (outcome.created, outcome.pictures_missing, outcome.held_back) == (1, 1, 1)
        assert other.rows("SELECT status, amount FROM product, variant_price") == [("draft", 3400)]


def test_no_cell_runs_in_a_spreadsheet_and_each_comes_in_as_it_was(shop, databases):
    shop.show_picture(shop.make_item(title="=cmd|' /C calc'!A0"))
    shop.write(
        "UPDATE product SET description = :text, line = :line", text="- one\n- two\n\n\n <b> '=3", line="@SUM(A1)"
    )
    told = export(shop)
    (row,) = rows(told)
    assert (row["Title"], row["Line (product.metafields.nastymixx.line)"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)")
    with another(shop, databases) as other:
        take(other, told)
        assert (facts(other), export(other)) == (facts(shop), told)


@pytest.mark.parametrize(("currency", "written"), [("jpy", "3400"), ("kwd", "3.400")])
def test_prices_are_written_with_the_decimals_of_their_currency(open_shop, databases, currency, written):
    shop = open_shop(store_currency=currency)
    shop.show_picture(shop.make_item())
    told = export(shop)
    assert rows(told)[0]["Price"] == written
    with another(shop, databases, store_currency=currency) as other:
        take(other, told)
        assert (facts(other), export(other)) == (facts(shop), told)
