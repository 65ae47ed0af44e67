"""Who is signed in, for how long, and what ends it. A cookie that was copied is worth nothing once it has ended."""

import re

import pytest
from flask_login.utils import encode_cookie

from store.actors import SYSTEM, Role
from store.members import service
from store.members.sessions import MEMBER_IDLE, MEMBER_LIFE, STAFF_IDLE, STAFF_LIFE
from tests.functional.accounts import (
    ANA,
    BEN,
    OTHER,
    SECRET,
    accounts,
    at_once,
    carry_token,
    code,
    come_in,
    halfway,
    is_signed_in,
    is_stranger,
    join,
    joined,
    key_of,
    later,
    sign_in,
)
from tests.functional.ours import sample
from tests.functional.test_origin_and_cookies import cookies_of

HTTPS = "https://localhost"


def cookie_of(client):
    return client.get_cookie("session").value


def holding(shop, cookie, name="session"):
    """A browser into which this was copied."""
    client = shop.visitor()
    client.set_cookie(name, cookie)
    return client


@pytest.fixture
def ana(shop):
    shop.make_member(ANA, password=SECRET)
    return come_in(shop)


def test_a_cookie_from_before_signing_in_opens_nothing_after(shop):
    shop.make_member(ANA, password=SECRET)
    fixed = "of-somebody-who-wants-to-be-there-already-00"
    client = holding(shop, fixed)
    client.get("/sign-in")
    sign_in(shop, client)
    assert is_signed_in(client)
    assert cookie_of(client) != fixed
    assert is_stranger(holding(shop, fixed))


def test_the_cookie_between_password_and_code_opens_nothing_before_or_after(shop):
    shop.make_member(ANA, Role.PACKER, password=SECRET)
    client = halfway(shop)
    between = cookie_of(client)
    assert is_stranger(holding(shop, between))
    assert client.post("/sign-in/code", data={"code": code(key_of(shop))}).location == "/account"
    assert is_signed_in(client)
    assert cookie_of(client) != between
    assert is_stranger(holding(shop, between))
    assert holding(shop, between).get("/sign-in/code").location == "/sign-in?done=again"


def test_a_copied_cookie_ends_with_signing_out(shop, ana):
    copied = holding(shop, cookie_of(ana))
    assert is_signed_in(copied)
    answer = ana.post("/sign-out")
    assert (answer.status_code, answer.location) == (302, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert cookies_of(answer)["session"][0] == ""
    assert is_stranger(ana)
    assert is_stranger(copied)
    assert shop.rows("SELECT id FROM member_session") == []


def test_nobody_is_signed_out_by_a_picture(shop, ana):
    before = accounts(shop)
    for method in ("GET", "HEAD"):
        assert ana.open("/sign-out", method=method).status_code == 405
    assert ana.post("/account", data={"_method": "DELETE"}).status_code == 405
    assert accounts(shop) == before
    assert is_signed_in(ana)


def test_what_the_database_keeps_of_a_session_is_no_cookie(shop, ana):
    ((digest, data),) = shop.rows("SELECT digest, data FROM member_session")
    assert cookie_of(ana) not in str(shop.rows("SELECT * FROM member_session"))
    for kept in (digest, digest.upper(), re.search(r'"_user_id": "(\w+)"', str(data).replace("'", '"'))[1]):
        assert is_stranger(holding(shop, kept))


def test_a_new_password_ends_every_other_session_and_renews_this_one(shop, ana):
    elsewhere, before = come_in(shop), cookie_of(ana)
    answer = ana.post("/account/password", data={"password": SECRET, "new_password": OTHER})
    assert answer.location == "/account?done=password"
    assert is_signed_in(ana)
    assert cookie_of(ana) != before
    assert is_stranger(elsewhere)
    assert is_stranger(holding(shop, before))


def test_a_shut_account_is_out_at_the_next_request_and_cannot_come_back(shop, ana):
    service.set_active(shop.db, SYSTEM, 1, shop.clock(), active=False)
    assert is_stranger(ana)
    assert sign_in(shop)[1].status_code == 422
    service.set_active(shop.db, SYSTEM, 1, shop.clock(), active=True)
    assert is_stranger(ana)
    assert is_signed_in(come_in(shop))


def test_a_role_given_or_taken_ends_the_sessions_that_knew_no_better(shop, ana):
    service.grant(shop.db, SYSTEM, ANA, Role.OWNER, shop.clock())
    assert is_stranger(ana)
    shop.make_member(BEN, Role.OWNER, Role.REPORTS)
    staff = shop.signed_in(2)
    assert staff.get("/admin/staff").status_code == 200
    service.take_away(shop.db, SYSTEM, 2, Role.OWNER, shop.clock())
    assert staff.get("/admin/staff").location == "/sign-in?next=/admin/staff"


def test_a_session_of_another_member_is_nobody_elses_to_end(shop, ana):
    ben = shop.member(BEN)
    before = accounts(shop)
    assert ben.post("/account/sessions/1/end").status_code == 404
    assert accounts(shop) == before
    elsewhere = come_in(shop)
    assert ana.post("/account/sessions/end-others").location == "/account/sessions?done=others"
    assert (is_signed_in(ana), is_signed_in(ben), is_stranger(elsewhere)) == (True, True, True)


@pytest.mark.parametrize(
    ("roles", "idle", "longest"), [((), MEMBER_IDLE, MEMBER_LIFE), ((Role.STALL,), STAFF_IDLE, STAFF_LIFE)]
)
def test_a_session_ends_when_unused_and_when_old(shop, roles, idle, longest):
    client = shop.signed_in(shop.make_member(ANA, *roles))
    with later(seconds=idle.total_seconds() - 10):
        assert is_signed_in(client)  # and is in use again
    with later(seconds=2 * idle.total_seconds()):
        assert is_stranger(client)
    client, passed = shop.signed_in(1), 0
    while passed + idle.total_seconds() * 0.9 < longest.total_seconds():
        passed += idle.total_seconds() * 0.9
        with later(seconds=passed):
            assert is_signed_in(client)
    with later(seconds=longest.total_seconds() + 1):
        assert is_stranger(client)


def test_no_cookie_remembers_anybody_for_ever(shop):
    """Flask-Login would take one that was made with the shop's key, past every session on the server."""
    joined(shop)
    uniquifier = shop.value("SELECT fs_uniquifier FROM member")
    with shop.app.app_context():
        forged = encode_cookie(uniquifier, key=shop.settings.secret_key)
    assert is_stranger(holding(shop, forged, "remember_token"))
    client = shop.visitor()
    answer = client.post("/sign-in", data={"email": ANA, "password": SECRET, "remember": "y", "remember_me": "1"})
    assert {name for name, (value, _) in cookies_of(answer).items() if value} == {"session", "device", "bag_count"}
    assert "max-age" not in str(cookies_of(answer)["session"])


def test_with_https_the_cookies_are_secure_bound_to_the_host_and_out_of_scripts_reach(open_shop):
    shop = open_shop(public_url=HTTPS)
    shop.make_member(ANA, password=SECRET)
    client = shop.visitor()
    form = {"email": ANA, "password": SECRET}
    found = cookies_of(client.post("/sign-in", data=form, base_url=HTTPS))
    assert all(name.startswith("__Host-") and "secure" in flags for name, (_, flags) in found.items())
    assert found["__Host-session"][1] == {"path=/", "samesite=lax", "httponly", "secure"}
    assert found["__Host-device"][1] == {"path=/", "samesite=lax", "httponly", "secure", "max-age=31536000"}
    assert client.get("/account", base_url=HTTPS).status_code == 200
    neighbor = shop.visitor()
    neighbor.set_cookie("session", found["__Host-session"][0])
    assert neighbor.get("/account", base_url=HTTPS).status_code == 303


def test_what_is_answered_to_members_is_kept_by_nothing_between(shop):
    shop.make_member(ANA, Role.OWNER)
    adapter = shop.app.url_map.bind("127.0.0.1")
    for rule in shop.app.url_map.iter_rules():
        for method in rule.methods & {"GET", "POST"}:
            if rule.endpoint == "static":
                continue
            answer = shop.signed_in(1).open(
                adapter.build(rule.endpoint, sample(rule), method), method=method, buffered=True
            )
            assert "Cookie" in answer.vary, (method, rule.rule)
            assert answer.headers["Cache-Control"] == "no-store", (method, rule.rule)


def test_signing_out_and_in_at_once_leaves_exactly_the_new_session(shop):
    shop.make_member(ANA, password=SECRET)
    for _ in range(8):
        leaving, coming = come_in(shop), shop.visitor()
        out, into = at_once(
            lambda leaving=leaving: leaving.post("/sign-out"), lambda coming=coming: sign_in(shop, coming)
        )
        assert (out.location, into[1].location) == ("/", "/account")
        assert (is_stranger(leaving), is_signed_in(coming)) == (True, True)
        assert carry_token(coming).post("/sign-out").location == "/"
    assert shop.rows("SELECT id FROM member_session") == []


def test_who_has_not_confirmed_an_address_is_not_let_in(shop):
    join(shop)
    client, answer = sign_in(shop)
    assert answer.status_code == 422
    assert is_stranger(client)
    assert shop.rows("SELECT id FROM member_session") == []
