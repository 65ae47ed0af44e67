"""What a hostile stranger sends to the door: other people's forms, tokens, addresses to be sent on to."""

import json
from urllib.parse import urljoin, urlsplit

import pytest

from store.actors import Role
from tests.functional.accounts import (
    ANA,
    BEN,
    EVE,
    NO_MATCH,
    SECRET,
    accounts,
    carry_token,
    code,
    come_in,
    halfway,
    is_signed_in,
    is_stranger,
    join,
    key_of,
    links,
    sign_in,
)
from tests.functional.ours import assert_page, sample
from tests.functional.test_origin_and_cookies import bare

HERE = "http://127.0.0.1:8000"
ELSEWHERE = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example/account",
    "/\t/evil.example", "/\n/evil.example", "http://127.0.0.1:8000@evil.example", "http://127.0.0.1:9000/account",
    "javascript:alert(1)", "data:text/html,x", "evil.example", " //evil.example", "/%09/evil.example",
    "/..//evil.example", "////evil.example", "/" + "a" * 10_000, f"{HERE}/account/orders", "?next=//evil.example",
    "/\u2028/x",
]  # fmt: skip
"""Where a `next` must not lead. Some of it names our own pages in ways that we do not take for them."""


@pytest.fixture
def ana(shop):
    return shop.make_member(ANA, password=SECRET)


def assert_ours(answer):
    assert answer.status_code in (302, 303)
    led = urlsplit(urljoin(f"{HERE}/sign-in", answer.location))
    assert (led.scheme, led.netloc) == ("http", "127.0.0.1:8000"), answer.location
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_nobody_is_led_to_another_site_by_signing_in(shop, ana, wish):
    form = {"email": ANA, "password": SECRET}
    for data, query in (({"next": wish}, {}), ({}, {"next": wish}), ({"next": wish}, {"next": wish})):
        client = shop.visitor()
        answer = client.post("/sign-in", data=form | data, query_string=query)
        assert_ours(answer)
        assert is_signed_in(client)
    answer = carry_token(client).post("/account/verify", data={"password": SECRET, "next": wish})
    assert_ours(answer)


def test_nobody_is_led_to_another_site_by_a_code(shop):
    shop.make_member(BEN, Role.STALL, password=SECRET)
    for wish in ELSEWHERE[:8]:
        shop.write("UPDATE member SET totp_last_counter = NULL")
        client = halfway(shop, BEN)
        digits = code(key_of(shop, BEN))
        assert_ours(client.post("/sign-in/code", data={"code": digits, "next": wish}, query_string={"next": wish}))
        assert_ours(shop.visitor().post("/sign-in", data={"email": BEN, "password": SECRET, "next": wish}))


def test_who_was_asked_to_sign_in_is_led_back(shop, ana):
    client = shop.visitor()
    assert client.get("/account/orders?page=2").location == "/sign-in?next=/account/orders?page%3D2"
    form = {"email": ANA, "password": SECRET, "next": "/account/orders?page=2"}
    assert client.post("/sign-in", data=form).location == "/account/orders?page=2"


def doors(shop):
    with shop.app.test_request_context():
        for rule in shop.app.url_map.iter_rules():
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                if rule.endpoint.startswith("security."):
                    yield method, shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, sample(rule), method)


def test_no_door_of_accounts_takes_json_or_a_token_in_the_address(shop, ana):
    client = come_in(shop)
    before = accounts(shop)
    for method, path in doors(shop):
        if "/rescue" in path or "/choose" in path or path == "/account/authenticator/x":
            assert client.open(path, method=method).status_code == 404
            continue
        if method == "POST":
            for body in ({"email": ANA, "password": SECRET}, [], "x", {"auth_token": "x"}):
                for kind in ("application/json", "application/problem+json"):
                    for sender in (shop.visitor(), client):
                        answer = sender.post(path, data=json.dumps(body), content_type=kind)
                        assert answer.status_code == 415, (path, kind)
        assert client.open(f"{path}?auth_token=x", method=method).status_code == 415, (method, path)
    assert accounts(shop) == before


def test_a_form_that_comes_as_plain_text_is_an_empty_form(shop, ana):
    body = f"email={ANA}&password={SECRET}"
    client = shop.visitor()
    assert_page(client.post("/sign-in", data=body, content_type="text/plain"), 422)
    assert is_stranger(client)


def test_nobody_is_known_by_what_they_say_of_themselves(shop, ana):
    with shop.app.app_context():
        token = shop.app.extensions["security"].remember_token_serializer.dumps(
            {"ver": str(5), "uid": shop.value("SELECT fs_uniquifier FROM member"), "exp": 2**40}
        )
    uniquifier = shop.value("SELECT fs_uniquifier FROM member")
    for headers in (
        {"Authentication-Token": token}, {"Authorization": f"Bearer {token}"},
        {"Authorization": "Basic YW5hQGV4YW1wbGUuY29tOng="}, {"X-Forwarded-User": ANA}, {"X-Remote-User": ANA},
        {"Cookie": f"session={uniquifier}"}, {"Cookie": f"tf_validity={token}"},
    ):  # fmt: skip
        assert shop.visitor().get("/account", headers=headers).status_code == 303, headers
        assert shop.visitor().get("/account", headers=headers, query_string={"auth_token": token}).status_code == 303


def test_nobody_is_signed_in_from_another_site(shop, ana):
    """Else a stranger could have them buy, and leave their address, in the stranger's account."""
    before = accounts(shop)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = bare(shop).post("/sign-in", data={"email": ANA, "password": SECRET}, headers=headers)
        assert_page(answer, 403, "This form was sent from another site.")
    assert accounts(shop) == before


EVERY_COLUMN = {
    "id": "77", "active": "", "roles": "owner", "grants": "owner", "role": "owner", "confirmed_at": "2026-01-01",
    "email_key": BEN, "fs_uniquifier": "known", "tf_primary_method": "authenticator", "tf_totp_secret": "x",
    "totp_last_counter": "1", "created_at": "2020-01-01", "is_staff": "1", "member_id": "1", "staff": "1",
    "username": "admin", "us_totp_secrets": "x", "email-0": BEN, "roles-0": "owner", "user": "1", "user_id": "1",
    "_user_id": "1", "fs_paa": "9999999999", "price": "1",
}  # fmt: skip


def test_a_form_sets_nothing_but_what_it_shows(shop):
    answer = shop.visitor().post("/join", data={"email": ANA, "password": SECRET} | EVERY_COLUMN)
    assert answer.location == "/join?done=sent"
    columns = "id, email, email_key, active, confirmed_at, tf_primary_method, tf_totp_secret, totp_last_counter"
    (row,) = shop.rows(f"SELECT {columns} FROM member")
    assert (row[0], row[1:3], bool(row[3]), row[4:]) == (1, (ANA, ANA), True, (None, None, None, None))
    assert (
        shop.rows("SELECT fs_uniquifier FROM member WHERE fs_uniquifier = 'known' OR created_at < '2026-01-01'") == []
    )
    assert shop.rows("SELECT role FROM member_role") == []
    assert sign_in(shop)[1].status_code == 422
    shop.visitor().post(links(shop)[0], data=EVERY_COLUMN)
    client = come_in(shop)
    for path in (
        "/account/password",
        "/account/email",
        "/account/authenticator",
        "/account/verify",
        "/account/recovery-codes",
    ):
        client.post(path, data=EVERY_COLUMN | {"password": "wrong"})
    assert shop.rows(f"SELECT {columns} FROM member")[0][:3] == (1, ANA, ANA)
    assert shop.rows("SELECT role FROM member_role") == []
    assert client.get("/admin/staff").status_code == 404


ADDRESSES = [
    "ana@example.com\r\nBcc: eve@example.com", "ana@example.com\nBcc:eve@example.com", "ana@example.com\0",
    "ana@example.com,eve@example.com", "ana@example.com;eve@example.com", '"ana b"@example.com', "ana@exämple.com",
    "=?utf-8?q?ana?=@example.com", "ana@example", "@example.com", "ana@", "<ana@example.com>", "ana@example.com>",
    "ana example.com", "ana@[127.0.0.1]", "a" * 250 + "@example.com", "ana@example..com", "ana@-example.com",
    "ａna@example.com", "ana@example.com\u2028x", "a@b@example.com", "ana@" + "a." * 100 + "example.com" * 20,
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_single_address_gets_no_account_and_no_mail(shop, ana, address):
    client, before = come_in(shop), accounts(shop)
    assert_page(shop.visitor().post("/join", data={"email": address, "password": SECRET}), 422)
    assert_page(client.post("/account/email", data={"email": address}), 422)
    for path in ("/reset", "/confirm"):
        assert_page(shop.visitor().post(path, data={"email": address}), 422)
    assert_page(shop.visitor().post("/sign-in", data={"email": address, "password": SECRET}), 422, NO_MATCH)
    shop.worker.drain()
    assert list(shop.mails()) == []
    assert accounts(shop) == before


def test_mails_and_ways_on_lead_to_the_public_address_whatever_host_was_asked_for(shop):
    for headers in ({"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "https"}, {"X-Original-URL": "//evil"}):
        client = shop.visitor()
        answer = client.post("/join", data={"email": EVE, "password": SECRET}, headers=headers)
        assert answer.location == "/join?done=sent"
        assert links(shop, EVE)[0].startswith("/confirm/")  # of PUBLIC_URL, or it would not have been found
    before = accounts(shop)
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8000"):
        answer = shop.visitor().post("/join", data={"email": BEN, "password": SECRET}, headers={"Host": host})
        assert answer.status_code == 400
    assert accounts(shop) == before


def test_joining_while_signed_in_makes_no_second_account(shop, ana):
    client = come_in(shop)
    before = accounts(shop)
    assert client.post("/join", data={"email": EVE, "password": SECRET}).location == "/account"
    assert client.post("/sign-in", data={"email": EVE, "password": SECRET}).location == "/account"
    assert accounts(shop) == before


def test_a_page_says_nothing_that_was_put_into_its_address(shop):
    evil = '"><script>x</script>'
    for path in ("/sign-in", "/join", "/reset", "/confirm"):
        page = shop.visitor().get(path, query_string={"next": evil, "email": evil, "done": evil})
        assert "<script>x" not in page.text
    assert join(shop).get("/join", query_string={"done": evil}).status_code == 200
