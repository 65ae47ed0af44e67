"""Disputes: whatever Stripe tells, in any order and any number, rows, books, order and staff agree (rule 26)."""

import itertools
import random

import pytest

from store.actors import Actor, Role
from store.audit.matters import close
from tests.integration.disputing import (
    INQUIRY,
    LOST,
    WON,
    blocks,
    booked,
    disputes,
    everything,
    matters,
    order_of,
    pay,
    steps,
    tell,
    told,
    withdrawn,
)
from tests.shop import token

OWNER = Actor(member_id=1, roles=frozenset({Role.OWNER}))
TAKEN = [("disputes", 3950), ("stripe_clearing", -3950)]
GIVEN_BACK = [("disputes", -3950), ("stripe_clearing", 3950)]


@pytest.fixture
def tee(shop):
    return shop.make_item(units=100)


def test_a_chargeback_that_is_won(shop, tee):
    intent = pay(shop, tee)
    number = order_of(shop, intent)[0]
    tell(shop, intent, "e1")
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("needs_response", 3950)], 3950)
    assert order_of(shop, intent)[1:] == ("disputed", "unfulfilled")
    assert (booked(shop, intent), blocks(shop, intent)) == (TAKEN, [("dispute", "open")])
    ((kind, sentence),) = matters(shop, intent)
    assert kind == "dispute"
    assert sentence == (
        f"The buyer’s bank has disputed the payment of order {number} ($39.50, product not received). Answer in"
        " Stripe’s dashboard, with what was sent and when it arrived. Nothing more leaves until it is settled, or you"
        " let the order go on its page."
    )
    assert str(shop.value("SELECT due_at FROM attention WHERE kind = 'dispute'"))[:10] == "2026-12-05"

    after = everything(shop, intent)
    tell(shop, intent, "e2")
    assert everything(shop, intent) == after

    tell(shop, intent, "e3", "e4", "e5")
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("won", 0)], 0)
    assert order_of(shop, intent)[1:] == ("paid", "unfulfilled")
    assert (booked(shop, intent), blocks(shop, intent)) == (TAKEN + GIVEN_BACK, [("dispute", "stripe")])
    assert steps(shop, intent) == [
        ("dispute", "needs_response"),
        ("dispute_withdrawn", 3950),
        ("dispute_returned", 3950),
        ("dispute", "under_review"),
        ("dispute", "won"),
    ]
    assert matters(shop, intent) == []


def test_a_chargeback_that_is_lost_leaves_a_note_and_no_open_matter(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, *LOST)
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("lost", 3950)], 3950)
    assert order_of(shop, intent)[1:] == ("charged_back", "unfulfilled")
    assert (booked(shop, intent), blocks(shop, intent)) == (TAKEN, [("dispute", "stripe")])
    assert steps(shop, intent)[-1] == ("dispute", "lost")
    assert (matters(shop, intent), shop.level(tee)) == ([], (100, 1))


def test_an_inquiry_moves_no_money_and_no_state_but_holds_the_parcel(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e7")
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("warning_needs_response", 0)], 0)
    assert order_of(shop, intent)[1:] == ("paid", "unfulfilled")
    assert (booked(shop, intent), blocks(shop, intent)) == ([], [("dispute", "open")])
    assert "bank asks about the payment" in matters(shop, intent)[0][1]
    tell(shop, intent, "e8")
    assert (disputes(shop, intent), blocks(shop, intent)) == ([("warning_closed", 0)], [("dispute", "stripe")])
    assert (matters(shop, intent), order_of(shop, intent)[1]) == ([], "paid")


def every_order_ends_alike(shop, tee, story, most):
    """Up to `most` orders of the story's facts, drawn by chance, each with two facts told again at some later point."""
    first = pay(shop, tee)
    tell(shop, first, *story)
    end = everything(shop, first)
    orders = list(itertools.permutations(story))
    chance = random.Random("".join(story))
    for order in chance.sample(orders, min(most, len(orders))):
        intent = pay(shop, tee)
        line = list(order)
        for again in chance.choices(order, k=2):
            line.insert(chance.randrange(line.index(again) + 1, len(line) + 1), again)
        for place, name in enumerate(line):
            repeated = name in line[:place]
            tell(shop, intent, name, event=f"-{place}" if repeated and place % 2 else "")
        found = everything(shop, intent)
        # When an object that has ended is heard of first, nothing was ever held back because of it.
        assert (found[:4], found[5:]) == (end[:4], end[5:]), line
        assert ("dispute", "open") not in found[4], line
    assert shop.breaches() == []


@pytest.mark.parametrize("story", [WON, LOST, INQUIRY], ids=["won", "lost", "inquiry"])
def test_in_any_order_and_with_repeats_a_story_ends_in_one_state(shop, tee, story):
    every_order_ends_alike(shop, tee, story, 5)


def test_money_given_back_is_not_a_victory_while_the_word_is_lost(shop, tee):
    """Status is Stripe's word, money its own movements: neither is read from the other."""
    intent = pay(shop, tee)
    tell(shop, intent, "e1", "e6")
    tell(shop, intent, "e5", status="lost")
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("lost", 0)], 0)
    assert order_of(shop, intent)[1] == "paid"
    assert (booked(shop, intent), matters(shop, intent)) == (TAKEN + GIVEN_BACK, [])


def test_an_older_fact_that_comes_late_takes_nothing_back(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e4")
    before = everything(shop, intent)
    tell(shop, intent, "e1")
    after = everything(shop, intent)
    assert after[:5] == before[:5]
    assert after[6] == before[6] == []
    assert ("dispute", "needs_response") in after[5]


def test_of_two_words_of_one_second_the_further_one_counts(shop, tee):
    for order in (("e1", "e3"), ("e3", "e1")):
        intent = pay(shop, tee)
        for name in order:
            tell(shop, intent, name, created=1795713600)
        assert disputes(shop, intent) == [("under_review", 3950)]


def test_a_word_of_stripes_that_nobody_knows_is_stored_and_looked_at(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e1", status="pondered_by_seven_judges")
    assert disputes(shop, intent) == [("pondered_by_seven_judges", 3950)]
    assert (order_of(shop, intent)[1], blocks(shop, intent)) == ("disputed", [("dispute", "open")])
    tell(shop, intent, "e2")
    assert disputes(shop, intent) == [("needs_response", 3950)]


def test_an_inquiry_that_becomes_a_chargeback_keeps_its_row(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e7")
    escalated = told("e2", intent, created=1795813700)
    escalated["data"]["object"]["id"] = told("e7", intent)["data"]["object"]["id"]
    assert shop.post_event(escalated) == (200, "applied")
    assert disputes(shop, intent) == [("needs_response", 3950)]
    assert (order_of(shop, intent)[1], booked(shop, intent)) == ("disputed", TAKEN)
    ((kind, sentence),) = matters(shop, intent)
    assert (kind, "has disputed" in sentence) == ("dispute", True)


def test_a_matter_that_staff_have_closed_comes_back_only_if_the_bank_wants_something_new(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e1")
    matter = shop.value("SELECT id FROM attention WHERE kind = 'dispute'")
    close(shop.db, OWNER, matter, "Answered, with the tracking page.", token(), shop.clock())
    tell(shop, intent, "e2", "e3")
    assert matters(shop, intent) == []
    tell(shop, intent, "e3", created=1795900000, event="-b", status="appeal_needs_response")
    ((kind, _),) = matters(shop, intent)
    assert kind == "dispute"
    tell(shop, intent, "e6")
    assert matters(shop, intent) == []


def test_two_disputes_of_one_payment_are_two(shop, tee):
    """An inquiry beside a chargeback of half of it: what is gone is the sum, and the parcel waits for both."""
    intent = pay(shop, tee)
    tell(shop, intent, "e1", amount=2000)
    tell(shop, intent, "e7")
    assert disputes(shop, intent) == [("needs_response", 2000), ("warning_needs_response", 0)]
    assert (withdrawn(shop, intent), order_of(shop, intent)[1]) == (2000, "disputed")
    tell(shop, intent, "e4", amount=2000)
    assert (withdrawn(shop, intent), order_of(shop, intent)[1]) == (0, "paid")
    assert blocks(shop, intent) == [("dispute", "stripe"), ("dispute", "open")]
    tell(shop, intent, "e8")
    assert blocks(shop, intent) == [("dispute", "stripe"), ("dispute", "stripe")]


def test_more_taken_than_was_paid_is_stored_booked_and_shown(shop, tee):
    intent = pay(shop, tee)
    tell(shop, intent, "e1", amount=5000)
    assert (withdrawn(shop, intent), booked(shop, intent)[0]) == (5000, ("disputes", 5000))
    assert sorted(shop.attention()) == ["dispute", "refunded_too_much"]
    tell(shop, intent, "e4", amount=5000)
    assert (withdrawn(shop, intent), shop.attention()) == (0, [])


def test_a_dispute_in_a_balance_of_another_currency_takes_what_is_disputed(shop, tee):
    intent = pay(shop, tee)
    event = told("e1", intent)
    event["data"]["object"]["balance_transactions"][0].update(currency="eur", amount=-3621)
    assert shop.post_event(event) == (200, "applied")
    assert (withdrawn(shop, intent), booked(shop, intent)) == (3950, TAKEN)
