"""Two of staff at the same instant: one of them is told, and nothing is lost or there twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.catalog.editing import Words, create_product, edit_words
from store.catalog.grid import Axis
from store.catalog.options import set_options
from store.catalog.publishing import publish
from store.catalog.shelves import ShelfWords, create_collection, edit_collection
from store.catalog.variants import ForAll, VariantEdit, edit_variants
from store.catalog.writing import Changed, Sent
from store.errors import Conflict, Invalid
from tests.integration.staff import CATALOG, OTHER, hang, history, make, new, sent
from tests.shop import US, token

ROUNDS = 12


@pytest.fixture
def catalog(shop):
    return shop.app.extensions["catalog"]


def together(*works):
    """All at once; what each returned or raised."""
    start = threading.Barrier(len(works))

    def run(work):
        start.wait()
        try:
            return work()
        except (Conflict, Invalid) as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def the_refusal(outcomes, kind):
    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert type(refusal) is kind
    return refusal


def test_of_two_who_save_one_product_one_saves_and_the_other_is_told_by_whom(shop, catalog):
    tee = make(shop)
    for round_ in range(1, ROUNDS + 1):
        held = sent(shop, tee)
        works = [
            lambda actor=actor, round_=round_, held=held: edit_words(
                catalog, actor, tee, held, Words(f"Tee {round_} of {actor.name}", "L", number="041"), shop.clock()
            )
            for actor in (CATALOG, OTHER)
        ]
        refusal = the_refusal(together(*works), Changed)
        assert shop.value("SELECT title FROM product") == f"Tee {round_} of {refusal.who}"
        assert shop.value("SELECT version FROM product") == round_ + 1
        assert len(history(shop, f"product:{tee}")) == round_ + 1


def test_of_two_who_claim_one_number_and_address_one_gets_them(shop, catalog):
    for round_ in range(ROUNDS):
        number = f"1{round_:02}"
        works = [
            lambda actor=actor, number=number: create_product(
                catalog, actor, Sent(), new(number, slug=f"tee-{number}"), shop.clock()
            )
            for actor in (CATALOG, OTHER)
        ]
        assert set(the_refusal(together(*works), Invalid).fields) == {"number", "slug"}
        assert shop.value("SELECT COUNT(*) FROM product") == round_ + 1
        assert shop.value("SELECT COUNT(*) FROM variant") == 12 * (round_ + 1)


def test_of_two_who_claim_one_sku_one_gets_it(shop, catalog):
    one, two = (make(shop, number=number, options=()) for number in ("041", "042"))
    own = dict(shop.rows("SELECT product_id, id FROM variant"))
    for round_ in range(ROUNDS):
        works = [
            lambda actor=actor, product=product, wish=f"S-{round_}": edit_variants(
                catalog, actor, product, sent(shop, product),
                (VariantEdit(own[product], wish, 3400, None, 210, None),), ForAll(), shop.clock(),
            )
            for actor, product in ((CATALOG, one), (OTHER, two))
        ]  # fmt: skip
        refusal = the_refusal(together(*works), Invalid)
        assert list(refusal.fields.values()) == [[f"S-{round_} belongs to another item."]]
        assert shop.value("SELECT COUNT(*) FROM variant WHERE sku = :sku", sku=f"S-{round_}") == 1


def test_one_form_sent_five_times_at_once_is_one_product_and_one_answer(shop, catalog):
    form = Sent(token=token())
    answers = together(*[lambda: create_product(catalog, CATALOG, form, new(), shop.clock())] * 5)
    assert len(set(answers)) == 1
    assert shop.value("SELECT COUNT(*) FROM product") == shop.value("SELECT COUNT(*) FROM audit_entry") == 1


def test_one_change_sent_five_times_at_once_is_one_change_and_nobody_is_refused(shop, catalog):
    tee = make(shop)
    form = sent(shop, tee, token())
    words = Words("Tee", "Other.", number="041")
    answers = together(*[lambda: edit_words(catalog, CATALOG, tee, form, words, shop.clock())] * 5)
    assert answers == [None] * 5
    assert shop.value("SELECT version FROM product") == 2


def test_a_size_that_goes_while_somebody_buys_it_stays_or_was_never_held(shop, catalog):
    tee = make(shop, options=(("Size", ("S", "M", "L")),))
    hang(shop, tee)
    publish(catalog, CATALOG, tee, sent(shop, tee), shop.clock())
    size = shop.value("SELECT id FROM product_option")
    ends = set()
    for _ in range(ROUNDS):
        large = shop.value("SELECT id FROM variant WHERE label = 'L'")
        shop.write("DELETE FROM stock_level WHERE variant_id = :id", id=large)
        shop.write("INSERT INTO stock_level VALUES (:id, 0, 0, 0, 9)", id=large)
        buyer, held = shop.visitor_with(large), sent(shop, tee)

        def buy(buyer=buyer):
            return buyer.post("/checkout", data=US).status_code

        def drop(held=held):
            set_options(catalog, CATALOG, tee, held, (Axis(size, "Size", ("S", "M")),), shop.clock())

        bought, dropped = together(buy, drop)
        is_there = shop.value("SELECT COUNT(*) FROM variant WHERE id = :id", id=large)
        holds = shop.value("SELECT COUNT(*) FROM hold WHERE variant_id = :id", id=large)
        assert (is_there, holds) == ((1, 1) if isinstance(dropped, Conflict) else (0, 0))
        ends.add((bought, is_there))
        if is_there:
            break
        set_options(catalog, CATALOG, tee, sent(shop, tee), (Axis(size, "Size", ("S", "M", "L")),), shop.clock())
    assert ends <= {(303, 1), (303, 0), (409, 0)}


def test_of_two_who_feature_a_collection_exactly_one_is_featured(shop, catalog):
    shelves = [create_collection(catalog, CATALOG, Sent(), ShelfWords(title), shop.clock()) for title in ("A", "B")]
    for _ in range(ROUNDS):
        versions = dict(shop.rows("SELECT id, version FROM collection"))
        together(*[
            lambda shelf=shelf, versions=versions: edit_collection(
                catalog, CATALOG, shelf, Sent(versions[shelf]), ShelfWords(f"{shelf}", featured=True), shop.clock()
            )
            for shelf in shelves
        ])  # fmt: skip
        assert shop.value("SELECT COUNT(*) FROM collection WHERE featured") == 1
        shop.write("UPDATE collection SET featured = false, title = title || '.'")
