"""The books against Stripe: what does not agree is named, and what agrees or is on its way is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.clock import from_epoch
from store.payments.balance_facts import BalanceFact
from store.payments.ledger import sides
from store.payments.ledger.booking import book
from store.payments.ledger.comparing import of_movements, of_payments, of_payouts
from store.payments.ledger.service import Books, record


@pytest.fixture
def books(shop):
    return Books(shop.payments)


def sell(shop):
    shop.buy(shop.make_item())
    shop.clock.advance(seconds=5)
    return shop.rows("SELECT id, payment_intent FROM payment ORDER BY id DESC LIMIT 1")[0]


def take_in(shop):
    shop.clock.advance(seconds=5)
    shop.deliver()
    shop.worker.drain()


def compared(shop, *, in_sum=False):
    now = shop.clock()
    span = (now - timedelta(days=30), now + timedelta(days=1))
    with shop.db.reader() as reader:
        found = [
            *of_payments(sides.payments_that_differ(reader, *span), now),
            *of_payouts(sides.payouts_of(reader, *span), now),
            *of_movements(sides.movements_that_differ(reader, *span, in_sum=in_sum)),
        ]
    return [(one.name, one.what, one.currency, one.here, one.there) for one in found]


def later(shop):
    shop.clock.advance(days=3)


def test_sold_refunded_disputed_and_paid_out_everything_agrees(shop, books):
    _, intent = sell(shop)
    assert shop.account.control("POST", f"refund/{intent}", {"amount": 1000}).ok
    _, other = sell(shop)
    take_in(shop)
    assert shop.account.control("POST", f"disputes/{other}", {"kind": "chargeback"}).ok
    take_in(shop)
    later(shop)
    sell(shop)
    later(shop)
    assert shop.account.control("POST", "payout", {}).ok
    books.read_all()
    later(shop)
    assert compared(shop) == []
    assert compared(shop, in_sum=True) == []
    balances = dict(shop.rows("SELECT account, SUM(amount) FROM posting GROUP BY account"))
    assert balances["stripe_clearing"] == 0
    assert balances["disputes"] == 3950
    assert balances["refunds"] == 1000
    moved = shop.value("SELECT SUM(net) FROM balance_transaction WHERE type <> 'payout'")
    assert balances["stripe_balance"] + balances["bank"] == moved


def test_a_payment_and_its_refund_that_were_both_not_moved_are_both_named(shop):
    payment, intent = sell(shop)

    def back(session):
        postings = {"refunds": 3400, "shipping": 550, "stripe_clearing": -3950}
        book(session, "refund", "test", "re_1", "usd", postings, shop.clock(), shop.clock(), payment_id=payment)

    shop.db.run(back)
    assert compared(shop) == []  # all of it may be on its way
    later(shop)
    assert sorted(compared(shop)) == [
        (intent, "captured", "usd", 3950, 0),
        (intent, "refunded", "usd", -3950, 0),
    ]


def test_through_an_exchange_another_sum_is_named_in_the_currency_of_the_charge(shop):
    payment, intent = sell(shop)
    moved = BalanceFact(
        "txn_1", "charge", "eur", 3555, 133, 3422, "ch_1", "charge", 3900, "usd", intent, from_epoch(1790000000)
    )
    moved = replace(moved, happened_at=shop.clock())
    shop.db.run(lambda session: record(session, moved, payment, shop.clock()))
    assert compared(shop) == [(intent, "captured", "usd", 3950, 3900)]


def test_what_stripe_moved_without_our_knowing_why_is_named_after_two_days(shop, books):
    payment, intent = sell(shop)
    books.read_all()
    refund = BalanceFact(
        "txn_2", "refund", "usd", -500, 0, -500, "re_2", "refund", 500, "usd", intent, from_epoch(1790000000)
    )
    refund = replace(refund, happened_at=shop.clock())
    shop.db.run(lambda session: record(session, refund, payment, shop.clock()))
    assert compared(shop) == []
    later(shop)
    assert compared(shop) == [(intent, "refunded", "usd", 0, -500)]


def test_a_movement_whose_entry_says_another_net_is_found_where_the_sums_of_a_period_differ(shop, books):
    sell(shop)
    books.read_all()
    name = shop.value("SELECT stripe_id FROM balance_transaction")
    now = shop.clock()
    shop.write("UPDATE balance_transaction SET net = net + 1, amount = amount + 1")
    with shop.db.reader() as reader:
        assert sides.net_moved(reader, now - timedelta(days=1), now) == {"usd": 3806}
    assert compared(shop) == []
    assert compared(shop, in_sum=True) == [(name, "booked", "usd", 3805, 3806)]
    shop.write("UPDATE balance_transaction SET net = net - 1, amount = amount - 1")
