"""What a movement of Stripe's balance books."""

from dataclasses import replace

import pytest

from store.clock import from_epoch
from store.payments.balance_facts import BalanceFact
from store.payments.ledger.accounts import ACCOUNTS, KINDS
from store.payments.ledger.settlement import OF_PAYMENTS, STRIPES_OWN, TO_BANK, Draft, claim, draft

CHARGE = BalanceFact(
    stripe_id="txn_1",
    type="charge",
    currency="usd",
    amount=3400,
    fee=129,
    net=3271,
    source_id="ch_1",
    source_kind="charge",
    source_amount=3400,
    source_currency="usd",
    payment_intent="pi_1",
    happened_at=from_epoch(0),
)
REFUND = replace(CHARGE, type="refund", amount=-3400, fee=0, net=-3400, source_id="re_1", source_kind="refund")
DISPUTE = replace(CHARGE, type="adjustment", amount=-3400, fee=1500, net=-4900, source_id="dp_1", source_kind="dispute")
PAYOUT = replace(CHARGE, type="payout", amount=-3271, fee=0, net=-3271, source_id="po_1", source_kind="payout")
FEE = replace(CHARGE, type="stripe_fee", amount=-200, fee=0, net=-200, source_id=None, source_kind=None)


def booked(fact, ours=True):
    return [(one.kind, one.currency, one.postings) for one in draft(fact, ours=ours)]


def test_a_charge_leaves_clearing_for_the_balance_less_its_fee():
    assert booked(CHARGE) == [
        ("settlement", "usd", {"stripe_balance": 3271, "fees": 129, "stripe_clearing": -3400}),
    ]


def test_a_refund_leaves_the_balance_and_closes_what_it_opened_in_clearing():
    assert booked(REFUND) == [
        ("settlement", "usd", {"stripe_balance": -3400, "fees": 0, "stripe_clearing": 3400}),
    ]


def test_a_refund_that_failed_comes_back():
    back = replace(REFUND, type="refund_failure", amount=3400, net=3400)
    assert booked(back) == [("settlement", "usd", {"stripe_balance": 3400, "fees": 0, "stripe_clearing": -3400})]


def test_a_dispute_costs_its_sum_and_its_fee():
    assert booked(DISPUTE) == [
        ("settlement", "usd", {"stripe_balance": -4900, "fees": 1500, "stripe_clearing": 3400}),
    ]


def test_a_charge_in_another_currency_is_two_entries_joined_by_the_exchange():
    euros = replace(CHARGE, amount=3700, fee=137, net=3563, source_amount=3400, source_currency="eur")
    assert booked(euros) == [
        ("settlement", "eur", {"stripe_clearing": -3400, "fx": 3400}),
        ("settlement_fx", "usd", {"stripe_balance": 3563, "fees": 137, "fx": -3700}),
    ]


@pytest.mark.parametrize(("currency", "claimed"), [("jpy", 5000), ("kwd", 12340)])
def test_yen_and_dinars_are_exchanged_like_any_other(currency, claimed):
    back = replace(REFUND, amount=-3311, net=-3311, source_amount=claimed, source_currency=currency)
    assert booked(back) == [
        ("settlement", currency, {"stripe_clearing": claimed, "fx": -claimed}),
        ("settlement_fx", "usd", {"stripe_balance": -3311, "fees": 0, "fx": 3311}),
    ]


def test_what_a_movement_settles_is_signed_as_it_is_and_in_the_currency_of_the_charge():
    assert claim(CHARGE) == 3400
    assert claim(REFUND) == -3400
    assert claim(replace(REFUND, amount=-3700, source_currency="eur")) == -3400
    assert claim(replace(DISPUTE, amount=0, net=-1500, source_currency="eur")) == 0  # a fee alone
    assert claim(replace(CHARGE, source_amount=None, source_currency=None)) == 3400
    assert claim(replace(CHARGE, amount=1000)) == 1000  # in one currency the sum itself, whatever it was made out for


@pytest.mark.parametrize(("amount", "claimed"), [(1, 3400), (-1, -3400), (0, 0)])
def test_the_smallest_sum_in_the_balance_settles_all_that_was_charged_elsewhere(amount, claimed):
    assert claim(replace(CHARGE, amount=amount, source_currency="eur")) == claimed


def test_a_cause_in_another_currency_that_names_no_sum_settles_what_moved():
    assert claim(replace(CHARGE, amount=3700, source_amount=None, source_currency="eur")) == 3700


@pytest.mark.parametrize(
    ("types", "known"),
    [
        (
            OF_PAYMENTS,
            "charge payment refund payment_refund refund_failure payment_failure_refund payment_reversal adjustment",
        ),
        (TO_BANK, "payout payout_cancel payout_failure"),
        (STRIPES_OWN, "stripe_fee stripe_fx_fee tax_fee"),
    ],
)
def test_movements_are_told_apart_by_stripes_own_words(types, known):
    assert types == set(known.split())


def test_money_of_other_sales_on_the_account_passes_through():
    assert booked(CHARGE, ours=False) == [("settlement", "usd", {"stripe_balance": 3271, "other_business": -3271})]


def test_a_payout_moves_the_balance_to_the_bank_and_a_failed_one_back():
    assert booked(PAYOUT) == [("payout", "usd", {"stripe_balance": -3271, "fees": 0, "bank": 3271})]
    back = replace(PAYOUT, type="payout_failure", amount=3271, net=3271)
    assert booked(back) == [("payout", "usd", {"stripe_balance": 3271, "fees": 0, "bank": -3271})]


def test_an_instant_payout_costs_a_fee():
    instant = replace(PAYOUT, amount=-3200, fee=32, net=-3232)
    assert booked(instant) == [("payout", "usd", {"stripe_balance": -3232, "fees": 32, "bank": 3200})]


def test_stripes_own_fees_are_fees():
    assert booked(FEE) == [("stripe_fee", "usd", {"stripe_balance": -200, "fees": 200})]


@pytest.mark.parametrize("strange", [{"type": "topup"}, {"type": "adjustment", "source_kind": None}])
def test_what_is_not_known_stands_as_unexplained(strange):
    moved = replace(CHARGE, **strange)
    assert booked(moved) == [("unexplained", "usd", {"stripe_balance": 3271, "fees": 129, "unexplained": -3400})]


@pytest.mark.parametrize("type_", sorted(OF_PAYMENTS | TO_BANK | STRIPES_OWN | {"never_heard_of"}))
@pytest.mark.parametrize("kind", ["charge", "refund", "dispute", "payout", None])
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("source_currency", ["usd", "eur"])
def test_every_entry_balances_and_uses_accounts_and_kinds_that_have_a_meaning(type_, kind, ours, source_currency):
    fact = replace(DISPUTE, type=type_, source_kind=kind, source_currency=source_currency)
    for one in draft(fact, ours=ours):
        assert isinstance(one, Draft)
        assert sum(one.postings.values()) == 0
        assert set(one.postings) <= set(ACCOUNTS)
        assert one.kind in KINDS
