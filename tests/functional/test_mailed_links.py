"""Links in mails: good once, for a while, for the one they were made for; and looking at one changes nothing."""

from functools import partial

import pytest

from store.actors import SYSTEM
from store.members import gate, service
from tests.functional.accounts import (
    ANA,
    BEN,
    EVE,
    OF_ANOTHER,
    OTHER,
    SECRET,
    STALE,
    accounts,
    at_once,
    carry_token,
    come_in,
    is_signed_in,
    is_stranger,
    join,
    joined,
    later,
    links,
    sign_in,
    subjects,
)
from tests.functional.ours import assert_page

NEW = "ana@new.example"
CONFIRM, RESET, CHANGE = "confirm", "reset", "change"


def ask_for_reset(shop, email=ANA):
    page = shop.visitor().post("/reset", data={"email": email})
    assert_page(page, 200, "Look into your mail")
    return links(shop, email)[0]


def ask_for_change(shop, client, to=NEW):
    assert_page(client.post("/account/email", data={"email": to}), 200, "Look into your mail")
    return links(shop, to)[0]


def link_of(shop, kind):
    """A fresh link, and the browser and form that use it."""
    if kind == CONFIRM:
        return links(shop)[0] if join(shop) else None, shop.visitor(), {}
    joined(shop)
    if kind == RESET:
        return ask_for_reset(shop), shop.visitor(), {"password": OTHER}
    client = come_in(shop)
    return ask_for_change(shop, client), client, {}


GOOD_FOR = {CONFIRM: {"days": 2}, RESET: {"minutes": 30}, CHANGE: {"hours": 2}}


def assert_refused(shop, client, path, form, sentence=STALE):
    before = accounts(shop)
    assert_page(client.get(path), 400, sentence)
    assert_page(client.post(path, data=form), 400, sentence)
    assert accounts(shop) == before


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_looking_at_a_link_changes_nothing(shop, kind):
    path, client, _ = link_of(shop, kind)
    before = accounts(shop)
    for look in (client.get, client.head):
        assert look(path).status_code == 200
    assert accounts(shop) == before


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_a_link_works_once(shop, kind):
    path, client, form = link_of(shop, kind)
    assert client.post(path, data=form).status_code == 302
    assert_refused(shop, shop.visitor(), path, form)


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_a_link_is_good_for_a_while_and_no_longer(shop, kind):
    path, client, form = link_of(shop, kind)
    with later(**GOOD_FOR[kind], seconds=5):
        if kind == CHANGE:
            client = shop.signed_in(1)
        assert_refused(shop, client, path, form)
    with later(**GOOD_FOR[kind], seconds=-20):
        if kind == CHANGE:
            client = shop.signed_in(1)
        assert client.post(path, data=form).status_code == 302


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_a_link_that_was_touched_or_made_for_another_door_opens_none(shop, kind):
    path, client, form = link_of(shop, kind)
    door, _, token = path.rpartition("/")
    touched = token[:5] + ("A" if token[5] != "A" else "B") + token[6:]
    for wrong in (touched, token[1:], f"{token}AAAA", "x", token.rpartition(".")[0], "%F0%9F%8E%B5", "a" * 3000):
        assert_refused(shop, client, f"{door}/{wrong}", form)
    for other in {"/confirm", "/reset", "/account/email"} - {door}:
        assert_refused(shop, client, f"{other}/{token}", {"password": OTHER})


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_a_link_of_one_member_does_nothing_in_the_session_of_another(shop, kind):
    path, _, form = link_of(shop, kind)
    assert_refused(shop, shop.member(BEN), path, form, OF_ANOTHER)


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_a_link_of_a_shut_account_opens_nothing(shop, kind):
    path, _, form = link_of(shop, kind)
    service.set_active(shop.db, SYSTEM, 1, shop.clock(), active=False)
    assert_refused(shop, shop.visitor(), path, form)


def test_a_new_address_is_taken_over_only_where_its_member_is_signed_in(shop):
    """Who reads the mail may be somebody else, from whom the account's owner hopes for a careless press."""
    path, _, _ = link_of(shop, CHANGE)
    stranger, before = shop.visitor(), accounts(shop)
    assert stranger.get(path).location == f"/sign-in?next={path}"
    assert stranger.post(path).location == "/sign-in"
    assert accounts(shop) == before
    _, answer = sign_in(shop, stranger)
    assert answer.location == "/account"
    assert carry_token(stranger).post(path).location == "/sign-in?done=email"
    assert shop.rows("SELECT email, email_key FROM member") == [(NEW, NEW)]


def test_a_new_address_signs_in_and_the_old_one_is_told(shop):
    joined(shop)
    elsewhere, client = come_in(shop), come_in(shop)
    old_reset = ask_for_reset(shop)
    path = ask_for_change(shop, client)
    assert client.post(path).location == "/sign-in?done=email"
    assert is_stranger(client)
    assert is_stranger(elsewhere)
    assert "Your address was changed" in subjects(shop)
    assert_refused(shop, shop.visitor(), old_reset, {"password": OTHER})
    assert sign_in(shop)[1].status_code == 422
    assert sign_in(shop, email=NEW)[1].location == "/account"


def test_an_address_that_somebody_has_taken_meanwhile_is_not_taken_over(shop):
    path, client, form = link_of(shop, CHANGE)
    shop.make_member(NEW)
    assert_refused(shop, client, path, form)


def test_a_new_password_ends_every_other_link_and_session(shop):
    joined(shop)
    here, elsewhere = come_in(shop), come_in(shop)
    change, first, second = ask_for_change(shop, here), ask_for_reset(shop), ask_for_reset(shop)
    assert shop.visitor().post(second, data={"password": OTHER}).location == "/sign-in?done=reset"
    assert is_stranger(here)
    assert is_stranger(elsewhere)
    assert_refused(shop, shop.visitor(), first, {"password": "another one of nobody"})
    assert_refused(shop, shop.visitor(), change, {})
    assert sign_in(shop)[1].status_code == 422
    assert is_signed_in(come_in(shop, password=OTHER))


@pytest.mark.parametrize("kind", [RESET, CHANGE])
def test_a_mail_that_was_asked_for_before_the_password_changed_brings_no_fresh_link(shop, kind):
    """The worker makes the link when it sends the mail; one that comes late would outlive what should have ended it."""
    joined(shop)
    client = come_in(shop)
    if kind == RESET:
        shop.visitor().post("/reset", data={"email": ANA})
    else:
        client.post("/account/email", data={"email": EVE})
    changed = client.post("/account/password", data={"password": SECRET, "new_password": OTHER})
    assert changed.location == "/account?done=password"
    assert subjects(shop) == ["Confirm your address", "Your password was changed"]
    assert subjects(shop, EVE) == []


def test_the_same_link_pressed_twice_at_once_sets_one_password(shop):
    joined(shop)
    for round_ in range(6):
        path = ask_for_reset(shop)
        words = [f"{OTHER} {round_} {side}" for side in ("left", "right")]
        answers = at_once(*(partial(shop.visitor().post, path, data={"password": one}) for one in words))
        set_ = [one for one, answer in zip(words, answers, strict=True) if answer.status_code == 302]
        assert len(set_) == 1, [answer.status_code for answer in answers]
        assert sorted(answer.status_code for answer in answers)[1] in (400, 409)
        assert [is_signed_in(sign_in(shop, password=one)[0]) for one in words] == [one in set_ for one in words]


@pytest.mark.parametrize("kind", [CONFIRM, RESET])
def test_a_link_that_is_used_up_while_a_second_press_is_looked_at_says_so(shop, monkeypatch, kind):
    path, client, form = link_of(shop, kind)
    looked_at, others = gate.links.owner_of, []

    def slowly(view, token):
        owner = looked_at(view, token)
        if not others:
            others.append(None)
            others.append(client.post(path, data=form))
        return owner

    monkeypatch.setattr(gate.links, "owner_of", slowly)
    assert_page(shop.visitor().post(path, data=form), 400, STALE)
    assert others[1].status_code == 302
