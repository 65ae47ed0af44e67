"""How the API answers: what is not there, every method, other sites, and problems as RFC 9457 has them."""

import pytest

from tests.functional.programs import BUYER, Till, assert_problem


@pytest.fixture
def till(shop):
    return Till(shop)


def test_what_is_not_there_is_told_in_the_same_words_whoever_asks(till):
    words = "There is nothing at this address."
    lines = ("0", "-1", "1.5", "abc", "１", str(10**18), str(2**63), "9" * 400)
    for path in ("", "/", "/nothing", "/products/", "/carts/", *(f"{till.cart}/lines/{line}" for line in lines)):
        for method in ("GET", "DELETE", "PATCH"):
            answer = till.program.ask(method, path)
            assert_problem(answer, 404, "not-found")
            assert answer.json["detail"] == words
    for path in ("/carts/none", f"/carts/{'x' * 5000}", "/carts/%ff", "/checkouts/none", "/products/none"):
        assert_problem(till.program.get(path), 404, "not-found")
    other = till.line.rpartition("/")[0] + "/999"
    assert_problem(till.program.patch(other, {"quantity": 1}), 404, "not-found")
    assert_problem(till.program.delete(other), 404, "not-found")


def test_every_method_is_answered_and_those_that_do_not_fit_with_405(till):
    allowed = {
        "/products": {"GET", "HEAD", "OPTIONS"},
        "/carts": {"POST", "OPTIONS"},
        till.cart: {"GET", "HEAD", "OPTIONS"},
        till.line: {"PATCH", "DELETE", "OPTIONS"},
        f"{till.cart}/lines": {"POST", "OPTIONS"},
        f"{till.cart}/destination": {"PUT", "OPTIONS"},
        f"{till.cart}/checkout": {"POST", "OPTIONS"},
    }
    for path, right in allowed.items():
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "QUERY"):
            if method not in right:
                answer = till.program.ask(method, path)
                assert answer.status_code == 405, (method, path)
                assert set(answer.headers["Allow"].split(", ")) == right
                assert method == "HEAD" or answer.json["type"] == "/api/docs#method"
        told = till.program.ask("OPTIONS", path)
        assert (told.status_code, told.data, set(told.headers["Allow"].split(", "))) == (200, b"", right)
    whole, head = till.program.get(till.cart), till.program.ask("HEAD", till.cart)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(whole.data))


def test_no_page_of_any_site_may_read_the_api(till):
    """`assert_of_the_api` looks at every answer for headers that would let one."""
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for origin in ("null", "https://evil.example", "https://api.127.0.0.1", till.shop.settings.public_url):
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        for path in ("/products", "/products/item-100", till.cart, "/nothing", "/openapi.json"):
            answer = till.program.get(path, headers=headers)
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert till.program.ask("OPTIONS", path, headers=headers | asking).status_code in (200, 404)


def test_a_problem_is_exactly_what_rfc_9457_says(till):
    assert till.program.get("/carts/none").json == {
        "type": "/api/docs#not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such cart.",
    }
    body = {"shipping_address": {"city": 1, "price": 1}, "x": 1}
    assert till.send("checkout", body).json == {
        "type": "/api/docs#invalid",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Some of what you sent cannot be used.",
        "errors": {
            "email": ["Please fill this in."],
            "x": ["Unknown field."],
            "shipping_address.city": ["Not a valid string."],
            "shipping_address.price": ["Unknown field."],
            **{
                f"shipping_address.{name}": ["Missing data for required field."]
                for name in ("name", "line1", "postal_code", "country")
            },
        },
    }
    till.shop.write("UPDATE product SET status = 'draft'")
    assert till.send("checkout", BUYER).json == {
        "type": "/api/docs#conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "Some of your bag is no longer there. Nothing is charged yet.",
        "problems": ["Tee is no longer for sale. Remove it to go on."],
    }
