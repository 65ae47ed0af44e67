"""Stripe's balance transactions and payouts as values of ours."""

import pytest

from store.clock import from_epoch
from store.payments.balance_facts import named_balance_transactions, read_balance_transaction, read_payout

CHARGE = {"id": "ch_1", "object": "charge", "amount": 3400, "amount_captured": 3400, "currency": "eur"}
MOVED = {"id": "txn_1", "type": "charge", "currency": "usd", "amount": 3700, "fee": 137, "net": 3563, "created": 60}
PAYOUT = {"id": "po_1", "status": "paid", "currency": "usd", "amount": 900, "created": 60, "arrival_date": 120}


def test_a_movement_is_read_with_its_cause_and_its_payment():
    fact = read_balance_transaction(MOVED | {"source": CHARGE | {"payment_intent": "pi_1"}})
    assert (fact.stripe_id, fact.type, fact.currency) == ("txn_1", "charge", "usd")
    assert (fact.amount, fact.fee, fact.net) == (3700, 137, 3563)
    assert (fact.source_id, fact.source_kind, fact.source_amount, fact.source_currency) == (
        "ch_1",
        "charge",
        3400,
        "eur",
    )
    assert (fact.payment_intent, fact.happened_at) == ("pi_1", from_epoch(60))


def test_of_a_charge_only_what_was_captured_counts():
    fact = read_balance_transaction(MOVED | {"source": CHARGE | {"amount_captured": 3000}})
    assert fact.source_amount == 3000


def test_a_refund_was_made_out_for_its_sum():
    refund = {"id": "re_1", "object": "refund", "amount": 1200, "currency": "eur"}
    fact = read_balance_transaction(MOVED | {"type": "refund", "source": refund})
    assert (fact.source_kind, fact.source_amount, fact.source_currency) == ("refund", 1200, "eur")


@pytest.mark.parametrize("half", [{"amount": 1200}, {"currency": "eur"}, {"amount": None, "currency": "eur"}])
def test_a_cause_that_says_only_half_of_what_it_was_made_out_for_says_nothing(half):
    fact = read_balance_transaction(MOVED | {"source": {"id": "tr_1", "object": "transfer"} | half})
    assert (fact.source_id, fact.source_amount, fact.source_currency) == ("tr_1", None, None)


def test_a_payment_intent_may_come_as_an_object():
    fact = read_balance_transaction(MOVED | {"source": CHARGE | {"payment_intent": {"id": "pi_1"}}})
    assert fact.payment_intent == "pi_1"


@pytest.mark.parametrize("source", [None, "po_1"])
def test_a_movement_may_have_no_cause_or_only_its_name(source):
    fact = read_balance_transaction(MOVED | {"source": source})
    assert (fact.source_id, fact.source_kind, fact.payment_intent) == (source, None, None)
    assert (fact.source_amount, fact.source_currency) == (None, None)


@pytest.mark.parametrize(
    ("currency", "at_stripe", "here"), [("jpy", 3400, 3400), ("kwd", 12340, 12340), ("isk", 340000, 3400)]
)
def test_sums_are_in_our_units(currency, at_stripe, here):
    sums = {"currency": currency, "amount": at_stripe, "fee": 0, "net": at_stripe}
    fact = read_balance_transaction(MOVED | sums | {"source": CHARGE | {"amount_captured": at_stripe} | sums})
    assert (fact.amount, fact.net, fact.source_amount) == (here, here, here)


@pytest.mark.parametrize("strange", [{"currency": "isk", "fee": 137}, {"currency": "xyz"}])
def test_sums_that_are_none_of_ours_are_refused(strange):
    with pytest.raises(ValueError, match=r"isk|xyz"):
        read_balance_transaction(MOVED | strange | {"source": None})


@pytest.mark.parametrize(
    ("said", "listable"),
    [
        ({"automatic": True}, True),
        ({"automatic": True, "reconciliation_status": "completed"}, True),
        ({"automatic": True, "reconciliation_status": "in_progress"}, False),
        ({"automatic": False}, False),
        ({"automatic": False, "reconciliation_status": "not_applicable"}, False),
    ],
)
def test_only_an_automatic_payout_that_is_together_can_be_listed(said, listable):
    payout = read_payout(PAYOUT | said)
    assert (payout.is_listable, payout.automatic) == (listable, said["automatic"])
    assert (payout.stripe_id, payout.status, payout.currency, payout.amount) == ("po_1", "paid", "usd", 900)
    assert (payout.created_at, payout.arrives_at) == (from_epoch(60), from_epoch(120))


def test_charges_refunds_and_disputes_name_their_movements():
    assert named_balance_transactions({"balance_transaction": "txn_1"}) == ["txn_1"]
    assert named_balance_transactions({"balance_transaction": None}) == []
    assert named_balance_transactions(
        {"balance_transaction": {"id": "txn_1"}, "failure_balance_transaction": "txn_2"}
    ) == [
        "txn_1",
        "txn_2",
    ]
    assert named_balance_transactions({"balance_transactions": [{"id": "txn_3"}, {"id": "txn_3"}]}) == ["txn_3"]
