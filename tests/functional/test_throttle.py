"""Who guesses is slowed down, and whose account it is gets in all the same."""

import pytest

from store.actors import Role
from store.web.limits import limiter
from tests.functional.accounts import (
    ANA,
    BEN,
    NO_MATCH,
    OTHER,
    SECRET,
    accounts,
    code,
    halfway,
    is_signed_in,
    is_stranger,
    key_of,
    later,
    sign_in,
    subjects,
)
from tests.functional.ours import assert_page

HOME, THIEVES = "198.51.100.7", "203.0.113.9"
WAIT = "You are quicker than we can serve. Wait a minute, then try again."
AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["", AWAY], ids=["in process", "redis away"])
def limited(request, open_shop):
    """With one proxy before it, and without the cache that shares the counts, or with one that does not answer."""
    shop = open_shop(rate_limits="on", trusted_proxies=1, redis_url=request.param)
    limiter._storage_dead = False  # it is one for all shops of a process, and the one before may have lost its cache
    shop.make_member(ANA, password=SECRET)
    return shop


def at(network, client):
    """From this network, as the proxy before the shop says."""
    client.environ_base["HTTP_X_FORWARDED_FOR"] = network
    return client


def guess(shop, network=THIEVES, email=ANA, password=OTHER, client=None):
    return sign_in(shop, at(network, client or shop.visitor()), email, password)[1]


def assert_stopped(answers, after, usual=422):
    """So many are answered, all others told to wait."""
    assert answers == [usual] * after + [429] * (len(answers) - after)


def assert_told_to_wait(answer, longest):
    assert_page(answer, 429, WAIT)
    assert 0 < int(answer.headers["Retry-After"]) <= longest


def test_ten_guesses_at_one_account_and_its_owner_still_gets_in_from_elsewhere(limited):
    answers = [guess(limited) for _ in range(13)]
    assert_stopped([answer.status_code for answer in answers], 10)
    assert_page(answers[9], 422, NO_MATCH)
    assert_told_to_wait(guess(limited), 15 * 60)
    assert_told_to_wait(guess(limited, password=SECRET), 15 * 60)  # so a right guess is not told either
    assert guess(limited, HOME, password=SECRET).location == "/account"
    assert guess(limited, THIEVES, "ANA@Example.com ").status_code == 429
    with later(minutes=15, seconds=1):
        assert guess(limited, password=SECRET).location == "/account"


def test_only_refused_attempts_count(limited):
    for _ in range(12):
        assert guess(limited, HOME, password=SECRET).location == "/account"


def test_one_password_tried_on_many_accounts_from_one_network_is_stopped(limited):
    answers = [guess(limited, email=f"member{number}@example.com").status_code for number in range(40)]
    assert_stopped(answers, 30)
    assert guess(limited, HOME, password=SECRET).location == "/account"


def test_an_ipv6_customer_is_one_network_for_guessing(limited):
    answers = [guess(limited, f"2001:db8:7:7::{number:x}").status_code for number in range(1, 15)]
    assert_stopped(answers, 10)
    assert guess(limited, "2001:db8:7:8::1", password=SECRET).location == "/account"


def test_what_a_visitor_says_of_its_own_address_is_not_believed(limited):
    """The last hop is the proxy's word; what stands before it is the visitor's."""
    answers = [guess(limited, f"192.0.2.{number}, {THIEVES}").status_code for number in range(14)]
    assert_stopped(answers, 10)


def test_guessing_from_many_networks_tires_the_guessers_and_not_the_owner(limited):
    browser = at(HOME, limited.visitor())
    assert guess(limited, HOME, password=SECRET, client=browser).location == "/account"
    browser.delete_cookie("session")  # signed out; the browser is known all the same
    answers = [guess(limited, f"203.0.{number}.9").status_code for number in range(54)]
    assert_stopped(answers, 50)
    assert_told_to_wait(guess(limited, "192.0.2.44", password=SECRET), 3600)
    assert guess(limited, HOME, password=SECRET, client=browser).location == "/account"
    assert is_signed_in(browser)


def test_a_known_browser_is_known_for_its_own_account_only(limited):
    limited.make_member(BEN, password=SECRET)
    browser = at(HOME, limited.visitor())
    guess(limited, HOME, BEN, SECRET, browser)
    browser.delete_cookie("session")
    device = browser.get_cookie("device").value
    for number in range(54):
        guess(limited, f"203.0.{number}.9")
    forged = at("192.0.2.45", limited.visitor())
    forged.set_cookie("device", device.rpartition(".")[0] + ".x")
    assert guess(limited, HOME, ANA, SECRET, browser).status_code == 429
    assert guess(limited, "192.0.2.45", ANA, SECRET, forged).status_code == 429
    assert is_stranger(browser)


@pytest.mark.parametrize("path", ["/reset", "/confirm", "/join"])
def test_three_mails_an_hour_and_the_same_answers_for_nobodys_address(limited, path):
    form = {"password": OTHER} if path == "/join" else {}
    seen = {}
    for email in (ANA, "nobody@example.com"):
        clients = [at(f"192.0.2.{number}", limited.visitor()) for number in range(6)]
        spellings = [email, email.upper(), f" {email}", email, email, email]
        forms = [{"email": spelling, **form} for spelling in spellings]
        answers = [one.post(path, data=sent) for one, sent in zip(clients, forms, strict=True)]
        seen[email] = [answer.status_code for answer in answers]
        assert_told_to_wait(answers[-1], 3600)
    for statuses in seen.values():
        assert_stopped(statuses, 3, 302 if path == "/join" else 200)
    assert len(subjects(limited)) == (0 if path == "/confirm" else 3)


def test_one_network_asks_for_ten_mails_an_hour(limited):
    answers = [
        at(HOME, limited.visitor()).post("/reset", data={"email": f"m{number}@example.com"}).status_code
        for number in range(14)
    ]
    assert_stopped(answers, 10, 200)


def test_codes_are_limited_for_the_account_however_often_the_password_is_typed(limited):
    limited.make_member(BEN, Role.STALL, password=SECRET)
    answers = []
    for _ in range(5):
        client = halfway(limited, BEN)
        answers += [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(5)]
    assert_stopped(answers, 20)
    client, before = halfway(limited, BEN), accounts(limited)["member"]
    assert_told_to_wait(client.post("/sign-in/code", data={"code": code(key_of(limited, BEN))}), 3600)
    assert is_stranger(client)
    assert accounts(limited)["member"] == before


def test_the_password_of_somebody_signed_in_is_not_guessed_from_a_stolen_session(limited):
    client = limited.signed_in(1)
    pages = ("/account/verify", {}), ("/account/password", {"new_password": "violet harbor seldom bricks"})
    for path, form in pages:
        answers = [client.post(path, data={"password": f"guess {number}", **form}).status_code for number in range(14)]
        assert_stopped(answers, 10)
