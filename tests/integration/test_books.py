"""The books beside Stripe's: every movement of its balance is mirrored and booked once, whoever tells of it."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from store.errors import PaymentUnavailable
from store.jobs.models import Job
from store.payments.ledger.service import Books, record
from tests.integration.bookkeeping import FEE, balances, entries, mirrored, sell
from tests.integration.stories import again, told
from tests.relay import answers


@pytest.fixture
def books(shop):
    return Books(shop.payments)


def test_the_event_that_names_a_movement_has_it_read_and_booked_by_the_worker(shop):
    sell(shop)
    assert shop.deliver("charge.updated") == [(200, "applied")]
    assert mirrored(shop) == []
    shop.worker.drain()
    assert mirrored(shop) == [("charge", "usd", 3950, 145, 3805, True)]
    assert entries(shop, "settlement") == [
        ("settlement", "usd", "stripe_balance", 3805),
        ("settlement", "usd", "fees", 145),
        ("settlement", "usd", "stripe_clearing", -3950),
    ]
    assert balances(shop) == {
        "stripe_clearing": 0, "stripe_balance": 3805, "fees": 145, "sales": -3400, "shipping": -550
    }  # fmt: skip


def test_a_movement_is_booked_on_stripes_day_and_names_its_payment(shop):
    sell(shop)
    shop.clock.advance(days=3)
    Books(shop.payments).read_all()
    happened, booked, of, payment = shop.rows(
        """SELECT moved.happened_at, entry.booked_at, entry.payment_id, payment.id FROM balance_transaction moved
           JOIN journal_entry entry ON entry.source_id = moved.stripe_id, payment"""
    )[0]
    assert (happened, of) == (booked, payment)


def test_told_ten_times_and_read_every_night_it_is_booked_once(shop, books):
    sell(shop)
    event = told(shop, "charge.updated")
    for _ in range(3):
        assert shop.post_event(event) == (200, "applied")
        assert shop.post_event(again(event)) == (200, "applied")
    shop.worker.drain()
    books.read_all()
    books.read_all()
    assert len(mirrored(shop)) == 1
    assert len(entries(shop, "settlement")) == 3


def test_with_every_event_lost_the_night_reads_what_there_was(shop, books):
    sell(shop)
    sell(shop, price=1000)
    books.read_all()
    assert sorted(mirrored(shop)) == [
        ("charge", "usd", 1550, 75, 1475, True),
        ("charge", "usd", 3950, 145, 3805, True),
    ]
    assert balances(shop)["stripe_clearing"] == 0


def test_a_payment_that_nobody_has_told_us_of_is_settled_before_its_movement_is_booked(shop, books):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    shop.clock.advance(seconds=5)
    assert shop.counts()["order"] == shop.counts()["payment"] == 0
    books.read_all()
    assert shop.counts()["order"] == shop.counts()["payment"] == 1
    assert mirrored(shop) == [("charge", "usd", 3950, 145, 3805, True)]
    assert balances(shop)["stripe_clearing"] == 0


def test_before_anybody_has_bought_anything_stripe_is_not_asked(shop, books):
    books.read_all()
    assert shop.requests() == []


def test_the_next_night_asks_only_for_what_came_since(shop, books):
    sell(shop)
    books.read_all()
    first = shop.value("SELECT position FROM cursor WHERE name = 'balance_transactions'")
    shop.clock.advance(days=2)
    sell(shop)
    books.read_all()
    assert shop.value("SELECT position FROM cursor WHERE name = 'balance_transactions'") > first
    asked = [call["params"]["created"]["gte"] for call in shop.requests("/v1/balance_transactions")]
    assert asked[1] > asked[0]
    assert len(mirrored(shop)) == 2


def test_other_sales_on_the_same_account_pass_through_without_a_word(shop, books):
    sell(shop)
    foreign = shop.account.v1.payment_intents.create(
        {"amount": 5000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
         "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    )  # fmt: skip
    assert foreign.status == "succeeded"
    shop.clock.advance(seconds=5)
    books.read_all()
    assert ("charge", "usd", 5000, 175, 4825, False) in mirrored(shop)
    assert balances(shop)["other_business"] == -4825
    assert balances(shop)["stripe_balance"] == 3805 + 4825
    assert balances(shop)["stripe_clearing"] == 0
    assert shop.attention() == []
    before = len(shop.requests())
    books.read_all()
    assert [call["path"] for call in shop.requests()[before:]] == ["/v1/balance_transactions", "/v1/payouts"]


def test_what_has_no_known_reason_is_booked_apart_and_shown_to_staff(shop):
    odd = replace(FEE, stripe_id="txn_odd", type="topup")
    assert shop.db.run(lambda session: record(session, odd, None, shop.clock())) is True
    assert entries(shop) == [
        ("unexplained", "usd", "stripe_balance", -200),
        ("unexplained", "usd", "unexplained", 200),
    ]
    assert shop.attention() == ["balance_unexplained"]


def test_stripes_own_fee_is_booked_as_one(shop):
    shop.db.run(lambda session: record(session, FEE, None, shop.clock()))
    assert entries(shop) == [("stripe_fee", "usd", "stripe_balance", -200), ("stripe_fee", "usd", "fees", 200)]
    assert shop.attention() == []


def test_an_exchange_is_two_entries_that_each_balance(shop):
    moved = replace(
        FEE, stripe_id="txn_eur", type="refund", amount=-3700, net=-3700, source_id="re_1", source_kind="refund",
        source_amount=3400, source_currency="eur",
    )  # fmt: skip
    sell(shop)
    payment = shop.value("SELECT id FROM payment")
    shop.db.run(lambda session: record(session, moved, payment, shop.clock()))
    assert entries(shop, "settlement%") == [
        ("settlement", "eur", "stripe_clearing", 3400),
        ("settlement", "eur", "fx", -3400),
        ("settlement_fx", "usd", "stripe_balance", -3700),
        ("settlement_fx", "usd", "fx", 3700),
    ]


def test_read_by_four_at_once_it_is_booked_once(shop):
    start, outcomes = Barrier(4), []

    def race():
        start.wait()
        outcomes.append(shop.db.run(lambda session: record(session, FEE, None, shop.clock())))

    racers = [Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == [False, False, False, True]
    assert len(entries(shop)) == 2


def test_a_movement_that_stripe_does_not_know_is_shown_to_staff(shop, books):
    books.read_one(Job(payload={"id": "txn_nobodys"}))
    assert mirrored(shop) == []
    assert shop.attention() == ["balance_missing"]


def test_while_stripe_does_not_answer_nothing_is_read_and_the_cursor_stays(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    sell(shop)
    relay.tricks["GET", "/v1/balance_transactions"] = answers(500)
    with pytest.raises(PaymentUnavailable):
        Books(shop.payments).read_all()
    assert shop.rows("SELECT * FROM cursor") == []
    assert mirrored(shop) == []
    relay.tricks.clear()
    Books(shop.payments).read_all()
    assert len(mirrored(shop)) == 1


def test_a_refund_made_at_stripe_leaves_clearing_as_it_found_it(shop, books):
    sell(shop)
    intent = shop.value("SELECT payment_intent FROM payment")
    assert shop.account.control("POST", f"refund/{intent}", {"amount": 1000}).ok
    shop.clock.advance(seconds=5)
    shop.deliver()
    shop.worker.drain()
    assert ("refund", "usd", -1000, 0, -1000, True) in mirrored(shop)
    assert balances(shop)["stripe_clearing"] == 0
    assert balances(shop)["stripe_balance"] == 3805 - 1000
    assert balances(shop)["refunds"] == 1000


def test_a_key_that_may_not_read_the_balance_is_shown_to_staff_until_it_may(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    sell(shop)
    relay.tricks["GET", "/v1/payouts"] = answers(403, "invalid_request_error")
    Books(shop.payments).read_all()
    assert shop.attention() == ["balance_refused"]
    assert shop.rows("SELECT * FROM cursor") == []
    assert len(mirrored(shop)) == 1
    relay.tricks.clear()
    Books(shop.payments).read_all()
    assert shop.attention() == []
    assert len(shop.rows("SELECT * FROM cursor")) == 1
    assert len(mirrored(shop)) == 1


def test_a_movement_in_sums_that_are_none_of_ours_is_shown_to_staff(shop, books):
    assert shop.account.control("POST", "account", {"settlement_currency": "xau", "exchange_rates": {"usd": 2}}).ok
    sell(shop)
    books.read_all()
    assert mirrored(shop) == []
    assert shop.attention() == ["balance_unreadable"]
