"""Password and code: the one without the other opens nothing, and no code counts twice."""

import re

import pytest

from store.actors import SYSTEM, Role
from store.members import service
from tests.functional.accounts import (
    ANA,
    EVE,
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
    joined,
    key_of,
    key_on,
    later,
    links,
    recovery_codes,
    sign_in,
)
from tests.functional.ours import assert_page

WRONG = "000000"
NO_FIT = "That code does not fit, or was used."
AGAIN = "/sign-in?done=again"


@pytest.fixture
def owner(shop):
    """Ana owns the shop; the key in her app."""
    shop.make_member(ANA, Role.OWNER, password=SECRET)
    return key_of(shop)


def type_code(client, digits):
    return client.post("/sign-in/code", data={"code": digits})


def with_app(shop):
    """A member, signed in, who has just set up an app; the browser and the key."""
    shop.make_member(ANA, password=SECRET)
    client = come_in(shop)
    key = key_on(client.post("/account/authenticator", data={"setup": "authenticator"}))
    assert type_code(client, code(key)).location == "/account/recovery-codes"
    return client, key


def test_the_password_of_staff_opens_nothing_without_the_code(shop, owner):
    client = halfway(shop)
    for path in ("/account", "/account/orders", "/account/recovery-codes", "/account/password", "/admin/staff"):
        assert client.get(path).location.startswith("/sign-in?next="), path
    assert client.get("/account/authenticator").location == AGAIN  # nobody replaces the app without the app
    assert is_stranger(client)


def test_a_role_counts_for_nothing_until_a_second_factor_is_set_up(shop):
    joined(shop)
    service.grant(shop.db, SYSTEM, ANA, Role.OWNER, shop.clock())
    client, answer = sign_in(shop)
    assert answer.location == "/account/authenticator"
    assert client.get("/admin/staff").location == "/sign-in?next=/admin/staff"
    forced = shop.signed_in(1)  # a session, as if the second factor had been forgotten somewhere
    assert forced.get("/admin/staff").status_code == 404


def test_a_role_counts_for_nothing_in_a_session_that_began_without_one(shop):
    """It was given at the very moment of signing in: this session was asked for no code, and lives for weeks."""
    client, _ = with_app(shop)
    now = shop.clock()
    shop.write(
        "INSERT INTO member_role (member_id, role, granted_by, granted_at) VALUES (1, 'owner', 'x', :now)", now=str(now)
    )
    assert client.get("/admin/staff").status_code == 404
    assert is_signed_in(client)


def test_a_code_lets_one_in_once(shop, owner):
    digits = code(owner)
    first, second = halfway(shop), halfway(shop)
    assert type_code(first, digits).location == "/account"
    for spelt in (
        digits,
        f" {digits} ",
        f"{digits[:3]} {digits[3:]}",
        digits.translate({48 + n: 0xFF10 + n for n in range(10)}),
    ):
        second = halfway(shop)
        assert_page(type_code(second, spelt), 422, NO_FIT)
        assert is_stranger(second)


def test_a_code_typed_twice_at_once_lets_one_in(shop, owner):
    for round_ in range(5):
        with later(minutes=2 * round_):
            clients, digits = [halfway(shop), halfway(shop), halfway(shop)], code(owner)
            answers = at_once(*(lambda one=one, digits=digits: type_code(one, digits) for one in clients))
            assert sorted(answer.status_code for answer in answers) == [302, 422, 422]
            assert sum(is_signed_in(one) for one in clients) == 1


def test_a_code_is_good_for_the_half_minute_before_and_after_and_no_longer(shop, owner):
    with later(seconds=-120):
        old = code(owner)
    assert_page(type_code(halfway(shop), old), 422, NO_FIT)
    with later(seconds=-30):
        recent = code(owner)
    assert type_code(halfway(shop), recent).location == "/account"


def test_five_wrong_codes_end_the_attempt_and_the_password_is_asked_again(shop, owner):
    client = halfway(shop)
    for _ in range(5):
        assert_page(type_code(client, WRONG), 422, NO_FIT)
    assert type_code(client, code(owner)).location == AGAIN
    assert is_stranger(client)
    assert shop.rows("SELECT id FROM member_session") == []
    assert type_code(halfway(shop), code(owner)).location == "/account"


def test_five_are_five_however_many_are_typed_at_once(shop, owner):
    client = halfway(shop)
    cookie = client.get_cookie("session").value
    clients = [shop.visitor() for _ in range(12)]
    for one in clients:
        one.set_cookie("session", cookie)
    answers = at_once(*(lambda one=one: type_code(one, WRONG) for one in clients))
    looked_at = [answer for answer in answers if answer.status_code == 422]
    assert len(looked_at) <= 5
    assert {answer.location for answer in answers if answer not in looked_at} == {AGAIN}
    assert type_code(client, code(owner)).location == AGAIN


def test_between_password_and_code_are_ten_minutes(shop, owner):
    client = halfway(shop)
    with later(minutes=10, seconds=1):
        assert type_code(client, code(owner)).location == AGAIN
        assert is_stranger(client)


def test_a_recovery_code_stands_in_once(shop, owner):
    codes = recovery_codes(shop.signed_in(1))
    assert len(set(codes)) == 10
    assert not any(one in str(accounts(shop)) or one.replace("-", "") in str(accounts(shop)) for one in codes)
    client = halfway(shop)
    assert client.post("/sign-in/recovery", data={"code": codes[0].upper().replace("-", " ")}).location == "/account"
    again = halfway(shop)
    refused = again.post("/sign-in/recovery", data={"code": codes[0]})
    assert_page(refused, 422, "That is none of your recovery codes, or it was used.")
    assert is_stranger(again)


def test_a_recovery_code_typed_twice_at_once_lets_one_in(shop, owner):
    for digits in recovery_codes(shop.signed_in(1))[:6]:
        clients = [halfway(shop), halfway(shop)]
        answers = at_once(
            *(lambda one=one, digits=digits: one.post("/sign-in/recovery", data={"code": digits}) for one in clients)
        )
        assert sorted(answer.status_code for answer in answers) == [302, 422]
        assert sum(is_signed_in(one) for one in clients) == 1
    assert shop.value("SELECT COUNT(*) FROM recovery_code") == 4


def test_new_recovery_codes_end_the_old(shop, owner):
    staff = shop.signed_in(1)
    old = recovery_codes(staff)
    new = recovery_codes(staff)
    client = halfway(shop)
    assert client.post("/sign-in/recovery", data={"code": old[1]}).status_code == 422
    assert client.post("/sign-in/recovery", data={"code": new[1]}).location == "/account"


def test_a_reset_password_does_not_spare_the_code(shop, owner):
    shop.visitor().post("/reset", data={"email": ANA})
    assert shop.visitor().post(links(shop)[0], data={"password": OTHER}).location == "/sign-in?done=reset"
    client, answer = sign_in(shop, password=OTHER)
    assert answer.location == "/sign-in/code"
    assert is_stranger(client)


def test_an_app_that_was_set_up_meanwhile_is_not_replaced_by_who_only_knew_the_password(shop):
    joined(shop)
    service.grant(shop.db, SYSTEM, ANA, Role.PACKER, shop.clock())
    thief, ana = sign_in(shop)[0], sign_in(shop)[0]
    stolen = key_on(thief.post("/account/authenticator", data={"setup": "authenticator"}))
    own = key_on(ana.post("/account/authenticator", data={"setup": "authenticator"}))
    assert type_code(ana, code(own)).location == "/account"
    before = accounts(shop)["member"]
    assert type_code(thief, code(stolen)).location == AGAIN
    assert thief.post("/account/authenticator", data={"setup": "authenticator"}).location == AGAIN
    assert is_stranger(thief)
    assert accounts(shop)["member"] == before


def test_of_two_apps_set_up_at_once_one_is_kept(shop):
    joined(shop)
    service.grant(shop.db, SYSTEM, ANA, Role.PACKER, shop.clock())
    clients = [sign_in(shop)[0] for _ in range(2)]
    keys = [key_on(one.post("/account/authenticator", data={"setup": "authenticator"})) for one in clients]
    answers = at_once(
        *(lambda one=one, key=key: type_code(one, code(key)) for one, key in zip(clients, keys, strict=True))
    )
    assert sum(answer.location == "/account" for answer in answers) == 1
    kept = key_of(shop)
    let_in = [is_signed_in(one) for one in clients]
    assert [kept == re.sub(r"[\s-]", "", key) for key in keys] == let_in


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/email", {"email": EVE}),
        ("/account/authenticator", {"setup": "authenticator"}),
        ("/account/authenticator", {"setup": "disable"}),
        ("/account/recovery-codes", {"generate_new_codes": "yes"}),
    ],
)
def test_what_locks_out_needs_a_password_typed_within_ten_minutes(shop, path, form):
    client, _ = with_app(shop)
    recovery_codes(client)
    with later(minutes=10, seconds=5):
        before, mails = accounts(shop), shop.value("SELECT COUNT(*) FROM job")
        assert client.post(path, data=form).location == f"/account/verify?next={path}"
        assert (accounts(shop), shop.value("SELECT COUNT(*) FROM job")) == (before, mails)
        assert_page(client.post("/account/verify", data={"password": OTHER}), 422, "That is not your password.")
        assert client.post(path, data=form).location == f"/account/verify?next={path}"
        assert client.post("/account/verify", data={"password": SECRET, "next": path}).location == path
        assert client.post(path, data=form).status_code in (200, 302)
        assert (accounts(shop), shop.value("SELECT COUNT(*) FROM job")) != (before, mails) or "setup" in form


def test_staff_cannot_turn_the_second_factor_off_and_members_can(shop, owner):
    staff, before = shop.signed_in(1), accounts(shop)["member"]
    refused = staff.post("/account/authenticator", data={"setup": "disable"})
    assert_page(refused, 422)
    assert accounts(shop)["member"] == before
    shop.write("DELETE FROM member_role")
    member = shop.signed_in(1)
    assert member.post("/account/authenticator", data={"setup": "disable"}).location == "/account/recovery-codes"
    assert shop.rows("SELECT tf_primary_method, tf_totp_secret FROM member") == [(None, None)]


def test_the_seed_leaves_the_shop_only_on_the_page_that_sets_it_up(shop):
    client, key = with_app(shop)
    plain = re.sub(r"[\s-]", "", key)
    for path in ("/account", "/account/authenticator", "/account/recovery-codes", "/account/sessions"):
        assert plain not in re.sub(r"[\s-]", "", carry_token(client).get(path).text), path
    assert plain not in str(accounts(shop)) + str(shop.rows("SELECT data FROM member_session"))
