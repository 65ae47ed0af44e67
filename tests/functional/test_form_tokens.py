"""Every form of somebody signed in carries a token of that session, beside coming from our own page."""

from itertools import filterfalse

import pytest

from store.actors import Role
from tests.functional.accounts import ANA, BEN, SECRET, TOKEN, accounts, come_in, is_signed_in, sign_in
from tests.functional.ours import assert_page, everything, sample
from tests.functional.principals import is_call

OPENED_BEFORE = "This form was opened before you signed in, or in another session. Open its page again."
NOT_PERSONAL = {
    "cart.add", "cart.change", "checkout.check", "checkout.place", "checkout.put_back", "checkout.cancel_now",
    "orders.find_now", "orders.again", "payments.webhook",
}  # fmt: skip
"""What a guest may do as well, guarded by where the form comes from; and Stripe's door, guarded by its signature."""


def unsafe(shop):
    for rule in filterfalse(is_call, shop.app.url_map.iter_rules()):
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            yield rule.endpoint, method, shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, sample(rule), method)


@pytest.fixture
def owner(shop):
    return shop.signed_in(shop.make_member(ANA, Role.OWNER, password=SECRET))


def test_what_needs_no_token_is_listed_here(shop, owner):
    owner.token = None
    answers = {endpoint: owner.open(path, method=method).status_code for endpoint, method, path in unsafe(shop)}
    assert {endpoint for endpoint, status in answers.items() if status != 403} == NOT_PERSONAL


def test_without_a_token_of_this_very_session_nothing_is_done(shop, owner):
    other, stale = shop.member(BEN), shop.signed_in(1)
    of_other, of_ended = other.token, stale.token
    stale.post("/sign-out")
    mine, owner.token = owner.token, None
    before = accounts(shop), everything(shop)
    tried = 0
    for endpoint, method, path in unsafe(shop):
        if endpoint in NOT_PERSONAL:
            continue
        tried += 1
        for token in ("", "x", of_other, of_ended, mine[:-3], mine.partition(".")[0]):
            for carried in ({"data": {"csrf_token": token}}, {"headers": {"X-CSRFToken": token}}):
                assert_page(owner.open(path, method=method, **carried), 403, OPENED_BEFORE)
    assert tried >= 20
    assert (accounts(shop), everything(shop)) == before
    assert is_signed_in(owner)


def test_a_form_that_was_opened_before_signing_in_is_not_taken_after(shop):
    shop.make_member(ANA, password=SECRET)
    client = shop.visitor()
    for path in ("/sign-in", "/join", "/reset", "/confirm"):
        assert TOKEN.search(client.get(path).text) is None, path  # a stranger has no session to bind one to
    first = come_in(shop)
    second, _ = sign_in(shop)
    assert second.post("/sign-out", data={"csrf_token": first.token}).status_code == 403
    assert is_signed_in(second)


def test_a_new_password_ends_the_forms_that_were_open(shop):
    shop.make_member(ANA, password=SECRET)
    client = come_in(shop)
    form = {"password": SECRET, "new_password": "violet harbor seldom brick"}
    assert client.post("/account/password", data=form).location == "/account?done=password"
    assert client.post("/sign-out").status_code == 403
    assert is_signed_in(client)


def test_a_good_token_does_not_make_up_for_another_site(shop, owner):
    before = accounts(shop)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert owner.post("/sign-out", headers=headers).status_code == 403
        assert owner.post("/admin/staff", data={"email": BEN, "role": "owner"}, headers=headers).status_code == 403
    assert accounts(shop) == before
