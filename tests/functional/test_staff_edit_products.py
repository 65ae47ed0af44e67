"""What staff do on the pages of products and collections, from an empty form to the shop's window."""

import re
from datetime import timedelta

import pytest
from markupsafe import escape

from store.actors import Role
from tests.functional.staff_forms import TEE, add, form_of, ids, made, published, send
from tests.integration.drawings import png
from tests.integration.staff import state
from tests.shop import token


def test_a_tee_goes_from_an_empty_form_into_the_shop(shop, kim):
    form = kim.get("/admin/products/new").text
    assert 'value="001"' in form  # the number is proposed
    answer = kim.post("/admin/products", data=TEE | {"form_token": token()})
    tee = made(answer)
    assert "The draft is made." in kim.get(answer.location).text
    assert shop.value("SELECT COUNT(*) FROM variant") == 12

    first = ids(shop)[0]
    assert send(kim, tee, "variants", **{f"price-{first}": "36.50", "price-all": "35"}).status_code == 303
    assert shop.rows("SELECT amount, COUNT(*) FROM variant_price GROUP BY amount ORDER BY amount") == [
        (3500, 11), (3650, 1),
    ]  # fmt: skip

    refused = send(kim, tee, "publishing", action="now")
    assert refused.status_code == 422
    assert "Add a picture." in refused.text
    added = add(kim, tee, png(), png(color=(9, 9, 9)), **{"alt-new": "A tee, flat."})
    assert added.location.endswith(f"/admin/products/{tee}?done=upload#gallery")

    preview = kim.get(f"/admin/products/{tee}/preview")
    assert (preview.status_code, preview.headers["X-Robots-Tag"]) == (200, "noindex")
    assert f'href="/admin/products/{tee}/preview?variant=' in preview.text
    assert preview.headers["Cache-Control"] == "no-store"
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 404

    assert send(kim, tee, "publishing", action="now").status_code == 303
    page = shop.visitor().get("/products/pitch-control-tee")
    assert page.status_code == 200
    assert "100% cotton" in page.text
    (src,) = re.findall(r'<img src="(/media/.+?)"', page.text)[:1]
    assert shop.visitor().get(src).status_code == 200


def test_a_drop_goes_out_at_its_moment_on_the_shops_clock(shop, kim, tee):
    add(kim, tee, png(), **{"alt-new": "A tee."})
    there = (shop.clock() + timedelta(days=3)).astimezone(shop.settings.zone).replace(hour=20, minute=0)
    assert send(kim, tee, "publishing", action="at", at=there.strftime("%Y-%m-%dT%H:%M")).status_code == 303
    listing = kim.get("/admin/products?view=coming").text
    assert f"goes out {there:%A} {there.day} {there:%B}, 8:00 pm ET" in listing
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 404
    shop.clock.advance(days=4)
    assert shop.visitor().get("/products/pitch-control-tee").status_code == 200


def test_what_is_no_moment_is_said_beside_the_field_and_kept(shop, kim, tee):
    add(kim, tee, png(), **{"alt-new": "A tee."})
    before = state(shop)
    answer = send(kim, tee, "publishing", action="at", at="2020-01-01T20:00")
    assert answer.status_code == 422
    assert "That moment has passed. Choose a later one." in answer.text
    assert 'value="2020-01-01T20:00"' in answer.text
    assert send(kim, tee, "publishing", action="at", at="soon").status_code == 422
    assert send(kim, tee, "publishing", action="sell").status_code == 422
    assert state(shop) == before


def test_a_double_click_makes_one_product_and_one_change(shop, kim):
    form = TEE | {"form_token": token()}
    first, second = (made(kim.post("/admin/products", data=form)) for _ in range(2))
    assert first == second
    path = f"/admin/products/{first}"
    fields = form_of(kim, path, f"{path}/words") | {"title": "Another Title"}
    assert [kim.post(f"{path}/words", data=fields).status_code for _ in range(2)] == [303, 303]
    assert shop.rows("SELECT title, version FROM product") == [("Another Title", 2)]


def test_what_a_colleague_changed_meanwhile_is_shown_beside_what_was_typed(shop, kim, tee):
    path = f"/admin/products/{tee}"
    mine = form_of(kim, path, f"{path}/words") | {"title": "My Title"}
    lou = shop.staff(Role.OWNER)
    assert send(lou, tee, "words", title="Lou’s Title").status_code == 303
    before = state(shop)
    answer = kim.post(f"{path}/words", data=mine)
    assert answer.status_code == 409
    assert re.search(r"staff2@example\.com changed this at .+, \d+:\d\d [ap]m ET\.", answer.text)
    assert 'value="My Title"' in answer.text
    assert "There now: Lou’s Title" in answer.text
    assert state(shop) == before

    again = re.search(rf'<form[^>]*action="{path}/words".*?name="version" value="(\d+)"', answer.text, re.S)[1]
    assert kim.post(f"{path}/words", data=mine | {"version": again, "form_token": token()}).status_code == 303
    assert shop.value("SELECT title FROM product") == "My Title"


def test_a_form_that_needs_mending_does_not_catch_up_with_what_it_has_not_seen(shop, kim, tee):
    path = f"/admin/products/{tee}"
    mine = form_of(kim, path, f"{path}/words") | {"title": ""}
    send(shop.staff(Role.OWNER), tee, "words", title="Lou’s Title")
    page = kim.post(f"{path}/words", data=mine).text
    shown = re.search(rf'<form[^>]*action="{path}/words".*?name="version" value="(\d+)"', page, re.S)[1]
    assert kim.post(f"{path}/words", data=mine | {"title": "Mine", "version": shown}).status_code == 409
    assert shop.value("SELECT title FROM product") == "Lou’s Title"


MENDED = {
    "words": {
        "title": ("", "Every item has a name."),
        "number": ("04 1", "Letters and digits, like 041 or LP-7."),
        "slug": ("Pitch Tee", "Small letters, digits and single hyphens, like pitch-control-tee."),
        "text-0": ("", "A detail has a label and a text."),
        "line": ("x" * 201, "At most 200 characters, please."),
        "description": ("a\0b", "Plain text, please."),
        "kind": ("weapon", "Choose one of the kinds."),
    },
    "options": {
        "values-0": ("Black, black", "black is there twice. Each value may stand there once."),
        "name-1": ("Color", "Color is there twice."),
        "values-1": (", ".join(map(str, range(80))), "An option may have 40 values. These are 80."),
    },
    "variants": {
        "price-{}": ("34,00", "Write the price without commas, like 34.00."),
        "was-{}": ("1e3", "Write the price in plain digits, like 34.00."),
        "sku-{}": ("", "Every variant has a sku."),
        "weight-{}": ("-1", "A whole number from 0 to 100000, please."),
        "customs-{}": ("abc", "A code is digits and points, like 6109.10."),
        "price-all": ("34.005", "USD has 2 decimals at most."),
    },
}  # fmt: skip


@pytest.mark.parametrize("section", MENDED)
def test_what_cannot_be_is_said_beside_its_field_what_was_typed_stays_and_nothing_is_saved(shop, kim, tee, section):
    first, before = ids(shop)[0], state(shop)
    for name, (typed, sentence) in MENDED[section].items():
        field = name.format(first)
        answer = send(kim, tee, section, **{field: typed})
        assert answer.status_code == 422, field
        assert f'id="{field}-mistake">{escape(sentence)}</p>' in answer.text, field
        assert state(shop) == before
        if typed and "\0" not in typed and name != "kind":
            assert str(escape(typed)) in answer.text, field


def test_a_size_that_was_sold_stays_and_a_sentence_says_what_to_do(shop, kim, tee):
    published(shop, kim, tee)
    last = ids(shop)[-1]
    shop.write("INSERT INTO stock_level VALUES (:id, 0, 0, 0, 1)", id=last)
    shop.check_out(shop.visitor_with(last))
    before = state(shop)
    answer = send(kim, tee, "options", **{"values-1": "S, M"})
    assert answer.status_code == 409
    assert "Already held, sold or counted: Bone, 3XL." in answer.text
    assert state(shop) == before


def test_pictures_are_ordered_with_buttons_and_what_was_typed_is_kept_by_them(shop, kim, tee):
    add(kim, tee, png(), png(color=(1, 1, 1)), png(color=(2, 2, 2)), **{"alt-new": "A tee."})
    one, two, three = ids(shop, "product_picture")
    black = str(shop.value("SELECT id FROM option_value WHERE label = 'Black'"))
    change = {f"alt-{two}": "The back.", f"color-{two}": black, "up": str(two)}
    assert send(kim, tee, "gallery", **change).status_code == 303
    assert shop.rows("SELECT id, alt, value_id FROM product_picture ORDER BY position") == [
        (two, "The back.", int(black)), (one, "A tee.", None), (three, "A tee.", None),
    ]  # fmt: skip
    send(kim, tee, "gallery", remove=str(one))
    assert ids(shop, "product_picture") == [two, three]


def test_the_list_finds_by_title_number_and_sku_and_counts_its_tabs(shop, kim, tee):
    for number in range(200, 255):
        made(kim.post("/admin/products", data={"title": f"Tape {number}", "line": "A tape.", "number": str(number)}))
    for words, found in (
        ("pitch", 1),
        ("041", 1),
        ("nmx 041", 1),
        ("NMX-041-BONE-3", 1),
        ("tape 25", 5),
        ("%", 0),
        ("_", 0),
    ):
        page = kim.get("/admin/products", query_string={"q": words}).text
        assert len(re.findall(r'<tr>\s*<th scope="row"', page)) == found, words
        assert f'All <span class="count num">{found}</span>' in page
    first = kim.get("/admin/products").text
    assert "Tape 254" in first
    assert "Pitch Control Tee" not in first
    later = re.search(r'rel="next" href="(.+?)"', first)[1].replace("&amp;", "&")
    assert "Pitch Control Tee" in kim.get(later).text
    assert 'rel="next"' not in kim.get(later).text
    assert kim.get("/admin/products?view=nonsense&before=x").status_code == 200


def test_a_collection_is_made_filled_ordered_and_opens_the_front_page(shop, kim, tee):
    published(shop, kim, tee)
    shelf = made(kim.post("/admin/collections", data={"title": "Drop 05", "featured": "yes", "form_token": token()}))
    path = f"/admin/collections/{shelf}"

    def order(**wish):
        return kim.post(f"{path}/order", data=form_of(kim, path, f"{path}/order") | wish)

    assert order(add="041").status_code == 303
    refused = order(add="999")
    assert refused.status_code == 422
    assert "No item has the number or sku 999." in refused.text
    shop.clock.advance(seconds=20)
    assert "Drop 05" in shop.visitor().get("/").text
    assert "Pitch Control Tee" in shop.visitor().get("/collections/drop-05").text
    words = form_of(kim, path, f"{path}/words") | {"title": "Drop 5"}
    kim.post(f"{path}/words", data=words)
    stale = kim.post(f"{path}/words", data=words | {"title": "Drop V", "form_token": token()})
    assert stale.status_code == 409
    assert "There now: Drop 5" in stale.text
    assert order(remove=str(tee)).status_code == 303
    assert shop.value("SELECT COUNT(*) FROM collection_product") == 0


def test_a_products_page_says_in_which_collections_it_stands(shop, kim, tee):
    shelf = made(kim.post("/admin/collections", data={"title": "Tees"}))
    assert send(kim, tee, "collections", **{f"shelf-{shelf}": "yes"}).status_code == 303
    assert re.search(rf'name="shelf-{shelf}"\s+value="yes"\s+checked', kim.get(f"/admin/products/{tee}").text)
    path = f"/admin/products/{tee}"
    fields = form_of(kim, path, f"{path}/collections")
    del fields[f"shelf-{shelf}"]
    kim.post(f"{path}/collections", data=fields)
    assert shop.value("SELECT COUNT(*) FROM collection_product") == 0
