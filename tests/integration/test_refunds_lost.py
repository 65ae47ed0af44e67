"""Lost answers, refusals and old keys: a refund is made once, or not at all, and nobody guesses (rules 23, 24)."""

from datetime import timedelta

import pytest
import time_machine

from store.errors import Conflict
from tests import relay as tricks
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import everything, intent_of, order_states, refund, refunds, sent, units, unsent

CREATE = ("POST", "/v1/refunds")


@pytest.fixture
def shop(open_shop, relay):
    return open_shop(stripe_api_base=relay.url)


def ask_again(shop):
    with time_machine.travel(shop.clock() + timedelta(minutes=2), tick=False):
        shop.worker.drain()


def at_stripe(shop, number):
    listed = shop.account.v1.refunds.list({"payment_intent": intent_of(shop, number)})
    return [(one.amount, one.status) for one in listed.data]


def test_an_answer_that_never_arrived_is_found_again_and_not_sent_twice(shop, relay):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    relay.tricks[CREATE] = tricks.lost
    refund(shop, number, unsent(shop, number, 1))
    assert refunds(shop) == [("staff", "sent", 3400)]
    relay.tricks.clear()
    relay.asked.clear()
    ask_again(shop)
    assert CREATE not in relay.asked
    assert refunds(shop) == [("staff", "succeeded", 3400)]
    assert at_stripe(shop, number) == [(3400, "succeeded")]


def test_what_stripe_never_saw_is_sent_under_the_same_key(shop, relay):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    relay.tricks[CREATE] = tricks.never_arrives
    made = refund(shop, number, unsent(shop, number, 1))
    relay.tricks.clear()
    ask_again(shop)
    assert at_stripe(shop, number) == [(3400, "succeeded")]
    (call,) = [call for call in shop.requests("/v1/refunds") if call["method"] == "POST"]
    assert call["headers"]["Idempotency-Key"] == f"refund:{made.key}:1"


def test_after_a_weekend_the_refund_found_there_is_not_sent_again(shop, relay):
    """Rule 24's timeline: the answer is lost on Friday, the key is pruned by Monday."""
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    relay.tricks[CREATE] = tricks.lost
    refund(shop, number, unsent(shop, number, 1))
    relay.tricks.clear()
    shop.account.control("POST", "clock", {"advance": 3 * 24 * 3600})
    with time_machine.travel(shop.clock() + timedelta(days=3), tick=False):
        shop.worker.drain()
    assert at_stripe(shop, number) == [(3400, "succeeded")]
    assert refunds(shop) == [("staff", "succeeded", 3400)]


def test_after_a_weekend_what_was_never_made_is_sent_under_a_new_key(shop, relay):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    relay.tricks[CREATE] = tricks.never_arrives
    made = refund(shop, number, unsent(shop, number, 1))
    relay.tricks.clear()
    with time_machine.travel(shop.clock() + timedelta(days=3), tick=False):
        shop.worker.drain()
    (call,) = [call for call in shop.requests("/v1/refunds") if call["method"] == "POST"]
    assert call["headers"]["Idempotency-Key"] == f"refund:{made.key}:2"
    assert at_stripe(shop, number) == [(3400, "succeeded")]


@pytest.mark.parametrize(
    "trick",
    [
        tricks.answers(500),
        tricks.answers(503),
        tricks.answers(409, "idempotency_error"),
        tricks.answers(429),
        tricks.answers(401),
        tricks.answers(403),
    ],
    ids=["500", "503", "409", "429", "401", "403"],
)
def test_an_answer_that_decides_nothing_keeps_the_refund_and_its_units_withheld(shop, relay, trick):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    relay.tricks[CREATE] = trick
    refund(shop, number, unsent(shop, number, 2))
    assert refunds(shop) == [("staff", "sent", 6800)]
    assert (units(shop), shop.level(tee)) == ([(0, 0, 2, 0, 2)], (10, 2))
    assert order_states(shop, number) == ("paid", "unfulfilled")
    before = everything(shop)
    with pytest.raises(Conflict):
        ship(shop, number, {lines(shop, number)[0]: 1})
    with pytest.raises(Conflict) as refusal:
        refund(shop, number, unsent(shop, number, 0, shipping=1))
    assert str(refusal.value).startswith("An earlier refund of this payment is still on its way")
    assert everything(shop) == before
    relay.tricks.clear()
    ask_again(shop)
    assert (refunds(shop), at_stripe(shop, number)) == ([("staff", "succeeded", 6800)], [(6800, "succeeded")])


def test_a_refusal_for_good_puts_everything_back(shop, relay):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    relay.tricks[CREATE] = tricks.answers(400, "invalid_request_error")
    made = refund(shop, number, unsent(shop, number, 1))
    assert (made.state, made.stripe_id) == ("rejected", None)
    assert (units(shop), shop.level(tee)) == ([(0, 0, 0, 0, 0)], (10, 2))
    assert shop.rows("SELECT refunded FROM payment") == [(0,)]
    assert (order_states(shop, number), shop.attention()) == (("paid", "unfulfilled"), ["refund_rejected"])
    relay.tricks.clear()
    assert refund(shop, number, unsent(shop, number, 2)).state == "succeeded"


def test_sent_units_of_a_refund_that_stripe_refused_can_still_go_back(shop, relay):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=1)
    ship(shop, number, {lines(shop, number)[0]: 1})
    relay.tricks[CREATE] = tricks.answers(400, "invalid_request_error")
    assert refund(shop, number, sent(shop, number, 1)).state == "rejected"
    relay.tricks.clear()
    assert refund(shop, number, sent(shop, number, 1)).state == "succeeded"
    assert units(shop) == [(1, 0, 0, 1, 1)]


def test_what_was_refunded_in_the_dashboard_unheard_is_found_when_stripe_refuses(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=1)
    shop.refund_at_stripe(intent_of(shop, number))
    made = refund(shop, number, unsent(shop, number, 1))
    assert made.state == "rejected"
    shop.worker.drain()
    assert refunds(shop) == [("staff", "rejected", 3400), ("dashboard", "succeeded", 3950)]
    assert order_states(shop, number) == ("refunded", "unfulfilled")
    assert shop.rows("SELECT refunded FROM payment") == [(3950,)]
