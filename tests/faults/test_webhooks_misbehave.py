"""Stripe's deliveries come twice, late, out of order, forged, in other words or never; the shop ends the same.

They arrive over HTTP, several at a time, signed by the sandbox. Rows of the usual bugs met here: 1, 4 to 8, 14, 44, 48,
51, 52, 56, 57.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from store.payments import inbox
from tests.faults.stripe_faults import Door, Faults, assert_right_with_stripe, receipts, sessions_at_stripe
from tests.integration.stories import DEBIT_THAT_WORKS
from tests.shop import US

COMPLETED = "checkout.session.completed"
MANY = 12


@pytest.fixture
def tee(shop):
    return shop.make_item(units=10)


@pytest.fixture
def paid(shop, tee, door):
    """A checkout that was paid, of which the shop has not heard yet: its session at Stripe."""
    shop.ana = shop.visitor_with(tee)
    session = shop.check_out(shop.ana)
    shop.pay(session)
    return session


def ends_as_one_order(shop, tee):
    assert (shop.counts()["order"], shop.counts()["payment"], receipts(shop), shop.level(tee)) == (1, 1, 1, (10, 1))
    assert (len(shop.mails()), shop.value("SELECT state FROM checkout")) == (1, "paid")
    assert_right_with_stripe(shop)


def nothing_heard(shop, tee):
    assert (shop.counts()["order"], shop.counts()["payment"], shop.level(tee)) == (0, 0, (10, 1))
    assert shop.value("SELECT state FROM checkout") == "open"


# -- each fault of a delivery --


@pytest.mark.parametrize("beside", [[], ["parallel"]], ids=["in a row", "at once"])
def test_an_event_that_comes_eight_times_is_one_order_one_mail_and_eight_thanks(shop, tee, paid, door, faults, beside):
    faults.delivery(COMPLETED, "duplicate", times=8)
    for do in beside:
        faults.delivery(COMPLETED, do)
    assert door.knock()[200] >= 8
    assert shop.rows("SELECT outcome, failures FROM webhook_event WHERE type = :type", type=COMPLETED) == [
        ("applied", 0)
    ]
    ends_as_one_order(shop, tee)


def test_the_same_fact_under_two_ids_is_one_order(shop, tee, paid, door, faults):
    faults.delivery(COMPLETED, "twin")
    assert set(door.knock()) == {200}
    assert shop.value("SELECT COUNT(*) FROM webhook_event WHERE type = :type", type=COMPLETED) == 2
    ends_as_one_order(shop, tee)


def test_a_debit_told_backwards_is_one_order(shop, tee, door, faults):
    session = shop.check_out(shop.visitor_with(tee))
    intent = shop.pay(session, iban=DEBIT_THAT_WORKS)["payment_intent"]
    shop.account.control("POST", f"bank/{intent}", {"outcome": "succeed"})
    faults.delivery(COMPLETED, "reorder", within=1)
    assert set(door.knock()) == {200}
    told = [row["type"] for row in shop.account.control("GET", "deliveries").json()["data"]]
    assert told.index("checkout.session.async_payment_succeeded") < told.index(COMPLETED)
    ends_as_one_order(shop, tee)


def test_a_webhook_that_comes_long_after_the_buyer_finds_the_order_made(shop, tee, paid, door, faults):
    faults.delivery(COMPLETED, "delay", seconds=120)
    door.knock()
    assert "Thank you" in shop.ana.get(f"/checkout/success?session_id={paid}").text
    shop.clock.advance(seconds=121)
    assert set(door.knock()) == {200}
    ends_as_one_order(shop, tee)


def test_whoever_never_comes_back_gets_the_order_from_a_late_webhook(shop, tee, paid, door, faults):
    faults.delivery(COMPLETED, "delay", seconds=120)
    door.knock()
    nothing_heard(shop, tee)
    shop.clock.advance(seconds=121)
    door.knock()
    ends_as_one_order(shop, tee)


def test_of_three_completions_the_second_is_dropped_and_the_sweeper_finds_it(shop, tee, door, faults):
    faults.delivery(COMPLETED, "drop", nth=2)
    for number in range(3):
        shop.pay(shop.check_out(shop.visitor_with(tee), email=f"b{number}@example.com"))
    door.knock()
    assert (faults.struck(), shop.counts()["order"]) == (["drop"], 2)
    assert len(shop.account.v1.events.list({"type": COMPLETED, "delivery_success": False}).data) == 1
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    assert (shop.counts()["order"], receipts(shop), shop.level(tee)) == (3, 3, (10, 3))
    assert_right_with_stripe(shop)


def test_with_every_webhook_dropped_buyers_and_sweeper_still_bring_every_order_in(shop, tee, door, faults):
    faults.delivery("*", "drop")
    back, gone, idle = (shop.visitor_with(tee) for _ in range(3))
    sessions = [shop.check_out(client, email=f"b{n}@example.com") for n, client in enumerate((back, gone, idle))]
    for session in sessions[:2]:
        shop.pay(session)
    assert (door.knock(), shop.rows("SELECT id FROM webhook_event")) == ({}, [])
    assert "Thank you" in back.get(f"/checkout/success?session_id={sessions[0]}").text
    assert shop.counts()["order"] == 1
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    assert (shop.counts()["order"], receipts(shop), shop.level(tee)) == (2, 2, (10, 2))
    assert [session.status for session in sessions_at_stripe(shop)] == ["complete", "complete", "expired"]
    assert_right_with_stripe(shop)


def test_a_body_that_drips_in_is_read_whole_and_keeps_nobody_else_waiting(shop, tee, paid, door, faults):
    faults.delivery(COMPLETED, "slow_body", seconds=0.5)
    faults.delivery("*", "parallel")
    assert set(door.knock()) == {200}
    ends_as_one_order(shop, tee)


def test_an_event_in_other_words_is_not_read_but_asked_about(shop, tee, paid, door, faults):
    faults.delivery(COMPLETED, "stale_version")
    assert set(door.knock()) == {200}
    assert shop.counts()["order"] == 0
    shop.worker.drain()
    ends_as_one_order(shop, tee)


def test_a_forged_event_changes_nothing_and_the_genuine_one_after_it_does(shop, tee, paid, door, faults):
    faults.delivery("checkout.*", "wrong_secret")
    assert door.knock()[400] == 1
    nothing_heard(shop, tee)
    assert shop.rows("SELECT id FROM webhook_event WHERE type = :type", type=COMPLETED) == []
    shop.clock.advance(seconds=11)
    assert set(door.knock()) == {200}
    ends_as_one_order(shop, tee)


def test_a_whole_story_told_at_once_is_one_order(shop, tee, paid, door, faults):
    faults.delivery("*", "parallel")
    faults.delivery("*", "twin")
    faults.delivery("*", "duplicate", times=3)
    assert set(door.knock()) == {200}
    ends_as_one_order(shop, tee)


# -- the shop's own faults, met by Stripe's next attempt --


def test_what_the_shop_could_not_handle_is_sent_again_by_stripe_and_then_is(shop, tee, paid, door, monkeypatch):
    def break_down(*_):
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", break_down)
        assert door.knock()[500] == 1
    nothing_heard(shop, tee)
    shop.clock.advance(seconds=11)
    assert set(door.knock()) == {200}
    ends_as_one_order(shop, tee)


def test_a_webhook_is_answered_at_once_though_no_mail_can_be_sent(open_shop):
    shop = open_shop(smtp_url="smtp://127.0.0.1:9", mail_from="shop@example.com")
    door = Door(shop)
    try:
        shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
        begun = time.monotonic()
        assert set(door.knock()) == {200}
        assert time.monotonic() - begun < 2
    finally:
        door.stop()
    shop.worker.drain()
    assert shop.rows("SELECT state, attempts FROM job WHERE kind = 'order_confirmation'") == [("waiting", 1)]
    assert shop.counts()["order"] == 1


def test_names_of_any_script_arrive_signed_byte_for_byte(shop, tee, door):
    client = shop.visitor_with(tee)
    session = shop.check_out(client, name="Ünïcödé “Ж” 🎧", city="São Paulo")
    shop.pay(session, card="4242424242424242", name="Ünïcödé “Ж” 🎧")
    assert set(door.knock()) == {200}
    assert shop.rows('SELECT name, city FROM "order"') == [("Ünïcödé “Ж” 🎧", "São Paulo")]


def test_a_shop_without_a_secret_believes_nobody(shop, tee, paid, door):
    shop.payments.gateway.webhook_secrets = ()
    assert set(door.knock()) == {400}
    nothing_heard(shop, tee)


# -- the way back --


def test_stripe_is_sent_its_placeholder_in_braces_and_the_buyer_comes_back_with_the_sessions_name(shop, tee):
    session = shop.check_out(shop.visitor_with(tee))
    (call,) = [call for call in shop.requests() if call["method"] == "POST"]
    assert call["params"]["success_url"].endswith("/checkout/success?session_id={CHECKOUT_SESSION_ID}")
    assert session.startswith("cs_test_")


def test_the_page_to_come_back_to_believes_no_address(shop, tee, door):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    assert "Not paid yet" in client.get(f"/checkout/success?session_id={session}").text
    for garbage in ("cs_test_nobody", "../..", "{CHECKOUT_SESSION_ID}", "é" * 300, "' OR 1=1", f"{session} "):
        page = client.get("/checkout/success", query_string={"session_id": garbage})
        assert (page.status_code, "Paid orders are confirmed by mail." in page.text) == (200, True)
        assert "Thank you" not in page.text
    nothing_heard(shop, tee)


# -- all of it at once --


@pytest.mark.parametrize("seed", [1, 2])
def test_six_purchases_told_in_any_way_end_right(shop, tee, door, seed):
    """What goes astray follows from the seed alone."""
    faults = Faults(shop.account, seed)
    for do, chance in (
        ("duplicate", 0.3), ("twin", 0.3), ("reorder", 0.5), ("drop", 0.2), ("wrong_secret", 0.2), ("parallel", 0.4),
        ("stale_version", 0.2),
    ):  # fmt: skip
        faults.delivery("*", do, chance=chance)
    sessions = [shop.check_out(shop.visitor_with(tee), email=f"b{number}@example.com") for number in range(6)]
    for session in sessions[:3]:
        shop.pay(session)
    intent = shop.pay(sessions[3], iban=DEBIT_THAT_WORKS)["payment_intent"]
    shop.account.control("POST", f"bank/{intent}", {"outcome": "succeed"})
    shop.account.v1.checkout.sessions.expire(sessions[4])
    assert set(door.knock()) <= {200, 400}
    assert shop.breaches() == []

    faults.clear()
    shop.clock.advance(seconds=11)
    assert set(door.knock()) <= {200}
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    assert (shop.counts()["order"], receipts(shop), shop.level(tee)) == (4, 4, (10, 4))
    states = sorted(state for (state,) in shop.rows("SELECT state FROM checkout"))
    assert states == ["expired", "expired", *["paid"] * 4]
    assert_right_with_stripe(shop)


@pytest.mark.prove
def test_twelve_buyers_before_a_silent_stripe_are_told_so_in_ten_seconds_and_the_catalog_stays_open(shop):
    """More at a time than a process of the shop has threads for."""
    tee = shop.make_item(units=100)
    door, faults = Door(shop), Faults(shop.account)
    buyers = [shop.visitor_with(tee) for _ in range(MANY)]
    faults.call("create", "slow", seconds=30)
    home = door.url.replace("/webhooks/stripe", "/products")

    def place(number):
        begun = time.monotonic()
        answer = buyers[number].post("/checkout", data=US | {"email": f"b{number}@example.com"})
        return answer.status_code, time.monotonic() - begun

    try:
        with ThreadPoolExecutor(MANY) as pool:
            placing = [pool.submit(place, number) for number in range(MANY)]
            time.sleep(1)
            begun = time.monotonic()
            assert requests.get(home, timeout=10).status_code == 200
            assert time.monotonic() - begun < 2
            answers = [one.result() for one in placing]
    finally:
        door.stop()
    assert {status for status, _ in answers} == {503}
    assert max(seconds for _, seconds in answers) < 10
    faults.clear()
    shop.clock.advance(minutes=37)
    shop.worker.drain()
    assert shop.level(tee) == (100, 0)
    assert_right_with_stripe(shop)
