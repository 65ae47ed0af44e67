"""Staff's programs and the catalogue: another shop's products move in, prices follow, nobody overwrites another."""

import io

import pytest
from PIL import Image

from store.actors import Role
from tests.functional.programs import Program, assert_problem, make_token

CAP = {
    "title": "Booth Cap",
    "line": "Short brim.",
    "number": "777",
    "options": [{"name": "Color", "values": ["Black"]}],
    "price": 2500,
}


@pytest.fixture
def editor(shop):
    shop.make_member("cat@example.com", Role.CATALOG)
    return Program(shop, make_token(shop, "cat@example.com", "catalog:write"))


@pytest.fixture
def cap(editor):
    """A draft as it was made, with its ETag."""
    made = editor.post("/admin/products", CAP)
    assert made.status_code == 201, made.text
    return made.json | {"etag": made.headers["ETag"]}


def picture(color):
    file = io.BytesIO()
    Image.new("RGB", (600, 600), color).save(file, "PNG")
    return file.getvalue()


def send_picture(editor, color):
    answer = editor.post("/admin/pictures", picture(color), content_type="image/png")
    assert answer.status_code == 201, answer.text
    return answer.json["digest"]


def test_a_product_moves_in_hangs_its_pictures_and_goes_on_sale(shop, editor, cap):
    assert (cap["status"], cap["missing"], cap["etag"]) == ("draft", ["Add a picture."], '"v1"')
    assert [(one["sku"], one["price"]) for one in cap["variants"]] == [
        ("NMX-777-BLCK", {"amount": 2500, "currency": "usd"})
    ]
    path = f"/admin/products/{cap['id']}"
    red = editor.post(
        f"{path}/variants", {"options": [{"name": "Color", "value": "Red"}], "sku": "cap-red", "price": 2600}
    )
    assert [(one["sku"], one["title"], one["price"]["amount"]) for one in red.json["variants"]] == [
        ("NMX-777-BLCK", "Black", 2500),
        ("CAP-RED", "Red", 2600),
    ]
    digest = send_picture(editor, "red")
    hung = editor.put(f"{path}/images", {"images": [{"digest": digest, "alt": "A red cap.", "color": "red"}]})
    assert hung.json["images"] == [{"digest": digest, "alt": "A red cap.", "caption": "", "color": "Red"}]
    shown = editor.patch(path, {"status": "active"}, headers={"If-Match": hung.headers["ETag"]})
    assert (shown.status_code, shown.json["status"], shown.json["missing"]) == (200, "active", [])
    sold = Program(shop).get("/products/booth-cap").json
    assert (sold["title"], sold["price"]["amount"], len(sold["images"])) == ("Booth Cap", 2500, 1)
    archived = editor.patch(path, {"status": "archived"}, headers={"If-Match": shown.headers["ETag"]})
    assert archived.json["status"] == "archived"
    assert_problem(Program(shop).get("/products/booth-cap"), 410, "gone")


def test_only_who_has_read_the_newest_version_changes_a_product(shop, editor, cap):
    path = f"/admin/products/{cap['id']}"
    assert_problem(editor.patch(path, {"line": "Longer brim."}), 428, "precondition")
    for tag in ('"v2"', "v1", '"nonsense"', "*", 'W/"v1"'):
        assert_problem(editor.patch(path, {"line": "Longer brim."}, headers={"If-Match": tag}), 412, "precondition")
    assert editor.get(path).json["line"] == "Short brim."
    changed = editor.patch(path, {"line": "Longer brim."}, headers={"If-Match": cap["etag"]})
    assert (changed.json["line"], changed.json["title"], changed.headers["ETag"]) == (
        "Longer brim.",
        "Booth Cap",
        '"v2"',
    )
    again = editor.patch(path, {"line": "No brim."}, headers={"If-Match": cap["etag"]})
    assert_problem(again, 412, "precondition")
    assert editor.get(path).json["line"] == "Longer brim."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "request"),
        ({"status": "active", "title": "Cap"}, "status"),
        ({"publish_at": "2030-01-01T00:00:00Z"}, "publish_at"),
        ({"status": "sold"}, "status"),
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"version": 7}, "version"),
        ({"id": 7}, "id"),
        ({"limit": 0}, "limit"),
        ({"limit": True}, "limit"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"details": [{"label": "Cloth"}]}, "details.0.text"),
    ],
)
def test_what_makes_no_sense_changes_nothing_of_a_product(editor, cap, body, field):
    path = f"/admin/products/{cap['id']}"
    assert_problem(editor.patch(path, body, headers={"If-Match": cap["etag"]}), 422, "invalid", field)
    assert editor.get(path).json == {name: value for name, value in cap.items() if name != "etag"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"options": [{"name": "x" * 31, "values": ["S"]}]}, "options.0.name"),
        ({"options": [{"name": "Size", "values": ["x" * 41]}]}, "options.0.values.0"),
        ({"options": [{"name": "Size", "values": [str(n) for n in range(41)]}]}, "options.0.values"),
        ({"details": [{"label": "x" * 41, "text": "y"}]}, "details.0.label"),
        ({"description": "x" * 10_001}, "description"),
    ],
)
def test_a_program_may_say_as_much_as_a_form_and_no_more(shop, editor, change, field):
    assert_problem(editor.post("/admin/products", CAP | change), 422, "invalid", field)
    assert shop.value("SELECT COUNT(*) FROM product") == 0


def test_a_draft_that_lacks_something_is_not_put_on_sale(editor, cap):
    path = f"/admin/products/{cap['id']}"
    refused = editor.patch(path, {"status": "active"}, headers={"If-Match": cap["etag"]})
    assert_problem(refused, 422, "invalid", "ready")
    assert refused.json["errors"]["ready"] == ["Add a picture."]
    assert editor.get(path).json["status"] == "draft"


def test_a_price_changes_and_is_told_as_it_was_until_then(shop, editor, cap):
    (variant,) = cap["variants"]
    path = f"/admin/products/{cap['id']}/variants/{variant['id']}"
    changed = editor.patch(path, {"price": 2000, "weight_grams": 120}).json["variants"][0]
    assert (changed["price"]["amount"], changed["weight_grams"], changed["sku"]) == (2000, 120, "NMX-777-BLCK")
    assert shop.rows("SELECT amount FROM price_change ORDER BY id") == [(2500,), (2000,)]
    assert_problem(editor.patch(path, {"price": 20.5}), 422, "invalid", "price")
    assert_problem(editor.patch(path, {"price": 100_000_000}), 422, "invalid", "price")
    assert_problem(editor.patch(path, {"compare_at": 9900}), 422, "invalid", f"was-{variant['id']}")
    assert editor.patch(path, {"price": None}).json["variants"][0]["price"] is None


def test_a_variant_that_is_there_or_of_other_options_is_refused(editor, cap):
    path = f"/admin/products/{cap['id']}/variants"
    assert_problem(editor.post(path, {"options": [{"name": "Color", "value": "black"}]}), 409, "conflict")
    assert_problem(editor.post(path, {"options": [{"name": "Size", "value": "S"}]}), 422, "invalid", "options")
    twice = [{"name": "Color", "value": "Red"}, {"name": "Color", "value": "Blue"}]
    assert_problem(editor.post(path, {"options": twice}), 422, "invalid", "options")
    taken = editor.post(path, {"options": [{"name": "Color", "value": "Red"}], "sku": "NMX-777-BLCK"})
    assert taken.status_code == 422
    assert len(editor.get(f"/admin/products/{cap['id']}").json["variants"]) == 1


def test_the_same_call_makes_one_product_and_another_number_is_another(shop, editor):
    first = editor.post("/admin/products", CAP, key="moving-in-1")
    again = editor.post("/admin/products", CAP, key="moving-in-1")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert_problem(editor.post("/admin/products", CAP), 422, "invalid", "number")
    assert shop.value("SELECT COUNT(*) FROM product") == 1


def test_only_pictures_are_taken_for_pictures(editor, cap):
    for sent, kind in ((b"GIF89a<script>", "image/gif"), (b"", "image/png"), (b"no picture", "image/jpeg")):
        answer = editor.post("/admin/pictures", sent, content_type=kind)
        assert answer.status_code == 422, answer.text
    assert_problem(editor.post("/admin/pictures", {}), 415, "media-type")
    path = f"/admin/products/{cap['id']}/images"
    assert_problem(editor.put(path, {"images": [{"digest": "0" * 64, "alt": "x"}]}), 422, "invalid", "images")
    assert_problem(editor.put(path, {"images": [{"digest": "../x", "alt": "x"}]}), 422, "invalid", "images.0.digest")
    digest = send_picture(editor, "blue")
    other = [{"digest": digest, "alt": "x", "color": "Green"}]
    assert_problem(editor.put(path, {"images": other}), 422, "invalid", "images")
    assert_problem(editor.put(path, {"images": [{"digest": digest}] * 2}), 422, "invalid", "images")
    assert editor.get(f"/admin/products/{cap['id']}").json["images"] == []


def test_a_list_of_products_is_read_to_its_end_each_once(shop, editor):
    for number in range(5):
        shop.make_item(f"Tee {number}")
    seen, cursor = [], None
    while True:
        page = editor.get(f"/admin/products?limit=2{f'&cursor={cursor}' if cursor else ''}").json
        seen += [row["title"] for row in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"Tee {number}" for number in reversed(range(5))]
    assert [row["title"] for row in editor.get("/admin/products?q=tee+3").json["items"]] == ["Tee 3"]
    assert_problem(editor.get("/admin/products?cursor=x"), 422, "invalid", "cursor")
    assert_problem(editor.get("/admin/products?view=nothing"), 422, "invalid", "view")
