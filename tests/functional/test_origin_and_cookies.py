"""An unsafe request comes from our own pages, and a cookie goes where it must and nowhere else (design §5)."""

from contextvars import Context

import pytest
from flask.testing import FlaskClient

from store.web.api import API
from tests.functional.ours import assert_page, everything, sample
from tests.shop import Visitor

FOREIGN = "This form was sent from another site. Open our page and send it from there."
OUR_ORIGIN = "http://127.0.0.1:8000"


class Bare(Visitor):
    """A client that sends the headers it is told to, and no others."""

    def open(self, *args, **kwargs):
        return Context().run(FlaskClient.open, self, *args, **kwargs)


def bare(shop, cookie=None):
    client = Bare(shop.app, shop.app.response_class)
    if cookie is not None:
        client.set_cookie("bag", cookie.value)
    return client


def unsafe_routes(shop):
    """Every address that changes something, read from the app, so that a new one is tried as well.

    Not those of the API, which looks at no cookie.
    """
    with shop.app.test_request_context():
        for rule in shop.app.url_map.iter_rules():
            for method in rule.methods - {"GET", "HEAD", "OPTIONS"} if not rule.rule.startswith(API) else ():
                adapter = shop.app.url_map.bind("127.0.0.1")
                yield method, adapter.build(rule.endpoint, sample(rule), method)


REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OUR_ORIGIN},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": f"{OUR_ORIGIN}, https://evil.example"},
]
WELCOME = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Origin": OUR_ORIGIN},
]


def test_no_unsafe_request_is_taken_from_another_site(shop):
    cookie = shop.visitor_with(shop.make_item()).get_cookie("bag")
    before, routes = everything(shop), list(unsafe_routes(shop))
    assert len(routes) >= 6
    for method, path in routes:
        for client in (bare(shop), bare(shop, cookie)):
            for headers in REFUSED:
                assert_page(client.open(path, method=method, headers=headers), 403, FOREIGN)
        assert_page(bare(shop, cookie).open(path, method=method), 403, FOREIGN)
    assert everything(shop) == before


def test_our_own_pages_and_scripts_without_a_cookie_are_welcome(shop):
    cookie = shop.visitor_with(shop.make_item()).get_cookie("bag")
    for method, path in unsafe_routes(shop):
        for headers in WELCOME:
            assert bare(shop, cookie).open(path, method=method, headers=headers).status_code != 403, path
        assert bare(shop).open(path, method=method).status_code != 403, path


def test_in_production_only_the_public_address_is_our_own(open_shop):
    shop = open_shop(
        store_env="production", secret_key="k" * 48, public_url="https://shop.nastymixx.org", rate_limits="on",
        stripe_secret_key="sk_live_1", stripe_api_base="", smtp_url="smtp://nastymixx.org", mail_from="a@nastymixx.org",
    )  # fmt: skip
    for origin, refused in (
        ("https://shop.nastymixx.org", False), ("http://shop.nastymixx.org", True), ("https://nastymixx.org", True),
        ("https://shop.nastymixx.org:8443", True), ("http://127.0.0.1:8000", True),
    ):  # fmt: skip
        answer = bare(shop).post("/cart/lines", base_url="https://shop.nastymixx.org", headers={"Origin": origin})
        assert (answer.status_code == 403) == refused, origin


def test_looking_is_never_refused_for_where_one_comes_from(shop):
    for path in ("/", "/products", "/cart"):
        assert bare(shop).get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def cookies_of(answer):
    """Each cookie with its attributes in lower case."""
    found = {}
    for header in answer.headers.getlist("Set-Cookie"):
        first, *attributes = header.split("; ")
        name, value = first.split("=", 1)
        found[name] = (value, {attribute.lower() for attribute in attributes if not attribute.startswith("Expires")})
    return found


def test_without_https_the_cookies_have_plain_names_and_reach_no_other_site(shop):
    answer = shop.visitor().post("/cart/lines", data={"variant": shop.make_item()})
    bag, count = cookies_of(answer)["bag"], cookies_of(answer)["bag_count"]
    assert set(cookies_of(answer)) == {"bag", "bag_count"}
    assert bag[1] == {"path=/", "max-age=2592000", "samesite=lax", "httponly"}
    assert count == ("1", {"path=/", "max-age=2592000", "samesite=lax"})


def test_with_https_they_are_secure_and_bound_to_the_host(open_shop):
    shop = open_shop(public_url="https://localhost")
    client = shop.visitor()
    answer = client.post("/cart/lines", data={"variant": shop.make_item()}, base_url="https://localhost")
    found = cookies_of(answer)
    assert set(found) == {"__Host-bag", "__Host-bag_count"}
    assert found["__Host-bag"][1] == {"path=/", "max-age=2592000", "samesite=lax", "httponly", "secure"}
    assert found["__Host-bag_count"][1] == {"path=/", "max-age=2592000", "samesite=lax", "secure"}
    reader = shop.app.test_client(use_cookies=False)
    for name, sentence in (("bag", "Nothing in your bag yet"), ("__Host-bag", "Tee")):  # the first a neighbor may set
        headers = {"Cookie": f"{name}={found['__Host-bag'][0]}"}
        assert_page(reader.get("/cart", headers=headers, base_url="https://localhost"), 200, sentence)


def test_the_bags_cookie_is_its_id_and_our_signature(shop):
    cookie = shop.visitor_with(shop.make_item()).get_cookie("bag").value
    bag, _, signature = cookie.rpartition(".")
    assert shop.rows("SELECT id FROM cart") == [(bag,)]
    assert (len(bag), len(signature) >= 27) == (24, True)


@pytest.mark.parametrize("with_bag", [False, True])
def test_looking_sets_no_cookie(shop, with_bag):
    tee = shop.make_item()
    client = shop.visitor_with(tee) if with_bag else shop.visitor()
    adapter = shop.app.url_map.bind("127.0.0.1")
    for rule in shop.app.url_map.iter_rules():
        if "GET" in rule.methods:
            path = adapter.build(rule.endpoint, sample(rule), "GET")
            answer = client.get(path, buffered=True)
            assert "Set-Cookie" not in answer.headers, path
    assert "Set-Cookie" not in client.get("/products/item-100").headers


def test_public_pages_are_the_same_for_everybody(shop):
    client = shop.visitor_with(shop.make_item())
    for path in ("/", "/products", "/products/item-100", "/terms", "/privacy", "/returns"):
        assert client.get(path).text == shop.visitor().get(path).text


def test_nobody_is_sent_to_an_address_that_came_with_the_request(shop):
    tee = shop.make_item()
    for name in ("next", "url", "return_to", "redirect", "continue", "success_url"):
        for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
            client = shop.visitor()
            data = {"variant": tee, name: evil}
            answer = client.post("/cart/lines", data=data, query_string={name: evil}, headers={"Referer": evil})
            assert (answer.status_code, answer.location) == (303, "/cart")
