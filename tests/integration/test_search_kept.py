"""Whatever staff change of a product is found from that moment on, and what they took away no longer."""

import pytest

from store.catalog.editing import Words, edit_words
from store.catalog.grid import Axis
from store.catalog.models import Kind
from store.catalog.options import set_options
from store.catalog.publishing import archive, publish, restore, take_back
from store.catalog.search import asking
from store.catalog.search.service import catch_up, reindex
from store.catalog.shelves import (
    Order,
    ShelfWords,
    choose_collections,
    create_collection,
    edit_collection,
    order_collection,
)
from store.catalog.variants import ForAll, edit_variants
from store.catalog.writing import Sent
from store.errors import Invalid
from store.storefront.cards import Terms
from store.storefront.filters import Filters
from store.storefront.listing import Wish, browse
from tests.integration.staff import CATALOG, edit, hang, make, options, sent, variants
from tests.things import THINGS, stock_up


@pytest.fixture
def tee(shop, catalog):
    product_id = make(shop, number="041", title="Pitch Control Tee", description="Cotton.")
    hang(shop, product_id)
    publish(catalog, CATALOG, product_id, sent(shop, product_id), shop.clock())
    return product_id


def found(shop, text, **on):
    with shop.db.reader() as reader:
        page = browse(reader, Terms("usd", shop.clock(), 5), Wish(asking.read(text), Filters(**on), "match"))
    return [card.number for card in page.products] if page.shown.plain == asking.read(text).plain else []


def kept(shop):
    """All of the index."""
    return {
        table: sorted(map(str, shop.rows(f"SELECT * FROM {table}")))
        for table in ("search_entry", "search_price", "search_word", "search_text")
    }


def test_new_words_are_found_and_old_ones_no_longer(shop, catalog, tee):
    make(shop, number="052", title="Another")
    words = Words(title="Fader Shirt", line="Linen.", number="052", description="Zebrawood.", kind=Kind.PHYSICAL)
    with pytest.raises(Invalid):
        edit_words(catalog, CATALOG, tee, sent(shop, tee), words, shop.clock())
    assert (found(shop, "pitch"), found(shop, "zebrawood")) == (["041"], [])
    words = Words(title="Fader Shirt", line="Linen.", number="051", description="Zebrawood.", kind=Kind.PHYSICAL)
    edit_words(catalog, CATALOG, tee, sent(shop, tee), words, shop.clock())
    for text in ("fader", "linen", "zebrawood", "051", "NMX 51"):
        assert found(shop, text) == ["051"], text
    for text in ("pitch", "cotton", "thing"):
        assert found(shop, text) == [], text
    assert shop.rows("SELECT word FROM search_word WHERE word IN ('pitch', 'cotton', 'fader') ORDER BY 1") == [
        ("fader",)
    ]


def test_what_leaves_the_shop_leaves_the_index_with_its_words(shop, catalog, tee):
    before = kept(shop)
    steps = ((take_back, []), (publish, ["041"]), (archive, []), (restore, []), (publish, ["041"]))
    for step, numbers in steps:
        step(catalog, CATALOG, tee, sent(shop, tee), shop.clock())
        assert found(shop, "pitch") == numbers, step
        if not numbers:
            assert all(not rows for rows in kept(shop).values()), step
    assert kept(shop) == before


def test_options_skus_and_prices_are_followed(shop, catalog, tee):
    (color,) = [one for name, one in options(shop, tee).items() if name == "Color"]
    axes = (Axis(color, "Color", ("Black", "Turquoise")), Axis(None, "Size", ("S", "M", "L", "XL", "2XL", "3XL")))
    set_options(catalog, CATALOG, tee, sent(shop, tee), axes, shop.clock())
    assert (found(shop, "turquoise"), found(shop, "bone")) == (["041"], [])
    assert (found(shop, "", color="turquoise"), found(shop, "", color="bone")) == (["041"], [])
    row = edit(shop, variants(shop, tee)["Black, S"], sku="WEIRD-77", price=900)
    edit_variants(catalog, CATALOG, tee, sent(shop, tee), (row,), ForAll(), shop.clock())
    assert found(shop, "weird-77") == ["041"]
    assert shop.value("SELECT lowest FROM search_price") == 900


def test_collections_are_words_of_what_stands_in_them(shop, catalog, tee):
    def version(shelf):
        return Sent(shop.value("SELECT version FROM collection WHERE id = :id", id=shelf))

    shelf = create_collection(catalog, CATALOG, Sent(), ShelfWords("Summer"), shop.clock())
    assert found(shop, "summer") == []
    order_collection(catalog, CATALOG, shelf, version(shelf), Order(add="041"), shop.clock())
    assert found(shop, "summer") == ["041"]
    edit_collection(catalog, CATALOG, shelf, version(shelf), ShelfWords("Winter"), shop.clock())
    assert (found(shop, "summer"), found(shop, "winter")) == ([], ["041"])
    order_collection(catalog, CATALOG, shelf, version(shelf), Order(remove=tee), shop.clock())
    assert found(shop, "winter") == []
    choose_collections(catalog, CATALOG, tee, sent(shop, tee), (shelf,), shop.clock())
    assert found(shop, "winter") == ["041"]


def test_the_index_made_anew_is_what_it_was(shop):
    stock_up(shop)
    before = kept(shop)
    for table in ("search_entry", "search_price", "search_word", "search_text"):
        shop.write(f"DELETE FROM {table}")
    assert found(shop, "tee") == []
    assert catch_up(shop.db) == len(THINGS)
    assert kept(shop) == before
    assert (catch_up(shop.db), reindex(shop.db)) == (0, len(THINGS))
    assert kept(shop) == before
    shop.write("UPDATE product SET status = 'archived' WHERE number = '041'")
    assert reindex(shop.db) == len(THINGS) - 1
    assert shop.value("SELECT COUNT(*) FROM search_entry") == len(THINGS) - 1
