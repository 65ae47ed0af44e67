"""The books against what Stripe has moved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store.payments.ledger.comparing import (
    CAPTURED,
    DISPUTED,
    REFUNDED,
    MovementSides,
    PaymentSides,
    PayoutSides,
    of_movements,
    of_payments,
    of_payouts,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(days=2), NOW - timedelta(days=2) + timedelta(seconds=1)
PAYMENT = PaymentSides("pi_1", "NM-7K4Q", "usd", "captured", 3950, 3950, LONG_AGO)
PAYOUT = PayoutSides("po_1", "paid", "usd", 5280, True, True, 5280, 5280, LONG_AGO)
MOVEMENT = MovementSides("txn_1", "charge", "usd", 3805, 3805, 3805, False)


def named(found):
    return [(one.kind, one.name, one.what, one.currency, one.here, one.there) for one in found]


def test_what_agrees_is_not_named():
    assert of_payments([PAYMENT], NOW) == []
    assert of_payouts([PAYOUT], NOW) == []
    assert of_movements([MOVEMENT]) == []


@pytest.mark.parametrize(
    ("what", "booked", "moved", "cause"),
    [
        ("captured", 3950, 0, "Stripe has not moved it"),
        ("captured", 0, 3950, "nothing was booked"),
        ("captured", 3950, 3940, "another sum"),
        ("refunded", -1000, 0, "Stripe has not moved it"),
        ("refunded", 0, -1000, "nothing was booked"),
        ("refunded", -1500, -1000, "One of several"),
        ("disputed", -3950, 0, "Stripe has not moved it"),
    ],
)
def test_a_payment_whose_sides_differ_is_named_with_both_sums_and_the_likely_cause(what, booked, moved, cause):
    (found,) = of_payments([replace(PAYMENT, what=what, booked=booked, moved=moved)], NOW)
    assert named([found]) == [("payment", "pi_1", what, "usd", booked, moved)]
    assert found.order_number == "NM-7K4Q"
    assert cause in found.cause


@pytest.mark.parametrize(("booked", "moved"), [(3950, 0), (0, 3950)])
def test_what_one_side_has_just_told_is_on_its_way(booked, moved):
    young = replace(PAYMENT, booked=booked, moved=moved, newest_at=JUST_NOW)
    assert of_payments([young], NOW) == []
    assert len(of_payments([replace(young, newest_at=LONG_AGO)], NOW)) == 1


@pytest.mark.parametrize("what", ["refunded", "disputed"])
def test_of_several_refunds_or_disputes_one_may_be_on_its_way(what):
    """Each is told by itself, so that between two of them both sides have a sum, and not the same."""
    young = replace(PAYMENT, what=what, booked=-1500, moved=-1000, newest_at=JUST_NOW)
    assert of_payments([young], NOW) == []
    assert len(of_payments([replace(young, newest_at=LONG_AGO)], NOW)) == 1


def test_the_sides_of_a_payment_bear_the_names_that_the_query_gives_them():
    assert (CAPTURED, REFUNDED, DISPUTED) == ("captured", "refunded", "disputed")


def test_another_sum_than_was_agreed_is_named_at_once():
    assert len(of_payments([replace(PAYMENT, moved=3940, newest_at=JUST_NOW)], NOW)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"members": 5000}, ("paid out", 5000, 5280)),
        ({"expanded": False, "members": 0}, ("paid out", 0, 5280)),
        ({"banked": 0}, ("banked", 0, 5280)),
        ({"status": "failed"}, ("banked", 5280, 0)),
        ({"status": "canceled"}, ("banked", 5280, 0)),
    ],
)
def test_a_payout_that_does_not_add_up_is_named(change, said):
    assert named(of_payouts([replace(PAYOUT, **change)], NOW)) == [("payout", "po_1", said[0], "usd", *said[1:])]


@pytest.mark.parametrize("change", [{"expanded": False, "members": 0}, {"banked": 0}, {"status": "failed"}])
def test_a_young_payout_is_given_time(change):
    assert of_payouts([replace(PAYOUT, created_at=JUST_NOW, **change)], NOW) == []


def test_a_payout_whose_members_do_not_add_up_is_named_at_once():
    assert len(of_payouts([replace(PAYOUT, members=5000, created_at=JUST_NOW)], NOW)) == 1


def test_a_manual_payout_cannot_be_listed_and_a_returned_one_need_not_be():
    assert of_payouts([replace(PAYOUT, automatic=False, expanded=False, members=0)], NOW) == []
    assert of_payouts([replace(PAYOUT, status="failed", expanded=False, members=0, banked=0)], NOW) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"booked": 3800}, ("booked", 3800, 3805)),
        ({"makes": 3800}, ("net", 3800, 3805)),
        ({"unexplained": True, "type": "topup"}, ("unexplained", 0, 3805)),
    ],
)
def test_a_movement_that_does_not_fit_is_named(change, said):
    (found,) = of_movements([replace(MOVEMENT, **change)])
    assert named([found]) == [("movement", "txn_1", said[0], "usd", *said[1:])]
