"""Making products and changing their words; who may, what a form sent twice does, and who is told of whom."""

from store.actors import ANONYMOUS
from store.catalog.editing import Words, create_product, edit_words
from store.catalog.gallery import Arrangement, arrange_pictures
from store.catalog.models import Kind
from store.catalog.options import set_options
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
from store.errors import Forbidden, Invalid, NotFound
from tests.integration.staff import (
    CATALOG,
    OTHER,
    STALL,
    history,
    make,
    new,
    refused,
    sent,
    skus,
    state,
    version,
)
from tests.shop import token

WORDS = Words(title="Pitch Control Tee", line="Another line.", number="041")


# -- making --------------------------------------------------------------------------------------------------------
def test_a_tee_in_two_colors_and_six_sizes_is_one_form(shop, tee):
    assert len(skus(shop, tee)) == 12
    assert skus(shop, tee)[:2] + skus(shop, tee)[-1:] == ["NMX-041-BLCK-S", "NMX-041-BLCK-M", "NMX-041-BONE-3XL"]
    assert shop.rows("SELECT slug, number, kind, status, published_at, version FROM product") == [
        ("pitch-control-tee", "041", "physical", "draft", None, 1)
    ]
    assert shop.rows("SELECT DISTINCT currency, amount, compare_at FROM variant_price") == [("usd", 3400, None)]
    assert shop.rows("SELECT DISTINCT amount, actor, COUNT(*) FROM price_change GROUP BY 1, 2") == [
        (3400, "member:1", 12)
    ]
    assert shop.rows("SELECT DISTINCT weight_grams, customs_code FROM variant") == [(210, "6109.10")]
    assert history(shop, f"product:{tee}") == [("member:1", "product.create")]


def test_an_address_nobody_typed_is_one_nobody_has(shop, tee):
    other = make(shop, number="042")
    assert shop.value("SELECT slug FROM product WHERE id = :id", id=other) == "pitch-control-tee-2"


def test_a_product_without_a_number_has_its_address_in_its_skus(shop):
    tee = make(shop, number=None, options=())
    assert skus(shop, tee) == ["NMX-PITCH-CONTROL-TEE"]


def test_a_number_or_an_address_that_is_taken_is_said_beside_its_field(shop, tee):
    refusal = refused(shop, make, shop, slug="pitch-control-tee", error=Invalid)
    assert refusal.fields == {
        "number": ["NMX 041 is another item already. Numbers are never used twice."],
        "slug": ["/products/pitch-control-tee is another item already. Choose another address."],
    }


def test_a_grid_that_is_too_large_is_refused(shop):
    many = tuple((name, tuple(map(str, range(11)))) for name in ("Color", "Size"))
    refusal = refused(shop, make, shop, options=many, error=Invalid)
    assert refusal.fields == {"options": ["A product may have 120 variants."]}


def test_who_may_not_is_refused_whatever_it_is(shop, catalog, hung):
    now, old = shop.clock(), Sent(2)
    shelf = create_collection(catalog, CATALOG, Sent(), ShelfWords("Tees"), now)
    for actor in (STALL, ANONYMOUS):
        for work in (
            lambda actor: create_product(catalog, actor, Sent(), new("050"), now),
            lambda actor: edit_words(catalog, actor, hung, old, WORDS, now),
            lambda actor: set_options(catalog, actor, hung, old, (), now),
            lambda actor: edit_variants(catalog, actor, hung, old, (), ForAll(price=1), now),
            lambda actor: arrange_pictures(catalog, actor, hung, old, Arrangement(()), now),
            lambda actor: publish(catalog, actor, hung, old, now),
            lambda actor: take_back(catalog, actor, hung, old, now),
            lambda actor: archive(catalog, actor, hung, old, now),
            lambda actor: restore(catalog, actor, hung, old, now),
            lambda actor: choose_collections(catalog, actor, hung, old, (shelf,), now),
            lambda actor: create_collection(catalog, actor, Sent(), ShelfWords("Records"), now),
            lambda actor: edit_collection(catalog, actor, shelf, Sent(1), ShelfWords("Records"), now),
            lambda actor: order_collection(catalog, actor, shelf, Sent(1), Order(add="041"), now),
        ):
            refused(shop, work, actor, error=Forbidden)


# -- twice, and at once --------------------------------------------------------------------------------------------
def test_a_form_sent_twice_is_one_product_and_the_same_answer(shop, catalog):
    form = Sent(token=token())
    first = create_product(catalog, CATALOG, form, new(), shop.clock())
    before = state(shop)
    assert create_product(catalog, CATALOG, form, new(), shop.clock()) == first
    assert state(shop) == before


def test_a_change_sent_twice_is_one_change_and_no_conflict(shop, catalog, tee):
    form = sent(shop, tee, token())
    edit_words(catalog, CATALOG, tee, form, WORDS, shop.clock())
    before = state(shop)
    edit_words(catalog, CATALOG, tee, form, WORDS, shop.clock())
    assert state(shop) == before
    assert version(shop, tee) == 2


def test_another_text_under_the_same_token_is_no_repetition(shop, catalog, tee):
    """The form was reached again with the browser's back button."""
    form = sent(shop, tee, token())
    edit_words(catalog, CATALOG, tee, form, WORDS, shop.clock())
    refused(shop, edit_words, catalog, CATALOG, tee, form, Words("T", "Third line."), shop.clock(), error=Changed)


def test_what_somebody_else_changed_is_not_overwritten(shop, catalog, tee):
    mine, now = sent(shop, tee), shop.clock()
    edit_words(catalog, OTHER, tee, mine, WORDS, now)
    refusal = refused(shop, edit_words, catalog, CATALOG, tee, mine, Words("T", "L"), shop.clock(), error=Changed)
    assert (refusal.who, refusal.at) == ("member:2", now)
    assert str(refusal).startswith("member:2 changed this at ")


def test_saving_without_a_change_is_no_new_version_and_no_entry(shop, catalog, tee):
    same = Words(title="Pitch Control Tee", line="A thing.", number="041")
    edit_words(catalog, CATALOG, tee, sent(shop, tee), same, shop.clock())
    assert version(shop, tee) == 1
    assert history(shop, f"product:{tee}") == [("member:1", "product.create")]


def test_what_is_not_there_is_not_found(shop, catalog, tee):
    refused(shop, edit_words, catalog, CATALOG, tee + 1, Sent(1), WORDS, shop.clock(), error=NotFound)
    refused(shop, order_collection, catalog, CATALOG, 9, Sent(1), Order(), shop.clock(), error=NotFound)


# -- words ---------------------------------------------------------------------------------------------------------
def test_words_are_changed_and_the_history_says_from_what_to_what(shop, catalog, tee):
    words = Words("Pitch Tee", "Short.", "pitch", "042", "All of it.", Kind.PHYSICAL, (("Fiber", "Cotton"),))
    edit_words(catalog, CATALOG, tee, sent(shop, tee), words, shop.clock())
    assert shop.rows("SELECT title, line, slug, number, description, version FROM product") == [
        ("Pitch Tee", "Short.", "pitch", "042", "All of it.", 2)
    ]
    before, after = shop.rows("SELECT before, after FROM audit_entry ORDER BY seq DESC LIMIT 1")[0]
    assert "Cotton" in str(after)
    assert "Pitch Control Tee" in str(before)
    assert "Fiber" not in str(before)


def test_the_kind_is_fixed_once_it_was_on_sale(shop, catalog, hung):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    take_back(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    ticket = Words("T", "L", number="041", kind=Kind.TICKET)
    refusal = refused(shop, edit_words, catalog, CATALOG, hung, sent(shop, hung), ticket, shop.clock(), error=Invalid)
    assert refusal.fields == {"kind": ["It has been on sale as what it is."]}


def test_a_draft_may_become_a_download_which_nobody_counts(shop, catalog, tee):
    download = Words("T", "L", number="041", kind=Kind.DIGITAL)
    edit_words(catalog, CATALOG, tee, sent(shop, tee), download, shop.clock())
    assert shop.value("SELECT COUNT(*) FROM variant WHERE stocked") == 0
