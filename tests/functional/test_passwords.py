"""What a password may be: long rather than motley, never cut short, and not what everybody guesses first."""

import dataclasses

import pytest
from flask_security import verify_password

from store.actors import Role
from store.app import create_app
from tests.functional.accounts import ANA, OTHER, SECRET, accounts, come_in, is_signed_in, is_stranger, sign_in
from tests.functional.ours import assert_page

GUESSED = "This one is among the first that people guess."
SHORT, SHORT_FOR_STAFF = "At least 10 characters, please.", "At least 15 characters, please."
WEAK = [
    "Password123", "password1234", "P@ssw0rd2026", "qwertyuiop", "1234567890", "iloveyou123", "letmein2026",
    "nastymixxstore", "NastyMixx2026", "nastymixx123", "ana@example.com", "example.com", "anaexample", "aaaaaaaaaaaa",
    "a" * 73, "abcdefghij", "1q2w3e4r5t6y", "superman12", "Football2026", "sunshine99", "passwordpassword",
]  # fmt: skip
STRONG = [
    SECRET, "tr0mbone-Fjord", "ключи на старом рояле", "🎧🎛️🎚️🔊🎵🥁🎹🎤 deck four", " spaces around it all ",
    "xxxkelp volcano ridge\0", "correct marzipan " * 15 + "x", "rye\tbarge\tplinth\tomen",
]  # fmt: skip


def join_with(shop, password, email=ANA):
    return shop.visitor().post("/join", data={"email": email, "password": password})


@pytest.mark.parametrize("password", WEAK)
def test_what_everybody_guesses_is_refused(shop, password):
    before = accounts(shop)
    answer = join_with(shop, password)
    assert answer.status_code == 422, password
    assert any(sentence in answer.text for sentence in (GUESSED, SHORT))
    assert answer.text.count(password) <= answer.text.count(ANA)  # it is not written back
    assert accounts(shop) == before


@pytest.mark.parametrize("password", STRONG)
def test_a_passphrase_of_any_letters_is_taken_whole(shop, password):
    assert join_with(shop, password).location == "/join?done=sent"
    shop.write("UPDATE member SET confirmed_at = created_at")
    assert is_signed_in(sign_in(shop, password=password)[0])
    for less in (password[:-1], password[:72], password.casefold() + "x", password.partition("\0")[0]):
        if less != password:
            assert is_stranger(sign_in(shop, password=less)[0])


def test_it_has_ten_to_256_characters(shop):
    assert_page(join_with(shop, "kelp fjor"), 422, SHORT)
    assert_page(join_with(shop, "marzipan fjord " * 17 + "xx"), 422, "At most 256 characters, please.")
    assert join_with(shop, ("marzipan fjord " * 18)[:256]).status_code == 302
    assert join_with(shop, "kelp-fj0rd", "b@example.com").status_code == 302


def test_staff_take_fifteen(shop):
    shop.make_member(ANA, Role.STALL, password=SECRET)
    client = shop.signed_in(1)
    before = accounts(shop)
    form = {"password": SECRET, "new_password": "kelp fjord omn"}
    assert_page(client.post("/account/password", data=form), 422, SHORT_FOR_STAFF)
    assert accounts(shop) == before


def test_one_of_a_megabyte_is_not_even_read(shop):
    huge = "tangerine ladder " * 62_000
    for path, form in (("/join", {}), ("/sign-in", {}), ("/reset/x", {})):
        assert_page(shop.visitor().post(path, data={"email": ANA, "password": huge} | form), 413)
    assert shop.rows("SELECT id FROM member") == []


def test_two_that_differ_only_at_their_end_are_two(shop):
    """bcrypt would read 72 characters of them."""
    shop.make_member(ANA, password="a" * 72 + "x")
    assert is_stranger(sign_in(shop, password="a" * 72 + "y")[0])
    assert is_stranger(sign_in(shop, password="a" * 72)[0])
    assert is_signed_in(sign_in(shop, password="a" * 72 + "x")[0])


def test_what_is_kept_is_argon2_over_a_key_that_the_database_does_not_hold(open_shop):
    shop = open_shop(hashes_cheaply=False)
    shop.make_member(ANA, password=SECRET)
    kept = shop.value("SELECT password FROM member")
    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    with shop.app.app_context():
        assert verify_password(SECRET, kept)
    thief = create_app(dataclasses.replace(shop.settings, secret_key="a key of the thief's own, as long as ours"))
    with thief.app_context():
        assert not verify_password(SECRET, kept)
    thief.extensions["db"].engine.dispose()


def test_a_new_password_needs_the_old_one_and_is_another(shop):
    shop.make_member(ANA, password=SECRET)
    client, before = come_in(shop), accounts(shop)
    for old, new, sentence in (
        (OTHER, OTHER, "That is not your password."),
        ("", OTHER, "Please type your password."),
        (SECRET, SECRET, "That is the password you have. Take another."),
        (SECRET, "Password123", GUESSED),
        (SECRET, "", "Please type your password."),
    ):
        answer = client.post("/account/password", data={"password": old, "new_password": new})
        assert_page(answer, 422, sentence)
    assert accounts(shop) == before
