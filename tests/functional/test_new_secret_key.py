"""The day the shop's key is changed (docs/decisions/0007): what ends, and that everybody gets in again."""

import dataclasses

import pytest

from store.actors import Role
from store.app import create_app, make_worker
from tests.functional.accounts import (
    ANA,
    BEN,
    OTHER,
    SECRET,
    code,
    is_signed_in,
    is_stranger,
    join,
    key_on,
    links,
    recovery_codes,
    sign_in,
)
from tests.functional.ours import assert_page
from tests.people import Visitor


@pytest.fixture
def rekeyed(shop):
    """The same database under another key; a link, a session and recovery codes are from before."""
    shop.make_member(ANA, Role.OWNER, password=SECRET)
    shop.make_member(BEN, password=SECRET)
    shop.still_in = shop.signed_in(1)
    shop.old_codes = recovery_codes(shop.still_in)
    join(shop, "new@example.com")
    shop.old_link = links(shop, "new@example.com")[0]
    shop.settings = dataclasses.replace(shop.settings, secret_key="another key, made on the day the old one leaked")
    shop.close()
    shop.app = create_app(shop.settings, shop.clock)
    shop.app.test_client_class = Visitor
    shop.app.extensions["mailer"] = dataclasses.replace(shop.app.extensions["mailer"], folder=shop.folder / "mail")
    shop.db, shop.worker = shop.app.extensions["db"], make_worker(shop.app)
    return shop


def reset(shop, email):
    shop.visitor().post("/reset", data={"email": email})
    assert shop.visitor().post(links(shop, email)[0], data={"password": OTHER}).location == "/sign-in?done=reset"
    return sign_in(shop, email=email, password=OTHER)


def test_mailed_links_and_passwords_end(rekeyed):
    assert rekeyed.visitor().post(rekeyed.old_link).status_code == 400
    assert sign_in(rekeyed, email=BEN)[1].status_code == 422
    assert is_signed_in(reset(rekeyed, BEN)[0])


def test_sessions_stay_until_they_are_ended(rekeyed):
    again = rekeyed.visitor()
    again.set_cookie("session", rekeyed.still_in.get_cookie("session").value)
    assert is_signed_in(again)
    rekeyed.write("DELETE FROM member_session")
    assert is_stranger(again)


def test_a_second_factor_sealed_with_the_old_key_lets_nobody_in_until_it_is_cleared(rekeyed):
    client, answer = reset(rekeyed, ANA)
    assert answer.location == "/sign-in/code"
    assert_page(client.post("/sign-in/code", data={"code": "123456"}), 422)
    assert client.post("/sign-in/recovery", data={"code": rekeyed.old_codes[0]}).status_code == 422
    assert is_stranger(client)
    rekeyed.write("UPDATE member SET tf_totp_secret = NULL, tf_primary_method = NULL")
    client, answer = sign_in(rekeyed, password=OTHER)
    assert answer.location == "/account/authenticator"
    key = key_on(client.post("/account/authenticator", data={"setup": "authenticator"}))
    assert client.post("/sign-in/code", data={"code": code(key)}).location == "/account"
    assert client.get("/admin/staff").status_code == 200
