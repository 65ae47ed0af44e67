"""What Stripe may answer when a session is made, and what may happen while we wait (rules 6, 8, 10 and 11)."""

import dataclasses
import json
import time

import pytest

from tests.relay import CREATE, answers, lost, never_arrives
from tests.shop import US, token


@pytest.fixture
def between(open_shop, relay):
    """A shop that reaches Stripe through the relay, with one kind of tee."""
    shop = open_shop(stripe_api_base=relay.url)
    shop.tee = shop.make_item()
    shop.client = shop.visitor_with(shop.tee)
    return shop


def sessions_at_stripe(shop):
    return [session.status for session in shop.account.v1.checkout.sessions.list({"limit": 100}).data]


def attempt(shop):
    return shop.rows("SELECT state, dead, stripe_id IS NOT NULL FROM stripe_session")


# -- rule 8 --


@pytest.mark.parametrize(
    ("status", "kind"), [(400, "invalid_request_error"), (401, "x"), (402, "card_error"), (403, "x")]
)
def test_a_definite_refusal_releases_at_once_and_tells_staff(between, relay, status, kind):
    relay.tricks[CREATE] = answers(status, kind)
    answer = between.client.post("/checkout", data=US)
    assert (answer.status_code, "Nothing is charged, and we have been told." in answer.text) == (503, True)
    assert (between.level(between.tee), between.value("SELECT state FROM checkout")) == ((10, 0), "cancelled")
    assert (attempt(between), between.attention()) == ([("never_created", True, False)], ["session_refused"])
    assert between.rows("SELECT quantity FROM cart_line") == [(1,)]

    relay.tricks.clear()
    session = between.check_out(between.client)
    assert (sessions_at_stripe(between), between.level(between.tee)) == (["open"], (10, 1))
    assert session


def test_a_key_that_stripe_does_not_know_sells_nothing_and_holds_nothing(open_shop):
    shop = open_shop(stripe_secret_key="sk_revoked")
    tee = shop.make_item()
    assert shop.visitor_with(tee).post("/checkout", data=US).status_code == 503
    assert (shop.level(tee), shop.value("SELECT state FROM checkout")) == ((10, 0), "cancelled")
    assert shop.attention() == ["session_refused"]


UNKNOWN = {
    "500": answers(500),
    "409": answers(409, "idempotency_key_in_use"),
    "429 for long": answers(429, Retry_After="60"),
    "idempotency error": answers(400, "idempotency_error"),
    "answer lost": lost,
    "never arrives": never_arrives,
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_when_nobody_knows_whether_it_happened_the_things_stay_held_and_the_same_request_is_sent_again(
    between, relay, what
):
    relay.tricks[CREATE] = UNKNOWN[what]
    answer = between.client.post("/checkout", data=US)
    assert (answer.status_code, "Thank you" in answer.text) == (503, False)
    assert (between.level(between.tee), between.value("SELECT state FROM checkout")) == ((10, 1), "open")
    assert (attempt(between), between.attention()) == ([("creating", False, False)], [])

    relay.tricks.clear()
    session = between.check_out(between.client, form_token=token())  # another tab, the same words
    sent = [call for call in between.requests() if call["method"] == "POST"]
    assert len({(call["headers"]["Idempotency-Key"], json.dumps(call["params"])) for call in sent}) == 1
    assert (sessions_at_stripe(between), attempt(between)) == (["open"], [("open", False, True)])
    assert between.account.v1.checkout.sessions.retrieve(session).status == "open"


def test_other_words_after_a_lost_answer_end_the_session_that_nobody_has_seen(between, relay):
    relay.tricks[CREATE] = lost
    assert between.client.post("/checkout", data=US).status_code == 503
    relay.tricks.clear()
    session = between.check_out(between.client, line1="14 Groove St")
    assert sessions_at_stripe(between) == ["open", "expired"]
    assert between.account.v1.checkout.sessions.retrieve(session).status == "open"
    assert (between.level(between.tee), between.counts()["checkout"]) == ((10, 1), 2)


def test_a_short_wait_that_stripe_asks_for_is_waited(between, relay):
    def once(_forward):
        relay.tricks.clear()
        return answers(429, Retry_After="1")(_forward)

    relay.tricks[CREATE] = once
    between.check_out(between.client)
    assert relay.asked.count(CREATE) == 2
    assert (sessions_at_stripe(between), attempt(between)) == (["open"], [("open", False, True)])


def test_a_stripe_that_says_nothing_keeps_a_buyer_no_longer_than_eight_seconds(between, relay):
    relay.tricks[CREATE] = relay.hangs
    begun = time.monotonic()
    assert between.client.post("/checkout", data=US).status_code == 503
    assert time.monotonic() - begun < 8
    assert (between.level(between.tee), attempt(between)) == ((10, 1), [("creating", False, False)])


# -- rule 11: the sum is compared before anybody is sent there --


@pytest.mark.parametrize("garbled", [{"amount_total": 3949}, {"currency": "eur"}, {"livemode": True}])
def test_a_session_that_is_not_what_was_agreed_is_ended_before_anybody_sees_it(between, relay, garbled):
    def garble(forward):
        reply = forward()
        return dataclasses.replace(reply, body=json.dumps(json.loads(reply.body) | garbled).encode())

    relay.tricks[CREATE] = garble
    answer = between.client.post("/checkout", data=US)
    assert (answer.status_code, "Stripe&#39;s total differs from ours." in answer.text) == (503, True)
    assert sessions_at_stripe(between) == ["expired"]
    assert (between.level(between.tee), between.value("SELECT state FROM checkout")) == ((10, 0), "cancelled")
    assert between.attention() == ["session_mismatch"]


# -- rule 10: the webhook is quicker than our own answer --


def deliver_before_it_answers(shop, relay, happens):
    def trick(forward):
        relay.tricks.clear()
        reply = forward()
        session = json.loads(reply.body)["id"]
        happens(session)
        assert {status for status, _ in shop.deliver()} == {200}
        return reply

    relay.tricks[CREATE] = trick


def test_a_payment_told_before_we_know_the_sessions_name_makes_the_order(between, relay):
    deliver_before_it_answers(between, relay, between.pay)
    answer = between.client.post("/checkout", data=US)
    assert (answer.status_code, answer.location) == (
        303,
        "/checkout/success?checkout=" + between.value("SELECT id FROM checkout"),
    )
    assert "Thank you" in between.client.get(answer.location).text
    assert (between.counts()["order"], between.counts()["payment"]) == (1, 1)
    assert (attempt(between), between.level(between.tee)) == ([("complete", False, True)], (10, 1))


def test_an_end_told_before_we_know_the_sessions_name_sends_nobody_to_a_dead_page(between, relay):
    deliver_before_it_answers(between, relay, between.account.v1.checkout.sessions.expire)
    answer = between.client.post("/checkout", data=US)
    assert "stripe" not in answer.location
    assert "This checkout has ended" in between.client.get(answer.location).text
    assert (attempt(between), between.level(between.tee)) == ([("expired", True, True)], (10, 0))


# -- rule 6: clocks --


@pytest.mark.parametrize("skew", [-60, 60])
def test_a_clock_a_minute_off_stripes_still_sells(shop, skew):
    shop.account.advance(skew)
    assert shop.check_out(shop.visitor_with(shop.make_item())).startswith("cs_test_")


@pytest.mark.parametrize(("hold", "minutes"), [(1, 35), (30, 35), (31, 36), (1400, 1405)])
def test_a_session_ends_at_stripe_a_little_after_the_hold(open_shop, hold, minutes):
    shop = open_shop(hold_minutes=hold)
    begun = shop.clock().timestamp()
    shop.check_out(shop.visitor_with(shop.make_item()))
    (call,) = shop.requests("/v1/checkout/sessions")
    ended = shop.clock().timestamp()
    assert begun - 1 <= int(call["params"]["expires_at"]) - minutes * 60 <= ended


def test_whoever_waits_for_stripe_keeps_no_connection_from_readers(between, relay):
    pool, meanwhile = between.db.engine.pool, []

    def watched(forward):
        meanwhile.append(pool.checkedout())
        return forward()

    relay.tricks[CREATE] = watched
    between.check_out(between.client)
    assert meanwhile == [0]
