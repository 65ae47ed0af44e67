"""Rule 18: a session that continues an expired one is another session of the same checkout."""

import secrets

import pytest

from tests.integration.stories import again, altered, told


@pytest.fixture
def tee(shop):
    return shop.make_item(units=5)


@pytest.fixture
def ended(shop, tee):
    """The id of a session that nobody paid and the sweeper has ended."""
    session = shop.check_out(shop.visitor_with(tee))
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    return session


def continuing(shop, tee, ended, **changes):
    """What Stripe tells of a paid session that continues `ended`, as it would stamp it."""
    shop.buy(tee)
    (stamp,) = [
        event["data"]["object"]["metadata"] for event in shop.events() if event["data"]["object"]["id"] == ended
    ]
    paid = told(shop, "checkout.session.completed")
    other = {"id": f"cs_test_{secrets.token_hex(8)}", "payment_intent": f"pi_{secrets.token_hex(8)}"}
    return altered(paid, **(other | {"metadata": stamp, "recovered_from": ended} | changes))


def test_paid_it_becomes_the_checkouts_order_as_long_as_the_things_are_there(shop, tee, ended):
    event = continuing(shop, tee, ended)
    assert [shop.post_event(event)[0] for _ in range(2)] == [200, 200]
    assert shop.post_event(again(event))[0] == 200
    assert (shop.counts()["order"], shop.counts()["checkout"], shop.level(tee)) == (2, 2, (5, 2))
    assert shop.rows("SELECT COUNT(*) FROM stripe_session WHERE recovered_from = :id", id=ended) == [(1,)]
    assert shop.attention() == []


def test_it_is_known_by_the_session_that_it_continues_also_without_the_stamp_of_an_attempt(shop, tee, ended):
    event = continuing(shop, tee, ended)
    event["data"]["object"]["metadata"]["attempt"] = "gone"
    assert shop.post_event(event) == (200, "applied")
    assert (shop.counts()["order"], shop.level(tee), shop.attention()) == (2, (5, 2), [])


def test_paid_when_the_things_are_gone_its_money_is_kept_for_its_owner(shop, tee, ended):
    event = continuing(shop, tee, ended)
    shop.buy(tee, quantity=4)
    shop.post_event(event)
    assert (shop.counts()["order"], shop.level(tee)) == (2, (5, 5))
    assert shop.rows("SELECT unapplied_reason FROM payment WHERE order_id IS NULL") == [("stock_gone",)]


def test_a_session_that_only_says_so_and_continues_none_of_ours_stays_a_stranger(shop, tee, ended):
    event = continuing(shop, tee, ended, recovered_from="cs_test_nobodys")
    shop.post_event(event)
    assert (shop.counts()["order"], shop.level(tee)) == (1, (5, 1))
    assert shop.rows("SELECT unapplied_reason FROM payment WHERE order_id IS NULL") == [("mismatch",)]


def test_expired_as_well_it_changes_nothing(shop, tee, ended):
    event = continuing(shop, tee, ended, status="expired", payment_status="unpaid", payment_intent=None)
    assert shop.post_event(event | {"type": "checkout.session.expired"})[0] == 200
    assert (shop.counts()["order"], shop.level(tee), shop.attention()) == (1, (5, 1), [])


def test_while_one_of_two_sessions_lives_the_things_stay_held_and_when_both_are_dead_they_go_back(shop, tee):
    """Stripe tells of the second before it tells that the first has expired."""
    first = shop.check_out(shop.visitor_with(tee))
    shop.pay(first)
    paid = told(shop, "checkout.session.completed")
    unpaid = {"payment_status": "unpaid", "payment_intent": None}
    second = {"id": "cs_test_second", "recovered_from": first}
    for status, which in (("open", second), ("expired", {})):
        assert shop.post_event(altered(paid, status=status, **unpaid, **which)) == (200, "applied")
        assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("open", (5, 1))
    assert shop.rows("SELECT state, dead FROM stripe_session ORDER BY recovered_from IS NULL DESC") == [
        ("expired", True), ("open", False),
    ]  # fmt: skip
    assert shop.post_event(altered(paid, status="expired", **unpaid, **second)) == (200, "applied")
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("expired", (5, 0))
    assert (shop.rows("SELECT kind FROM job WHERE kind = 'payment_failed'"), shop.attention()) == ([], [])
