"""Products as CSV, out of one shop and into another."""

from store.app import create_app  # noqa: F401
from tests.integration.sheets import another, everything, export, facts, load_demo, rows, take


def test_one_product_goes_out_and_comes_in(shop, databases):
    shop.show_picture(shop.make_item(units=7))
    content = export(shop)
    assert [(row["URL handle"], row["SKU"], row["Price"], row["Inventory quantity"]) for row in rows(content)] == [
        ("item-100", "NMX-100", "34.00", "7")
    ]
    with another(shop, databases) as other:
        outcome = take(other, content)
        assert (outcome.created, outcome.counted, outcome.held_back) == (1, 1, 0)
        assert export(other) == content


def test_the_demo_shop_goes_into_an_empty_shop_and_comes_out_the_same_to_the_byte(shop, databases):
    load_demo(shop)
    content = export(shop)
    with another(shop, databases) as other:
        outcome = take(other, content)
        assert (outcome.held_back, outcome.pictures_missing, outcome.filled) == (0, 0, 0)
        assert export(other) == content
        assert facts(other) == facts(shop)
        before = everything(other)
        again = take(other, content)
        assert (again.created, again.updated, again.counted) == (0, 0, 0)
        assert everything(other) == before
