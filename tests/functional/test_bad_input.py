"""Whatever is sent: a page of ours says in words why not, with the right status, and nothing has changed."""

import gzip
import json

from tests.functional.ours import assert_page, everything
from tests.shop import US

NUL = "%00"
TAKES_FORMS = ("/cart/lines", "/cart/lines/1", "/checkout", "/checkout/cancel", "/checkout/again/x")
GARBLED = {
    "multipart without a boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "multipart cut off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="variant"\r\n',
    ),
    "multipart of nothing": ("multipart/form-data; boundary=x", b""),
    "multipart with a huge boundary": (f"multipart/form-data; boundary={'x' * 5000}", b"--x"),
    "a form in no encoding": ("application/x-www-form-urlencoded", b"variant=\xff\xfe&quantity=%ff%fe%zz&%=%"),
    "a form in another charset": ("application/x-www-form-urlencoded; charset=utf-16", "variant=1".encode("utf-16")),
    "json": ("application/json", b'{"variant": 1, "quantity": 1}'),
    "json as text": ("text/plain", b'{"variant": 1}'),
    "deep json": ("application/json", b"[" * 100_000),
    "xml": (
        "application/xml",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ),
    "zeros": ("application/octet-stream", bytes(1000)),
    "nothing": ("", b""),
    "a kind of nothing": ("/;;==", b"variant=1"),
    "gzip": ("application/x-www-form-urlencoded", gzip.compress(b"variant=1")),
}


def test_a_body_that_is_no_form_of_ours_is_refused_in_words(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for path in TAKES_FORMS:
        for name, (kind, body) in GARBLED.items():
            if name == "json as text" and path == "/cart/lines":
                continue
            answer = client.post(path, data=body, content_type=kind)
            assert 400 <= answer.status_code < 500, (path, name, answer.status_code)
            assert '<a class="logo"' in answer.text, (path, name)
    assert everything(shop) == before


def test_a_body_larger_than_any_form_is_413(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for path in TAKES_FORMS:
        for body in ({"variant": "x" * 300_000}, {f"f{n}": "x" * 1000 for n in range(300)}):
            assert_page(client.post(path, data=body), 413, "What you sent is larger than anything this page takes.")
    parts = {f"f{n}": "x" for n in range(201)}
    assert_page(client.post("/cart/lines", data=parts, content_type="multipart/form-data"), 413)
    assert everything(shop) == before


def test_a_wrong_method_is_405_and_says_which_are_right(shop):
    client = shop.visitor()
    wrong = [
        ("GET", "/cart/lines", {"POST"}), ("POST", "/cart", {"GET"}), ("PUT", "/cart/lines", {"POST"}),
        ("DELETE", "/cart/lines/1", {"POST"}), ("PATCH", "/checkout", {"GET", "POST"}), ("POST", "/", {"GET"}),
        ("POST", "/products", {"GET"}), ("POST", "/checkout/success", {"GET"}), ("POST", "/checkout/resume", {"GET"}),
        ("GET", "/webhooks/stripe", {"POST"}), ("PUT", "/webhooks/stripe", {"POST"}), ("POST", "/healthz", {"GET"}),
    ]  # fmt: skip
    for method, path, right in wrong:
        answer = client.open(path, method=method)
        assert_page(answer, 405, "This address does not take that kind of request.")
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == right, path


def test_no_header_makes_another_method_of_a_request(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get("/cart/lines?_method=POST", headers={header: "POST"}).status_code == 405
    assert everything(shop) == before


ADDRESSES = [
    f"/products/{NUL}", f"/products/item{NUL}", f"/collections/{NUL}", f"/products?collection={NUL}",
    f"/products?after={NUL}", f"/products?sort={NUL}", f"/products/x?variant={NUL}", f"/o/{NUL}",
    f"/checkout/success?session_id={NUL}", f"/checkout/success?checkout={NUL}", f"/checkout/again/{NUL}",
    f"/dev/mail/{NUL}", f"/media/{NUL}/{NUL}", "/products/%ED%A0%80", "/products?collection=%ED%A0%80",
    "/checkout/success?checkout=%ED%A0%80", "/collections/%FF%FE", "/checkout/again/%ED%A0%80",
    "/products/" + "x" * 6000, "/products?collection=" + "x" * 6000, "/checkout/again/" + "x" * 6000,
    "/products/..%2f..%2fetc%2fpasswd", "/static/..%2f..%2fapp.py", "/static/../app.py", "/media/../../app.py",
    "/media/" + "a" * 64 + "/..%2fsource.png", "/dev/mail/..%2f..%2fapp", "/\\evil.example",
    "/products?after=999999999999999999-1", "/products?after=1-" + "9" * 18, "/products?after=" + "9" * 17 + "-1",
    "/products?sort=price&after=" + "9" * 17 + "-" + "9" * 17, "/products?sort=newest&after=1",
    "/products/x?variant=" + "9" * 5000, "/cart/lines/" + "9" * 5000,
]  # fmt: skip


def test_no_address_breaks_the_shop(shop):
    client, broken = shop.visitor(), []
    for path in ADDRESSES:
        answer = client.get(path)
        fine = answer.status_code in (200, 308, 400, 404, 405, 410, 422)
        ours = answer.status_code == 308 or '<a class="logo"' in answer.text
        away = answer.status_code == 308 and answer.location.startswith(("//", "/\\"))
        if not fine or not ours or away:
            broken.append((path[:60], answer.status_code, answer.headers.get("Location")))
    assert broken == []


def test_control_characters_are_refused_in_every_field_of_the_till(shop):
    client = shop.visitor_with(shop.make_item())
    before = everything(shop)
    for field in sorted(set(US) - {"country"}):  # which has no room for them
        for char in ("\0", "\r\n", "\x1b", "\u2028"):
            answer = client.post("/checkout", data=US | {field: f"1{char}2"})
            assert_page(answer, 422, "One line of plain text, please.")
    assert everything(shop) == before


def test_a_form_that_arrives_twice_in_one_counts_once(shop):
    tee = shop.make_item()
    client = shop.visitor()
    client.post("/cart/lines", data=f"variant={tee}&variant=999&quantity=1&quantity=50")
    assert shop.value("SELECT COUNT(*) FROM cart_line") == 0  # it was no form at all: nothing said so
    body = f"variant={tee}&variant=999&quantity=1&quantity=50"
    client.post("/cart/lines", data=body, content_type="application/x-www-form-urlencoded")
    assert shop.rows("SELECT variant_id, quantity FROM cart_line") == [(tee, 1)]


def test_a_fault_of_ours_is_a_page_with_500_that_tells_nothing_of_it(shop, monkeypatch, caplog):
    def break_down(*_args, **_more):
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("store.cart.contents.read", break_down)
    before = everything(shop)
    answer = shop.visitor().get("/cart")
    assert_page(answer, 500, "Something broke on our side, and we have been told.")
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert everything(shop) == before


def test_a_part_of_a_file_that_is_not_there_is_the_askers_mistake(shop):
    answer = shop.visitor().get("/static/css/store.css", headers={"Range": "bytes=99999999-"})
    assert_page(answer, 416)
    assert "broke on our side" not in answer.text


def test_a_page_that_is_not_there_says_so_and_echoes_nothing(shop):
    for path in ("/nothing", "/products/nothing", "/o/nothing", "/<script>alert(1)</script>", "/{{7*7}}"):
        answer = shop.visitor().get(path)
        assert_page(answer, 404)
        assert "<script>alert" not in answer.text
        assert "49" not in answer.text.split("<main")[1].split("</main")[0]


def test_what_was_searched_for_is_shown_as_text_and_never_as_markup(shop):
    page = shop.visitor().get('/products?q="><script>alert(1)</script>&collection=&sort=newest')
    assert_page(page, 200)
    assert "<script>alert" not in page.text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page.text


def test_json_numbers_and_lists_make_no_order(shop):
    tee, client = shop.make_item(), shop.visitor()
    for wish in ({"variant": tee, "quantity": True}, {"variant": [tee]}, {"variant": tee, "quantity": [1]}):
        answer = client.post("/cart/lines", data=json.dumps(wish), content_type="application/json")
        assert answer.status_code == 422
    assert shop.value("SELECT COUNT(*) FROM cart_line") == 0
