"""What a careless or hostile program sends to the API: refused by name, as a problem, and nothing has changed."""

import json
from operator import attrgetter

import pytest

from store.cart.models import Cart, CartLine
from store.checkout.schemas import AddressIn
from store.orders.models import Checkout
from tests.functional.programs import ADDRESS, BUYER, Till, assert_problem

ONES = [
    0, -1, 1.5, 1.0, 1e3, "1", "1e3", "１", "", " 1", "one", True, False, [1], [], {"amount": 1}, 100, 2**31, 2**63,
    2**63 - 1, -(2**63) - 1, 10**18, 10**3000,
]  # fmt: skip
SUMS = ["price", "unit_price", "unit_amount", "amount", "total", "subtotal", "tax", "shipping", "discount", "currency"]
STATES = ["paid", "status", "state", "order", "number", "payment_status", "member_id", "roles", "id", "cart_id"]


@pytest.fixture
def till(shop):
    """Afterwards everything is as it was."""
    till = Till(shop)
    before = till.all_of_it()
    yield till
    assert till.all_of_it() == before
    assert shop.rows("SELECT digest FROM api_replay") == []


def test_a_quantity_is_a_whole_number_of_json_within_bounds(till):
    for quantity in ONES:
        if quantity != 0 or quantity is False:
            assert_problem(till.send("line", {"quantity": quantity}), 422, "invalid", "quantity")
        assert_problem(till.send("lines", {"variant": till.tee, "quantity": quantity}), 422, "invalid", "quantity")
    for call, rest in (("lines", {"variant": till.tee}), ("line", {})):
        assert_problem(till.send(call, rest | {"quantity": None}), 422, "invalid", "quantity")
    too_much = {"variant": till.tee, "quantity": 99}
    assert_problem(till.send("lines", too_much), 409, "conflict")


def test_a_variant_is_an_id_or_a_sku(till):
    assert_problem(till.send("lines", {"quantity": 1}), 422, "invalid", "variant")
    ids = [one for one in ONES if one != "1"]
    for variant in (*ids, None, 10**17, -till.tee, f"{till.tee} ", "x" * 65, "NMX-1' OR 1=1", "%", "\x00", "\ud800"):
        assert_problem(till.send("lines", {"variant": variant}), 422, "invalid", "variant")


def test_sums_and_states_are_not_for_programs_to_say(till):
    for call, (_, _, body, _) in till.calls.items():
        for name in SUMS + STATES:
            for value in (1, "paid", {"amount": 1, "currency": "usd"}):
                assert_problem(till.send(call, body | {name: value}), 422, "invalid", name)
    for name in SUMS + STATES:
        body = BUYER | {"shipping_address": ADDRESS | {name: 1}}
        assert_problem(till.send("checkout", body), 422, "invalid", f"shipping_address.{name}")
        assert_problem(till.program.post("/carts", {name: 1}), 422, "invalid", name)
        assert_problem(till.program.ask("DELETE", till.line, {name: 1}), 422, "invalid", name)


def test_no_column_can_be_written_but_those_a_call_takes(till):
    for model in (Cart, CartLine, Checkout):
        for column in map(attrgetter("name"), model.__table__.columns):
            for call, (_, _, body, schema) in till.calls.items():
                if column not in schema().fields:
                    assert_problem(till.send(call, body | {column: 1}), 422, "invalid", column)
            if column not in AddressIn().fields:
                body = BUYER | {"shipping_address": ADDRESS | {column: 1}}
                assert_problem(till.send("checkout", body), 422, "invalid", f"shipping_address.{column}")


UNREADABLE = {
    "deep array": b"[" * 100_000,
    "deep object": b'{"a":' * 40_000,
    "deep and whole": b"[" * 100_000 + b"]" * 100_000,
    "an integer of 5 000 digits": b'{"quantity": ' + b"9" * 5000 + b"}",
    "NaN": b'{"quantity": NaN}',
    "Infinity": b'{"quantity": Infinity}',
    "-Infinity": b'{"quantity": -Infinity}',
    "invalid UTF-8": b'{"variant": "\xff"}',
    "a surrogate in UTF-8": b'{"variant": "\xed\xa0\x80"}',
    "UTF-16": '{"quantity": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"quantity": 1}',
    "a raw NUL": b'{"variant": "\x00"}',
    "a raw line feed": b'{"variant": "a\nb"}',
    "twice the same name": b'{"quantity": 1, "quantity": 2}',
    "twice the same name below": b'{"shipping_address": {"city": "A", "city": "B"}}',
    "two values": b"{} {}",
    "a comment": b'{"quantity": 1} // one',
    "a comma too many": b'{"quantity": 1,}',
    "single quotes": b"{'quantity': 1}",
    "half": b'{"quantity": ',
    "a space": b" ",
}


@pytest.mark.usefixtures("till")
def test_what_cannot_be_read_is_a_malformed_request(till):
    for what, body in UNREADABLE.items():
        for call in till.calls:
            answer = till.send(call, body)
            assert (answer.status_code, answer.json["type"]) == (400, "/api/docs#malformed"), what
        assert till.program.post("/carts", body).status_code == 400, what


def test_what_is_no_object_or_no_body_is_refused_where_one_is_needed(till):
    needs = {"lines": ["variant"], "line": ["quantity"], "destination": ["country"], "checkout": ["email"]}
    for call, names in needs.items():
        for body in (b"null", b"[]", b"[{}]", b'"text"', b"1", b"true", b"1e999", b"[" * 900 + b"]" * 900):
            assert_problem(till.send(call, body), 422, "invalid", "request")
        for body in (b"", b"{}"):
            assert_problem(till.send(call, body), 422, "invalid", *names)
        method, path, _, _ = till.calls[call]
        assert_problem(till.program.ask(method, path, key="k"), 422, "invalid", *names)
    assert_problem(till.send("line", b'{"quantity": 1e999}'), 422, "invalid", "quantity")
    assert_problem(till.send("line", b'{"\\ud800": 1, "quantity": 1}'), 422, "invalid", "\ud800")
    many = {f"field{number}": 1 for number in range(9000)}
    assert len(till.send("line", many | {"quantity": 1}).json["errors"]) == 9000


def test_what_is_too_large_is_refused_unread(till):
    for body in (b"[" * 300_000, json.dumps({"quantity": 1, "x": "y" * 300_000}).encode(), b" " * 262_145):
        for call in till.calls:
            assert_problem(till.send(call, body), 413, "too-large")
        assert_problem(till.program.ask("GET", till.cart, body), 413, "too-large")


KINDS = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "",
    "application/merge-patch+json", "text/json", "application/json, text/plain", "json",
]  # fmt: skip


def test_what_is_not_called_json_is_not_read(till):
    for kind in KINDS:
        for method, path, body, _ in till.calls.values():
            for sent in (json.dumps(body).encode(), b"quantity=1&variant=1"):
                assert_problem(till.program.ask(method, path, sent, content_type=kind, key="k"), 415, "media-type")
        assert_problem(till.program.ask("GET", till.cart, b"x", content_type=kind), 415, "media-type")


def test_a_method_is_what_the_request_says_and_nothing_else(till):
    override = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE", "X-Method-Override": "DELETE"}
    assert till.program.get(till.cart, headers=override).status_code == 200
    assert_problem(till.program.post(till.line, {}, headers=override), 405, "method")
    assert_problem(till.program.post(f"{till.line}?_method=DELETE", {}), 405, "method")
    assert_problem(till.send("line", {"quantity": 1, "_method": "DELETE"}), 422, "invalid", "_method")
    assert_problem(till.program.patch(f"{till.line}?_method=DELETE", {"quantity": 1}), 422, "invalid", "_method")


def faults(till, body, *names):
    assert_problem(till.send("checkout", body), 422, "invalid", *names)


def test_addresses_are_checked_field_by_field(till):
    for name in ("name", "line1", "city", "postal_code", "country"):
        without = {field: text for field, text in ADDRESS.items() if field != name}
        for address in (without, ADDRESS | {name: None}, ADDRESS | {name: ""}, ADDRESS | {name: "\u00a0 "}):
            faults(till, BUYER | {"shipping_address": address}, f"shipping_address.{name}")
    for name in (*ADDRESS, "line2", "phone"):
        for text in (1, True, ["A"], {"a": "b"}, "x" * 201, "a\x00b", "a\nb", "\ud800", "a\u2028b"):
            faults(till, BUYER | {"shipping_address": ADDRESS | {name: text}}, f"shipping_address.{name}")
    for country in ("ZZ", "FR", "fr", "1!", "ß", "ＵＳ", "USA"):
        faults(till, BUYER | {"shipping_address": ADDRESS | {"country": country}}, "shipping_address.country")
        assert_problem(till.send("destination", {"country": country}), 422, "invalid", "country")
    for country in ("US", "us"):
        lacking = ADDRESS | {"country": country, "region": None, "postal_code": "ABC"}
        faults(till, BUYER | {"shipping_address": lacking}, "shipping_address.postal_code", "shipping_address.region")
    for address in ([], "12 Groove St", 1, [ADDRESS]):
        faults(till, BUYER | {"shipping_address": address}, "shipping_address")
    faults(till, {"email": BUYER["email"]}, "shipping_address")


def test_the_rest_of_a_checkout_is_checked_too(till):
    for email in ("", "ana", "ana@", "a b@example.com", "ana@example.com\n", "a@b\x00.com", 1, None, ["a@b.com"]):
        faults(till, BUYER | {"email": email}, "email")
    for total in ("3950", 3950.0, -1, 10**8, True, [3950], 2**63):
        faults(till, BUYER | {"expected_total": total}, "expected_total")
    for rate in ("99", "0", "' OR 1=1", "x" * 65, 1, ["1"]):
        faults(till, BUYER | {"shipping_rate": rate}, "shipping_rate")
        assert_problem(
            till.send("destination", {"country": "US", "shipping_rate": rate}), 422, "invalid", "shipping_rate"
        )


def test_lists_take_known_parameters_within_bounds(till):
    for limit in ("0", "101", str(10**9), "-1", "1e2", "１", "", "+1", "1.0", " 1", "one", "9" * 5000):
        assert_problem(till.program.get("/products", query_string={"limit": limit}), 422, "invalid", "limit")
    for cursor in ("abc", "9", "-", "9-", "-9", "9-9-9", "１-1", "1e3-1", "9" * 18 + "-1", "1-" + "9" * 18, "1-1;--"):
        assert_problem(till.program.get("/products", query_string={"cursor": cursor}), 422, "invalid")
    for cursor in ("", "x" * 201, "a\nb"):
        assert_problem(till.program.get("/products", query_string={"cursor": cursor}), 422, "invalid", "cursor")
    for sort in ("", "id", "price desc", "-newest"):
        assert_problem(till.program.get("/products", query_string={"sort": sort}), 422, "invalid", "sort")
    assert_problem(till.program.get("/products", query_string={"q": "x" * 201}), 422, "invalid", "q")
    for name in ("page", "per_page", "offset", "fields", "access_token", "limit[]", "LIMIT"):
        for path in ("/products", "/products/item-100", till.cart, "/checkouts/none"):
            assert_problem(till.program.get(path, query_string={name: "1"}), 422, "invalid", name)
    for path in ("/products?q=%00", "/products?cursor=1%00-1", "/products/%00", "/carts/%00", "/checkouts/a%00b"):
        assert_problem(till.program.get(path), 400, "malformed")
