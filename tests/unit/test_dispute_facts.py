"""Stripe's disputes, reviews and warnings in our own words; the events are those of `tests/stripe_events/`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.payments.disputes.facts import (
    DisputeFact,
    Movement,
    WarningFact,
    WarningKind,
    read_dispute,
    read_early_fraud_warning,
    read_review,
)

EVENTS = Path(__file__).parents[1] / "stripe_events"
OPENED = datetime(2026, 11, 26, 17, 20, tzinfo=UTC)
TAKEN = Movement("txn_3Qlocaldp1", -4488, datetime(2026, 11, 26, 17, 20, 1, tzinfo=UTC))
RETURNED = Movement("txn_3Qlocaldp2", 4488, datetime(2026, 11, 26, 17, 20, 2, tzinfo=UTC))


def thing(name):
    (path,) = EVENTS.glob(f"{name}_*.json")
    return json.loads(path.read_text(encoding="utf-8"))["data"]["object"]


def test_a_chargeback_says_how_much_why_and_until_when():
    assert read_dispute(thing("e1")) == DisputeFact(
        dispute_id="dp_1Qlocal0000000000000001",
        status="needs_response",
        reason="product_not_received",
        amount=4488,
        currency="eur",
        is_charge_refundable=False,
        reply_by=datetime(2026, 12, 5, 17, 20, tzinfo=UTC),
        opened_at=OPENED,
        movements=(TAKEN,),
    )


@pytest.mark.parametrize(
    ("name", "status", "movements"),
    [
        ("e2", "needs_response", (TAKEN,)),
        ("e3", "under_review", (TAKEN,)),
        ("e4", "won", (TAKEN, RETURNED)),
        ("e5", "won", (TAKEN, RETURNED)),
        ("e6", "lost", (TAKEN,)),
        ("e7", "warning_needs_response", ()),
        ("e8", "warning_closed", ()),
    ],
)
def test_each_event_brings_the_status_and_all_the_money_that_has_moved(name, status, movements):
    fact = read_dispute(thing(name))
    assert (fact.status, fact.movements) == (status, movements)


def test_an_inquiry_leaves_the_charge_refundable():
    assert (read_dispute(thing("e7")).is_charge_refundable, read_dispute(thing("e1")).is_charge_refundable) == (
        True,
        False,
    )


@pytest.mark.parametrize("details", [None, {}, {"due_by": None}, {"due_by": 0}])
def test_a_dispute_without_a_date_to_reply_by_has_none(details):
    assert read_dispute(thing("e1") | {"evidence_details": details}).reply_by is None


@pytest.mark.parametrize("moved", [None, []])
def test_a_dispute_of_which_nothing_was_moved_has_moved_nothing(moved):
    assert read_dispute(thing("e1") | {"balance_transactions": moved}).movements == ()


def test_amounts_are_in_our_units():
    krona = thing("e1") | {"amount": 448800, "currency": "isk"}
    krona["balance_transactions"] = [krona["balance_transactions"][0] | {"amount": -448800, "currency": "isk"}]
    fact = read_dispute(krona)
    assert (fact.amount, [one.amount for one in fact.movements]) == (4488, [-4488])


@pytest.mark.parametrize(("moved", "own"), [(-3900, -4488), (-1, -4488), (3900, 4488), (1, 4488), (0, 0)])
def test_what_moved_in_a_balance_of_another_currency_is_what_is_disputed(moved, own):
    dispute = thing("e1")
    dispute["balance_transactions"][0] |= {"currency": "usd", "amount": moved}
    assert [one.amount for one in read_dispute(dispute).movements] == [own]


def test_what_moved_in_the_currency_of_the_charge_is_what_moved_though_more_is_disputed():
    dispute = thing("e1")
    dispute["balance_transactions"][0] |= {"amount": -1000}
    fact = read_dispute(dispute)
    assert (fact.amount, [one.amount for one in fact.movements]) == (4488, [-1000])


@pytest.mark.parametrize("none", [None, ""])
def test_what_gives_no_reason_has_an_empty_one(none):
    assert read_dispute(thing("e1") | {"reason": none}).reason == ""
    assert read_review(thing("f2") | {"reason": none}).reason == ""
    assert read_early_fraud_warning(thing("f1") | {"fraud_type": none}).reason == ""


def test_warnings_are_stored_under_these_words():
    assert " ".join(WarningKind) == "review early_fraud_warning"


def test_what_is_no_dispute_is_refused():
    for lacking in ("id", "status", "amount", "currency", "created"):
        with pytest.raises(KeyError):
            read_dispute({name: value for name, value in thing("e1").items() if name != lacking})


def test_a_review_is_open_until_it_is_closed():
    opened_at = datetime(2026, 11, 23, 6, 1, 1, tzinfo=UTC)
    assert read_review(thing("f2")) == WarningFact("prv_1Qlocal", WarningKind.REVIEW, True, "rule", opened_at)
    assert read_review(thing("f3")) == WarningFact("prv_1Qlocal", WarningKind.REVIEW, False, "approved", opened_at)


def test_a_warning_of_fraud_is_open_while_something_can_be_done():
    opened_at = datetime(2026, 11, 25, 13, 33, 20, tzinfo=UTC)
    kind, reason = WarningKind.EARLY_FRAUD_WARNING, "made_with_stolen_card"
    assert read_early_fraud_warning(thing("f1")) == WarningFact("issfr_1Qlocal", kind, True, reason, opened_at)
    assert not read_early_fraud_warning(thing("f1") | {"actionable": False}).open
