"""From draft to on sale and back; pictures, and the collections a product stands in."""

from datetime import timedelta

from store.catalog.gallery import Arrangement, PictureEdit, arrange_pictures
from store.catalog.publishing import archive, publish, restore, take_back
from store.catalog.shelves import (
    Order,
    ShelfWords,
    choose_collections,
    create_collection,
    edit_collection,
    order_collection,
)
from store.catalog.variants import ForAll, edit_variants
from store.catalog.writing import Changed, Sent
from store.errors import Invalid, NotFound
from tests.integration.staff import (
    CATALOG,
    edit,
    hang,
    history,
    make,
    refused,
    sent,
    variants,
)


# -- publishing ----------------------------------------------------------------------------------------------------
def test_what_lacks_something_does_not_go_on_sale_and_is_told_all_of_it(shop, catalog):
    bare = make(shop, price=None)
    refusal = refused(shop, publish, catalog, CATALOG, bare, sent(shop, bare), shop.clock(), error=Invalid)
    assert refusal.fields == {"ready": ["Give at least one variant a price in USD.", "Add a picture."]}
    hang(shop, bare, alt="")
    refusal = refused(shop, publish, catalog, CATALOG, bare, sent(shop, bare), shop.clock(), error=Invalid)
    assert refusal.fields["ready"][1:] == ["Say of each picture what it shows."]


def test_published_now_it_is_on_sale_now(shop, catalog, hung):
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 404
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 200


def test_published_for_a_moment_it_appears_then_by_itself(shop, catalog, hung):
    at = shop.clock() + timedelta(hours=2)
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock(), at)
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 404
    shop.clock.advance(hours=2, seconds=1)
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 200


def test_a_moment_that_has_passed_is_refused(shop, catalog, hung):
    past = shop.clock() - timedelta(seconds=1)
    refusal = refused(shop, publish, catalog, CATALOG, hung, sent(shop, hung), shop.clock(), past, error=Invalid)
    assert refusal.fields == {"at": ["That moment has passed. Choose a later one."]}


def test_taken_back_archived_and_restored_it_keeps_the_day_it_first_appeared(shop, catalog, hung):
    first = shop.clock()
    publish(catalog, CATALOG, hung, sent(shop, hung), first)
    told = []
    for work in (take_back, publish, archive, restore, publish):
        shop.clock.advance(hours=1)
        work(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
        told.append(
            (shop.value("SELECT status FROM product"), shop.visitor().get("/products/pitch-control-tee").status_code)
        )
    assert told == [("draft", 404), ("active", 200), ("archived", 410), ("draft", 404), ("active", 200)]
    with shop.db.reader() as reader:
        from store.catalog.models import Product

        assert reader.get(Product, hung).published_at == first


def test_what_was_to_appear_and_did_not_forgets_when(shop, catalog, hung):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock(), shop.clock() + timedelta(days=1))
    take_back(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    assert shop.rows("SELECT status, published_at FROM product") == [("draft", None)]


def test_a_step_that_makes_no_sense_is_refused(shop, catalog, hung):
    for work, sentence in ((take_back, "not on sale"), (restore, "not archived")):
        refused(shop, work, catalog, CATALOG, hung, sent(shop, hung), shop.clock(), match=sentence)
    archive(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    refused(shop, publish, catalog, CATALOG, hung, sent(shop, hung), shop.clock(), match="Restore it first")
    restore(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    later = shop.clock() + timedelta(days=1)
    refused(shop, publish, catalog, CATALOG, hung, sent(shop, hung), shop.clock(), later, match="Take it back")


def test_what_is_on_sale_does_not_lose_what_it_needs_for_that(shop, catalog, hung):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    (picture,) = shop.rows("SELECT id, position FROM product_picture")
    for work, sentence in (
        (lambda: arrange(shop, catalog, hung, remove=picture[0]), "Add a picture."),
        (lambda: arrange(shop, catalog, hung, PictureEdit(picture[0], "")), "Say of each picture what it shows."),
        (lambda: unpriced(shop, catalog, hung), "Give at least one variant a price in USD."),
    ):
        assert refused(shop, work, error=Invalid).fields == {"ready": [sentence]}


def arrange(shop, catalog, product_id, *edits, **button):
    arrange_pictures(catalog, CATALOG, product_id, sent(shop, product_id), Arrangement(edits, **button), shop.clock())


def unpriced(shop, catalog, product_id):
    rows = tuple(edit(shop, one, price=None) for one in variants(shop, product_id).values())
    edit_variants(catalog, CATALOG, product_id, sent(shop, product_id), rows, ForAll(), shop.clock())


# -- pictures ------------------------------------------------------------------------------------------------------
def gallery(shop):
    return [row[0] for row in shop.rows("SELECT alt FROM product_picture ORDER BY position")]


def test_pictures_are_put_in_order_told_of_and_taken_out(shop, catalog, tee):
    for number, alt in enumerate(("One.", "Two.", "Three.")):
        hang(shop, tee, alt, (number, 0, 0))
    ids = [row[0] for row in shop.rows("SELECT id FROM product_picture ORDER BY position")]
    arrange(shop, catalog, tee, up=ids[2])
    assert gallery(shop) == ["One.", "Three.", "Two."]
    arrange(shop, catalog, tee, up=ids[0])
    assert gallery(shop) == ["One.", "Three.", "Two."]
    arrange(shop, catalog, tee, PictureEdit(ids[0], "First."), down=ids[0])
    assert gallery(shop) == ["Three.", "First.", "Two."]
    arrange(shop, catalog, tee, remove=ids[2])
    assert gallery(shop) == ["First.", "Two."]


def test_the_same_picture_hangs_once(shop, tee):
    hang(shop, tee)
    hang(shop, tee, "Again.")
    assert gallery(shop) == ["A tee, flat."]


def test_a_color_of_another_product_is_refused(shop, catalog, hung):
    make(shop, number="042", options=(("Color", ("Red",)),))
    red = shop.value("SELECT id FROM option_value WHERE label = 'Red'")
    (picture,) = shop.rows("SELECT id FROM product_picture")
    refused(shop, arrange, shop, catalog, hung, PictureEdit(picture[0], "A.", value_id=red), error=Invalid)


def test_pictures_of_what_has_not_appeared_are_nobodys_but_staffs(shop, catalog, hung):
    key = shop.value("SELECT key FROM rendition WHERE format = 'jpeg' ORDER BY width LIMIT 1")
    assert shop.visitor().get(f"/media/{key}").status_code == 404
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock(), shop.clock() + timedelta(hours=1))
    assert shop.visitor().get(f"/media/{key}").status_code == 404
    shop.clock.advance(hours=1, seconds=1)
    answer = shop.visitor().get(f"/media/{key}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    archive(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    assert shop.visitor().get(f"/media/{key}").status_code == 200  # old orders show it


# -- collections ---------------------------------------------------------------------------------------------------
def shelf_of(shop, catalog, title, **words):
    return create_collection(catalog, CATALOG, Sent(), ShelfWords(title, **words), shop.clock())


def featured(shop):
    return [row[0] for row in shop.rows("SELECT title FROM collection WHERE featured")]


def members(shop, shelf_id):
    query = "SELECT product_id FROM collection_product WHERE collection_id = :id ORDER BY position"
    return [row[0] for row in shop.rows(query, id=shelf_id)]


def test_one_collection_at_a_time_is_featured(shop, catalog):
    tees, records = shelf_of(shop, catalog, "Tees", featured=True), shelf_of(shop, catalog, "Records")
    assert featured(shop) == ["Tees"]
    edit_collection(catalog, CATALOG, records, Sent(1), ShelfWords("Records", featured=True), shop.clock())
    assert featured(shop) == ["Records"]
    assert history(shop, f"collection:{tees}")[-1] == ("member:1", "collection.edit")
    refused(
        shop, edit_collection, catalog, CATALOG, tees, Sent(1), ShelfWords("T"), shop.clock(), error=Changed
    )  # it was changed, if not by its own form


def test_a_collections_address_is_its_own(shop, catalog):
    shelf_of(shop, catalog, "Tees")
    other = shelf_of(shop, catalog, "Tees")
    assert shop.value("SELECT slug FROM collection WHERE id = :id", id=other) == "tees-2"
    refusal = refused(
        shop, edit_collection, catalog, CATALOG, other, Sent(1), ShelfWords("T", "tees"), shop.clock(), error=Invalid
    )
    assert refusal.fields == {"slug": ["/collections/tees is another collection already. Choose another address."]}


def test_a_collection_keeps_the_order_staff_gave_it(shop, catalog):
    shelf = shelf_of(shop, catalog, "Tees")
    one, two, three = (make(shop, number=number, options=()) for number in ("041", "042", "043"))

    def order(**wish):
        held = Sent(shop.value("SELECT version FROM collection"))
        order_collection(catalog, CATALOG, shelf, held, Order(**wish), shop.clock())
        return members(shop, shelf)

    assert order(add="041") == [one]
    assert order(add="NMX-042") == [one, two]
    assert order(add="043") == [one, two, three]
    assert order(add="041") == [one, two, three]
    assert order(up=three) == [one, three, two]
    assert order(down=one) == [three, one, two]
    assert order(remove=one) == [three, two]
    refusal = refused(shop, order, add="999", error=Invalid)
    assert refusal.fields == {"add": ["No item has the number or sku 999."]}


def test_a_products_own_page_puts_it_in_and_takes_it_out(shop, catalog, tee):
    tees, records = shelf_of(shop, catalog, "Tees"), shelf_of(shop, catalog, "Records")
    choose_collections(catalog, CATALOG, tee, sent(shop, tee), (tees, records), shop.clock())
    assert (members(shop, tees), members(shop, records)) == ([tee], [tee])
    choose_collections(catalog, CATALOG, tee, sent(shop, tee), (records,), shop.clock())
    assert (members(shop, tees), members(shop, records)) == ([], [tee])
    assert shop.rows("SELECT version FROM collection ORDER BY id") == [(3,), (2,)]
    refused(shop, choose_collections, catalog, CATALOG, tee, sent(shop, tee), (99,), shop.clock(), error=NotFound)


def test_a_page_that_has_not_seen_the_collection_change_does_not_undo_it(shop, catalog, tee):
    shelf, seen = shelf_of(shop, catalog, "Tees"), sent(shop, tee)
    order_collection(catalog, CATALOG, shelf, Sent(1), Order(add="041"), shop.clock())
    refused(shop, choose_collections, catalog, CATALOG, tee, seen, (), shop.clock(), error=Changed)
