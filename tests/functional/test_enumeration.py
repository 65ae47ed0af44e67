"""Nobody learns from an answer whether an address has an account, nor in which state it is."""

import re

import pytest

from store.actors import SYSTEM, Role
from store.members import service
from tests.functional.accounts import (
    ANA,
    BEN,
    EVE,
    NO_MATCH,
    OTHER,
    SECRET,
    accounts,
    at_once,
    come_in,
    confirm,
    is_signed_in,
    join,
    joined,
    later,
    links,
    sign_in,
    subjects,
)
from tests.functional.ours import assert_page

NOBODY, SHUT, WAITING, STAFF = "nobody@example.com", "shut@example.com", "waiting@example.com", "staff@example.com"
KNOWN = (ANA, SHUT, WAITING, STAFF)
WRITTEN = "If there is an account with this address, a mail with a link is on its way."


@pytest.fixture
def crowd(shop):
    """Everybody an address may stand for."""
    shop.make_member(ANA, password=SECRET)
    shut = shop.make_member(SHUT, password=SECRET)
    service.set_active(shop.db, SYSTEM, shut, shop.clock(), active=False)
    shop.make_member(WAITING, password=SECRET, proven=False)
    shop.make_member(STAFF, Role.OWNER, password=SECRET)
    return shop


def seen(answer, email):
    """All that comes over the wire, but for the address that was typed."""
    hidden = [(name, value) for name, value in answer.headers if name not in ("Date", "Content-Length")]
    return answer.status_code, hidden, answer.text.replace(email, "ADDRESS")


def told(shop, path, email, client=None, **form):
    return seen((client or shop.visitor()).post(path, data={"email": email, **form}), email)


@pytest.mark.parametrize("password", [OTHER, ""])
def test_a_wrong_password_is_answered_alike_for_everybody_and_nobody(crowd, password):
    answers = {email: told(crowd, "/sign-in", email, password=password) for email in (NOBODY, *KNOWN)}
    assert answers[NOBODY][0] == 422
    assert "No account has this address with this password." in answers[NOBODY][2]
    assert all(answer == answers[NOBODY] for answer in answers.values())


def test_the_right_password_of_a_shut_or_waiting_account_is_answered_like_a_wrong_one(crowd):
    expected = told(crowd, "/sign-in", NOBODY, password=OTHER)
    assert told(crowd, "/sign-in", SHUT, password=SECRET) == expected
    assert told(crowd, "/sign-in", WAITING, password=SECRET) == expected


@pytest.mark.parametrize("path", ["/reset", "/confirm", "/join"])
def test_a_request_is_answered_alike_for_everybody_and_nobody(crowd, path):
    form = {"password": OTHER} if path == "/join" else {}
    answers = {email: told(crowd, path, email, **form) for email in (NOBODY, *KNOWN)}
    assert answers[NOBODY][0] == (302 if path == "/join" else 200)
    assert all(answer == answers[NOBODY] for answer in answers.values())


def test_each_request_leaves_one_job_whoever_it_is_for(crowd):
    """Else whoever sees how long the shop takes, or how much it writes, sees whom it knows."""
    client = come_in(crowd)
    for path, form in (("/reset", {}), ("/confirm", {}), ("/join", {"password": OTHER})):
        for email in (NOBODY, *KNOWN):
            before = crowd.value("SELECT COUNT(*) FROM job")
            crowd.visitor().post(path, data={"email": email, **form})
            assert crowd.value("SELECT COUNT(*) FROM job") == before + 1, (path, email)
    for email in (EVE, *KNOWN):
        before = crowd.value("SELECT COUNT(*) FROM job")
        client.post("/account/email", data={"email": email})
        assert crowd.value("SELECT COUNT(*) FROM job") == before + 1, email


def test_a_weak_password_is_refused_alike_for_a_free_and_a_taken_address(crowd):
    answers = {email: told(crowd, "/join", email, password="short") for email in (NOBODY, *KNOWN)}
    assert answers[NOBODY][0] == 422
    assert all(answer == answers[NOBODY] for answer in answers.values())
    assert crowd.value("SELECT COUNT(*) FROM member") == len(KNOWN)


def test_a_member_does_not_learn_who_else_is_one_by_changing_address(crowd):
    client = come_in(crowd)
    csrf = re.compile(r'name="csrf_token" value="[^"]+"')
    answers = {email: told(crowd, "/account/email", email, client) for email in (EVE, SHUT, WAITING, STAFF, ANA)}
    pages = {email: csrf.sub("", answer[2]).replace(ANA, "ADDRESS") for email, answer in answers.items()}
    assert all(answer[0] == 200 for answer in answers.values())
    assert all(page == pages[EVE] for page in pages.values())
    assert [subjects(crowd, email) for email in (EVE, SHUT, WAITING, STAFF)] == [
        ["Confirm your new address"],
        [],
        [],
        [],
    ]


def test_what_an_address_is_written_to_says_what_the_page_kept_quiet(crowd):
    for path, form in (("/reset", {}), ("/confirm", {}), ("/join", {"password": OTHER})):
        for email in (*KNOWN, NOBODY):
            crowd.visitor().post(path, data={"email": email, **form})
            crowd.worker.drain()
    already = "You have an account already"
    assert subjects(crowd, ANA) == ["Set a new password", already]
    assert subjects(crowd, STAFF) == ["Set a new password", already]
    assert subjects(crowd, SHUT) == []
    assert subjects(crowd, WAITING) == ["Confirm your address", "Set a new password", already]
    assert subjects(crowd, NOBODY) == ["Confirm your address"]


def test_case_does_not_make_another_account(shop):
    joined(shop)
    for spelling in ("ANA@example.com", "Ana@EXAMPLE.com", " ana@example.com "):
        shop.visitor().post("/join", data={"email": spelling, "password": OTHER})
        assert is_signed_in(sign_in(shop, email=spelling)[0])
    assert shop.rows("SELECT id, email FROM member") == [(1, ANA)]


def test_two_who_join_with_one_address_at_once_make_one_account(shop):
    for round_ in range(6):
        email = f"twin{round_}@example.com"
        answers = at_once(
            *[lambda email=email: shop.visitor().post("/join", data={"email": email, "password": SECRET})] * 2
        )
        assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/join?done=sent")] * 2
        assert seen(answers[0], email) == seen(answers[1], email)
        assert shop.value("SELECT COUNT(*) FROM member WHERE email = :email", email=email) == 1
        assert subjects(shop, email) == ["Confirm your address", "You have an account already"]


def test_nobody_confirms_an_account_that_opens_with_a_strangers_password(shop):
    """Eve joins with Ana's address and waits. Ana joins too, and follows what she finds in her mail."""
    join(shop, ANA, OTHER)
    eves_link = links(shop)[0]
    with later(minutes=5):
        join(shop, ANA, SECRET)
        anas_link = links(shop)[0]
        before = accounts(shop)
        assert shop.visitor().post(eves_link).status_code == 400
        assert accounts(shop) == before
        assert anas_link.startswith("/reset/")
        assert shop.visitor().post(anas_link, data={"password": SECRET}).location == "/sign-in?done=reset"
        assert_page(sign_in(shop, password=OTHER)[1], 422, NO_MATCH)
        assert is_signed_in(sign_in(shop, password=SECRET)[0])
    assert shop.value("SELECT confirmed_at FROM member") is not None


def test_who_joins_again_after_a_stranger_and_asks_for_the_mail_once_more_sets_a_password(shop):
    join(shop, ANA, OTHER)
    with later(minutes=5):
        join(shop, ANA, SECRET)
        shop.visitor().post("/confirm", data={"email": ANA})
        assert links(shop)[0].startswith("/reset/")


def test_a_second_press_of_join_leaves_the_first_mail_good(shop):
    client = join(shop)
    first = links(shop)[0]
    join(shop)
    assert links(shop)[0].startswith("/confirm/")
    assert client.post(first).location == "/sign-in?done=confirmed"
    assert is_signed_in(come_in(shop))


def test_who_forgot_the_password_before_confirming_proves_the_address_by_setting_a_new_one(shop):
    join(shop)
    assert_page(shop.visitor().post("/reset", data={"email": ANA}), 200, WRITTEN)
    assert shop.visitor().post(links(shop)[0], data={"password": OTHER}).location == "/sign-in?done=reset"
    assert is_signed_in(sign_in(shop, password=OTHER)[0])


def test_joining_with_the_address_of_a_member_changes_nothing_for_them(shop):
    client = joined(shop)
    before = accounts(shop)
    with later(minutes=5):
        join(shop, ANA, OTHER)
        assert accounts(shop) == before
        assert links(shop)[0] == "/sign-in"
        assert sign_in(shop, client, password=OTHER)[1].status_code == 422
        assert is_signed_in(sign_in(shop)[0])


def test_the_mail_about_a_second_joining_reaches_only_the_address_itself(shop):
    confirm(shop, join(shop))
    join(shop, BEN)
    join(shop, ANA, OTHER)
    assert subjects(shop, BEN) == ["Confirm your address"]
    assert subjects(shop, ANA) == ["Confirm your address", "You have an account already"]
