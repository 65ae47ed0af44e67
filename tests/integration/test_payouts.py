"""Payouts: what left Stripe's balance for the bank, in which currency, and with what in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.payments.ledger.service import Books, record
from tests.integration.bookkeeping import FEE, balances, entries, mirrored, pay_out, payouts, sell


@pytest.fixture
def books(shop):
    return Books(shop.payments)


def test_a_payout_moves_the_balance_to_the_bank_and_names_what_left_in_it(shop, books):
    sell(shop)
    sell(shop, price=1000)
    pay_out(shop)
    books.read_all()
    assert payouts(shop) == [("paid", "usd", 5280, True, True)]
    assert entries(shop, "payout") == [("payout", "usd", "stripe_balance", -5280), ("payout", "usd", "bank", 5280)]
    assert balances(shop)["stripe_balance"] == 0
    assert shop.rows("SELECT type, payout_id IS NOT NULL FROM balance_transaction ORDER BY net") == [
        ("payout", False),
        ("charge", True),
        ("charge", True),
    ]


def test_the_contents_of_a_payout_are_asked_for_once(shop, books):
    sell(shop)
    pay_out(shop)
    books.read_all()
    before = len(shop.requests())
    books.read_all()
    assert [call["path"] for call in shop.requests()[before:]] == ["/v1/balance_transactions", "/v1/payouts"]
    assert len(entries(shop, "payout")) == 2


def test_dollars_that_arrive_as_euros_are_exchanged_in_the_books(shop, books):
    euros = {"settlement_currency": "eur", "exchange_rates": {"usd": 0.9}}
    assert shop.account.control("POST", "account", euros).ok
    sell(shop)
    books.read_all()
    assert mirrored(shop) == [("charge", "eur", 3555, 133, 3422, True)]
    assert entries(shop, "settlement%") == [
        ("settlement", "usd", "stripe_clearing", -3950),
        ("settlement", "usd", "fx", 3950),
        ("settlement_fx", "eur", "stripe_balance", 3422),
        ("settlement_fx", "eur", "fees", 133),
        ("settlement_fx", "eur", "fx", -3555),
    ]
    assert balances(shop)["stripe_clearing"] == 0
    pay_out(shop)
    books.read_all()
    assert payouts(shop) == [("paid", "eur", 3422, True, True)]


def test_a_payout_that_comes_back_leaves_the_bank_again(shop, books):
    sell(shop)
    pay_out(shop)
    books.read_all()
    payout = shop.value("SELECT stripe_id FROM payout")
    back = replace(FEE, stripe_id="txn_back", type="payout_failure", amount=3805, net=3805, source_id=payout)
    shop.db.run(lambda session: record(session, back, None, shop.clock()))
    assert balances(shop)["bank"] == 0
    assert balances(shop)["stripe_balance"] == 3805
