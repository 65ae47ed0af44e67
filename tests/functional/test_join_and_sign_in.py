"""Somebody joins, confirms, signs in, is asked for a code, forgets the password, and signs out."""

from store.actors import SYSTEM, Role
from store.members import service
from tests.functional.accounts import ANA, carry_token, code, joined, key_on, recovery_codes, sign_in
from tests.functional.ours import assert_page


def test_who_joins_confirms_and_signs_in_has_an_account(shop):
    client = joined(shop)
    client, answer = sign_in(shop, client)
    assert (answer.status_code, answer.location) == (302, "/account")
    page = client.get("/account")
    assert_page(page, 200, "Your account", ANA)


def test_a_new_owner_sets_up_an_app_at_the_first_sign_in_and_runs_the_shop(shop):
    client = joined(shop)
    service.grant(shop.db, SYSTEM, ANA, Role.OWNER, shop.clock())
    client, answer = sign_in(shop)
    assert answer.location == "/account/authenticator"
    assert client.get("/account").status_code == 303
    page = client.post("/account/authenticator", data={"setup": "authenticator"})
    assert "<svg" in page.text
    answer = client.post("/sign-in/code", data={"code": code(key_on(page))})
    assert (answer.status_code, answer.location) == (302, "/account"), answer.text
    page = client.get("/account")
    assert "Run the shop" in page.text
    codes = recovery_codes(carry_token(client))
    assert len(codes) == 10
    assert client.get("/admin/staff").status_code == 200
    client, answer = sign_in(shop)
    assert answer.location == "/sign-in/code"
    answer = client.post("/sign-in/recovery", data={"code": codes[0]})
    assert answer.location == "/account", answer.text
