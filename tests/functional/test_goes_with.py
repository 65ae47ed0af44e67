"""What goes with a product is chosen by staff, by number; where nothing is, its collections speak for it."""

import re

from tests.functional.staff_forms import send
from tests.functional.test_pages import make_collection, slug_of
from tests.integration.staff import history, state
from tests.shop import token


def goes_with(shop, variant):
    page = shop.visitor().get(f"/products/{slug_of(shop, variant)}").text
    beside = page.partition('id="related"')[2]
    return re.findall(r'<a href="/products/[^"]+">([^<]+)</a>', beside)


def product_of(shop, variant):
    return shop.value("SELECT product_id FROM variant WHERE id = :id", id=variant)


def shelf(shop):
    made = [shop.make_item(title) for title in ("Tee", "Cap", "Tote")]
    make_collection(shop)
    return made


def test_staff_choose_what_goes_with_it_and_in_which_order(shop, kim):
    tee, _, _ = shelf(shop)
    tape = shop.make_item("Tape")  # number 103, in no collection
    assert goes_with(shop, tee) == ["Tote", "Cap"]
    product = product_of(shop, tee)
    assert send(kim, product, "goes-with", **{"goes-with": "nmx 103, 101"}).status_code == 303
    assert goes_with(shop, tee) == ["Tape", "Cap"]
    assert goes_with(shop, tape) == []
    assert history(shop, f"product:{product}")[-1][1] == "product.goes_with"
    assert 'value="103, 101"' in kim.get(f"/admin/products/{product}").text


def test_what_is_not_on_sale_is_shown_beside_nothing(shop, kim):
    tee, cap, _ = shelf(shop)
    send(kim, product_of(shop, tee), "goes-with", **{"goes-with": "101, 102"})
    shop.write("UPDATE product SET status = 'archived' WHERE id = :id", id=product_of(shop, cap))
    assert goes_with(shop, tee) == ["Tote"]


def test_emptied_it_is_the_collections_that_speak_again(shop, kim):
    tee, _, _ = shelf(shop)
    product = product_of(shop, tee)
    send(kim, product, "goes-with", **{"goes-with": "101"})
    assert goes_with(shop, tee) == ["Cap"]
    assert send(kim, product, "goes-with", **{"goes-with": ""}).status_code == 303
    assert goes_with(shop, tee) == ["Tote", "Cap"]
    assert shop.value("SELECT COUNT(*) FROM product_pairing") == 0


def test_what_cannot_stand_beside_it_is_said_and_nothing_changes(shop, kim):
    tee, *_ = shelf(shop)
    for _ in range(3):
        shop.make_item()
    product = product_of(shop, tee)
    before = state(shop) | {"pairings": shop.rows("SELECT * FROM product_pairing")}
    for typed, sentence in (
        ("999", "No item has the number or sku 999."),
        ("100", "100 is this very item."),
        ("101, 101", "One of these is there twice."),
        ("101, 102, 103, 104, 105", "At most 4: they stand in one row."),
    ):
        answer = send(kim, product, "goes-with", **{"goes-with": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
    assert state(shop) | {"pairings": shop.rows("SELECT * FROM product_pairing")} == before


def test_the_same_form_twice_is_one_effect_and_an_older_one_is_refused(shop, kim):
    tee, *_ = shelf(shop)
    product, same = product_of(shop, tee), token()
    form = {"goes-with": "101", "version": "1", "form_token": same}
    path = f"/admin/products/{product}/goes-with"
    assert [kim.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert len([one for one in history(shop, f"product:{product}") if one[1] == "product.goes_with"]) == 1
    late = kim.post(path, data=form | {"goes-with": "102", "form_token": token()})
    assert late.status_code == 409
    assert goes_with(shop, tee) == ["Cap"]
