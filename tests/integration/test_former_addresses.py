"""A link that was good once leads on, for as long as nothing else is found there."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from store.catalog.editing import Words, edit_words
from store.catalog.models import Product
from store.catalog.publishing import archive, publish, take_back
from store.catalog.shelves import Order, ShelfWords, create_collection, edit_collection, order_collection
from store.catalog.writing import Changed, Sent
from tests.integration.staff import CATALOG, hang, make, sent, state


@pytest.fixture
def catalog(shop):
    return shop.app.extensions["catalog"]


@pytest.fixture
def tee(shop, catalog):
    """On sale at /products/pitch-control-tee."""
    product = make(shop, options=(), price=3400)
    hang(shop, product)
    publish(catalog, CATALOG, product, sent(shop, product), shop.clock())
    return product


def move(shop, catalog, product, slug, title="T", number="041"):
    words = Words(title, "L", slug=slug, number=number)
    edit_words(catalog, CATALOG, product, sent(shop, product), words, shop.clock())


def shelf_version(shop, shelf):
    return Sent(shop.value("SELECT version FROM collection WHERE id = :id", id=shelf))


def ask(shop, path):
    answer = shop.visitor().get(path)
    return answer.status_code, answer.headers.get("Location")


def former(shop):
    return sorted(shop.rows("SELECT kind, slug, owner_id FROM former_address"))


def test_a_product_that_has_moved_is_one_step_away_however_often_it_moved(shop, catalog, tee):
    move(shop, catalog, tee, "second")
    move(shop, catalog, tee, "third")
    for path, place in (
        ("/products/pitch-control-tee", "/products/third"), ("/products/second", "/products/third"),
        ("/products/second?variant=7", "/products/third?variant=7"),
        ("/products/second?variant=x&next=//evil.example", "/products/third"),
    ):  # fmt: skip
        answer = shop.visitor().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, place), path
        assert (answer.headers["Cache-Control"], answer.data) == ("no-store", b"")
    assert ask(shop, "/products/third") == (200, None)


def test_a_product_that_comes_back_to_an_address_is_found_there_itself(shop, catalog, tee):
    move(shop, catalog, tee, "second")
    move(shop, catalog, tee, "pitch-control-tee")
    assert ask(shop, "/products/pitch-control-tee") == (200, None)
    assert ask(shop, "/products/second") == (301, "/products/pitch-control-tee")
    assert former(shop) == [("product", "second", tee)]


def test_an_address_that_another_product_takes_leads_nowhere_else(shop, catalog, tee):
    move(shop, catalog, tee, "second")
    other = make(shop, title="Pitch control tee", number="042", slug="pitch-control-tee")
    assert ask(shop, "/products/pitch-control-tee") == (404, None)  # a draft is there
    assert former(shop) == []
    move(shop, catalog, other, "elsewhere", number="042")
    assert ask(shop, "/products/pitch-control-tee") == (404, None)  # and nobody ever saw it there
    third = make(shop, title="T", number="043")
    move(shop, catalog, tee, "third")
    move(shop, catalog, third, "second", number="043")
    assert former(shop) == []


def test_what_is_proposed_for_a_new_product_takes_no_former_address_away(shop, catalog, tee):
    move(shop, catalog, tee, "second")
    make(shop, title="Pitch Control Tee", number="042")
    assert ask(shop, "/products/pitch-control-tee") == (301, "/products/second")
    assert shop.value("SELECT slug FROM product WHERE number = '042'") == "pitch-control-tee-2"


def test_of_a_product_that_is_not_on_sale_no_former_address_tells(shop, catalog, tee):
    move(shop, catalog, tee, "second")
    take_back(catalog, CATALOG, tee, sent(shop, tee), shop.clock())
    assert ask(shop, "/products/pitch-control-tee") == (404, None)
    archive(catalog, CATALOG, tee, sent(shop, tee), shop.clock())
    assert ask(shop, "/products/pitch-control-tee") == (410, None)
    assert "has left the catalog" in shop.visitor().get("/products/pitch-control-tee").text


def test_where_a_draft_was_before_nobody_learns(shop, catalog):
    draft = make(shop)
    move(shop, catalog, draft, "second")
    assert former(shop) == []
    coming = update(Product).values(status="active", published_at=shop.clock() + timedelta(days=1))
    shop.db.run(lambda session: session.execute(coming))
    move(shop, catalog, draft, "third")
    assert former(shop) == []


def test_an_address_is_kept_with_the_edit_or_not_at_all(shop, catalog, tee):
    before = state(shop)
    with pytest.raises(Changed):
        edit_words(catalog, CATALOG, tee, Sent(99), Words("T", "L", slug="second", number="041"), shop.clock())
    assert state(shop) == before


def test_a_collection_that_has_moved_is_found_as_well(shop, catalog, tee):
    shelf = create_collection(catalog, CATALOG, Sent(), ShelfWords("Tees"), shop.clock())
    wish = Order(add="041")
    order_collection(catalog, CATALOG, shelf, shelf_version(shop, shelf), wish, shop.clock())
    for slug in ("shirts", "tops"):
        edit_collection(catalog, CATALOG, shelf, shelf_version(shop, shelf), ShelfWords("T", slug), shop.clock())
    assert ask(shop, "/collections/tees") == ask(shop, "/collections/shirts") == (301, "/collections/tops")
    assert ask(shop, "/collections/tops") == (200, None)
    assert ask(shop, "/products/tees") == (404, None)  # a product's addresses are others
    again = create_collection(catalog, CATALOG, Sent(), ShelfWords("Tees"), shop.clock())
    assert shop.value("SELECT slug FROM collection WHERE id = :id", id=again) == "tees-2"
    create_collection(catalog, CATALOG, Sent(), ShelfWords("Tees", "tees"), shop.clock())
    assert ask(shop, "/collections/tees") == (200, None)
    assert former(shop) == [("collection", "shirts", shelf)]


def test_a_page_that_was_kept_gives_way_to_where_it_went(shop, catalog, tee):
    assert ask(shop, "/products/pitch-control-tee") == (200, None)
    move(shop, catalog, tee, "second")
    assert ask(shop, "/products/pitch-control-tee") == (301, "/products/second")
