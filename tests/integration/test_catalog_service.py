"""What staff may do with the catalogue, what is refused, and that a refusal changes nothing."""

from datetime import timedelta

import pytest

from store.actors import ANONYMOUS
from store.catalog.editing import Words, create_product, edit_words
from store.catalog.gallery import Arrangement, PictureEdit, arrange_pictures
from store.catalog.grid import Axis
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
from store.catalog.variants import ForAll, VariantEdit, edit_variants
from store.catalog.writing import Changed, Sent
from store.errors import Conflict, Forbidden, Invalid, NotFound
from tests.integration.staff import CATALOG, OTHER, STALL, hang, history, make, new, sent, state, version
from tests.shop import token

WORDS = Words(title="Pitch Control Tee", line="Another line.", number="041")


@pytest.fixture
def catalog(shop):
    return shop.app.extensions["catalog"]


@pytest.fixture
def tee(shop):
    return make(shop)


@pytest.fixture
def hung(shop, tee):
    """A tee that could go on sale."""
    hang(shop, tee)
    return tee


def skus(shop, product_id):
    query = "SELECT sku FROM variant WHERE product_id = :id ORDER BY position"
    return [row[0] for row in shop.rows(query, id=product_id)]


def variants(shop, product_id):
    query = "SELECT id, label FROM variant WHERE product_id = :id ORDER BY position"
    return {label: variant_id for variant_id, label in shop.rows(query, id=product_id)}


def options(shop, product_id):
    query = "SELECT id, name FROM product_option WHERE product_id = :id ORDER BY position"
    return {name: option_id for option_id, name in shop.rows(query, id=product_id)}


def edit(shop, variant_id, **change):
    """The row of the table as it is, but for these."""
    sku, weight, customs, price, was = shop.rows(
        "SELECT sku, weight_grams, customs_code, amount, compare_at FROM variant"
        " LEFT JOIN variant_price ON variant_id = id WHERE id = :id", id=variant_id,
    )[0]  # fmt: skip
    row = {"id": variant_id, "sku": sku, "price": price, "was": was, "weight_grams": weight, "customs_code": customs}
    return VariantEdit(**row | change)


def refused(shop, work, *args, error=Conflict, match=None, **values):
    """`work` refuses, and nothing has changed."""
    before = state(shop)
    with pytest.raises(error, match=match) as refusal:
        work(*args, **values)
    assert state(shop) == before
    return refusal.value


# -- making ------------------------------------------------------------------------------------------------------


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


# -- twice, and at once ------------------------------------------------------------------------------------------


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


# -- words -------------------------------------------------------------------------------------------------------


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


def test_the_address_and_the_kind_are_fixed_once_it_was_on_sale(shop, catalog, hung):
    publish(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    take_back(catalog, CATALOG, hung, sent(shop, hung), shop.clock())
    moved_ = Words("T", "L", slug="elsewhere", number="041")
    refusal = refused(shop, edit_words, catalog, CATALOG, hung, sent(shop, hung), moved_, shop.clock(), error=Invalid)
    assert refusal.fields == {"slug": ["People have this address. It stays as it is."]}
    ticket = Words("T", "L", number="041", kind=Kind.TICKET)
    refusal = refused(shop, edit_words, catalog, CATALOG, hung, sent(shop, hung), ticket, shop.clock(), error=Invalid)
    assert refusal.fields == {"kind": ["It has been on sale as what it is."]}


def test_a_draft_may_become_a_download_which_nobody_counts(shop, catalog, tee):
    download = Words("T", "L", number="041", kind=Kind.DIGITAL)
    edit_words(catalog, CATALOG, tee, sent(shop, tee), download, shop.clock())
    assert shop.value("SELECT COUNT(*) FROM variant WHERE stocked") == 0


# -- options -----------------------------------------------------------------------------------------------------


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


def counted(session, variant_id, now):
    from store.stock import repository as stock

    stock.receive(session, variant_id, 3, reason="test", actor="test", now=now)


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


# -- the table ---------------------------------------------------------------------------------------------------


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

    never = "Nobody was ever asked for {}. Leave this empty."
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


# -- publishing --------------------------------------------------------------------------------------------------


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


# -- pictures ----------------------------------------------------------------------------------------------------


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


# -- collections -------------------------------------------------------------------------------------------------


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
