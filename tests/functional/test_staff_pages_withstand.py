"""What else may be sent to the pages of products: files that are none, text that is code, fields nobody asked for."""

import re

import pytest
from markupsafe import escape

from store.actors import Role
from store.catalog.models import Collection, Option, OptionValue, Product, ProductPicture, Variant, VariantPrice
from tests.functional.staff_forms import TEE, add, form_of, ids, made, send
from tests.integration.drawings import GPS, claimed_png, from_a_phone, png
from tests.integration.staff import state
from tests.shop import token


def test_one_file_that_is_no_picture_keeps_all_of_them_out(shop, kim, tee):
    before = state(shop)
    answer = add(kim, tee, png(), b"<svg onload=alert(1)></svg>", claimed_png(12_000, 12_000))
    assert answer.status_code == 422
    assert "Picture 2 of 3: This file is no JPEG, PNG or WebP picture, or not a whole one." in answer.text
    assert "Picture 3 of 3: This picture is too large: 40 megapixels is the most." in answer.text
    assert add(kim, tee).status_code == 422
    assert state(shop) == before


def test_what_a_phone_knows_of_where_it_was_does_not_leave_the_shop(shop, kim, tee):
    add(kim, tee, from_a_phone(), **{"alt-new": "A tee, worn."})
    send(kim, tee, "publishing", action="now")
    keys = [row[0] for row in shop.rows("SELECT key FROM rendition")]
    for key in keys:
        answer = shop.visitor().get(f"/media/{key}")
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert GPS.encode() not in answer.data
        assert re.fullmatch(r"[0-9a-f]{64}/[0-9]+\.jpeg", key)  # of the name it came with nothing is left


def test_only_the_form_for_pictures_takes_more_than_a_form(shop, kim, tee):
    path = f"/admin/products/{tee}"
    much = {"alt-new": "x" * 300_000}
    assert kim.post(f"{path}/words", data=much).status_code == 413
    assert kim.post("/admin/products", data=much).status_code == 413
    photo = png((1500, 1500)) + b"\0" * 400_000
    assert add(kim, tee, photo).status_code == 303
    assert add(kim, tee, b"\0" * (13 * 1024 * 1024)).status_code == 413


def test_members_and_staff_without_the_permission_change_nothing(shop, tee):
    before = state(shop)
    for client, status in ((shop.member(), 404), (shop.staff(Role.STALL), 403), (shop.visitor(), 303)):
        for section in ("words", "options", "variants", "pictures", "gallery", "collections", "publishing"):
            answer = client.post(f"/admin/products/{tee}/{section}", data={"version": "1", "action": "archive"})
            assert answer.status_code == status, section
        assert client.post("/admin/products", data=TEE).status_code == status
    looker = shop.staff(Role.STALL).get(f"/admin/products/{tee}").text
    assert "Save words" not in looker
    assert "Publish now" not in looker
    assert state(shop) == before


def test_a_picture_of_a_draft_is_seen_by_staff_and_kept_by_nobody(shop, kim, tee):
    add(kim, tee, png())
    key = shop.value("SELECT key FROM rendition LIMIT 1")
    seen = kim.get(f"/media/{key}")
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "private, no-store")
    for nobody in (shop.visitor(), shop.member(), shop.staff(Role.PACKER)):
        assert nobody.get(f"/media/{key}").status_code == 404


PAYLOADS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "' onfocus='alert(1)",
    "</textarea><b>", "javascript:alert(1)", "&lt;b&gt;", "\u202egnp.exe", "${7*7}", "%3Cscript%3E", "<!--", "]]>",
    "\\u003cscript\\u003e",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_typed_is_shown_as_it_was_typed_and_never_run(shop, kim, payload):
    """In every text of a product, its picture and its collection, on the staff's pages and in the shop."""
    plain = payload.replace(",", "")
    form = TEE | {"title": plain, "line": plain, "description": plain, "label-0": plain[:40], "text-0": plain,
                  "slug": "it", "values-0": plain[:40], "name-0": plain[:30], "form_token": token()}  # fmt: skip
    tee = made(kim.post("/admin/products", data=form))
    add(kim, tee, png(), **{"alt-new": plain, "caption-new": plain})
    shelf = made(kim.post("/admin/collections", data={"title": plain, "slug": "sh", "description": plain}))
    kim.post(f"/admin/collections/{shelf}/order", data={"version": "1", "add": "041"})
    assert send(kim, tee, "publishing", action="now").status_code == 303
    escaped = str(escape(plain))
    pages = [
        (kim, "/admin/products"), (kim, f"/admin/products/{tee}"), (kim, f"/admin/products/{tee}/preview"),
        (kim, "/admin/collections"), (kim, f"/admin/collections/{shelf}"),
        (shop.visitor(), "/products/it"), (shop.visitor(), "/collections/sh"),
    ]  # fmt: skip
    for client, path in pages:
        text = client.get(path).text
        assert escaped in text, path
        if escaped != plain:
            assert plain not in text, path
    searched = kim.get("/admin/products", query_string={"q": plain}).text
    assert escaped in searched


ALLOWED = {
    "words": {"title", "line", "number", "description", "slug", "kind", "details", "version", "updated_at"},
    "variants": {"sku", "version", "updated_at"},
    "publishing": set(),
}


@pytest.mark.parametrize("section", ALLOWED)
def test_a_form_changes_what_it_is_for_and_no_other_column(shop, kim, tee, section):
    """Every column of the tables behind it, posted along under its own name, and under that of a row."""
    models = (Product, Option, OptionValue, Variant, VariantPrice, ProductPicture, Collection)
    columns = {column.key for model in models for column in model.__table__.columns}
    first = ids(shop)[0]
    strange = dict.fromkeys(columns, "7") | {f"{name}-{first}": "7" for name in columns - {"sku"}}
    own = form_of(kim, f"/admin/products/{tee}", f"/admin/products/{tee}/{section}")
    strange = {name: text for name, text in strange.items() if name not in own and name not in ALLOWED[section]}
    before = (
        shop.rows("SELECT * FROM product"),
        shop.rows("SELECT * FROM variant"),
        shop.rows("SELECT * FROM variant_price"),
    )
    kim.post(f"/admin/products/{tee}/{section}", data=own | strange | {"action": "none"})
    after = (
        shop.rows("SELECT * FROM product"),
        shop.rows("SELECT * FROM variant"),
        shop.rows("SELECT * FROM variant_price"),
    )
    assert after == before
