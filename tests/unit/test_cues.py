import pytest

from store.admin.orders.cues import cue
from store.fulfilment.parcels import HeldBy


def dispute(status, **more):
    return {
        "dispute": "dp_1",
        "status": status,
        "amount": 4488,
        "currency": "eur",
        "reason": "product_not_received",
    } | more


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("placed", {}, "Placed"),
        ("paid", {}, "Paid"),
        ("note", {"text": "Rude."}, "Note"),
        ("shipped", {"units": 1}, "Shipped 1 unit"),
        ("shipped", {"units": 2}, "Shipped 2 units"),
        ("dispute", dispute("needs_response"), "The bank disputes the payment, €44.88, product not received"),
        ("dispute", dispute("warning_needs_response", reason=""), "The bank asks about the payment, €44.88"),
        ("dispute", dispute("under_review"), "The bank considers our answer"),
        ("dispute", dispute("won"), "The dispute is won"),
        ("dispute", dispute("lost"), "The dispute is lost"),
        ("dispute", dispute("put_on_ice"), "The dispute is said to be “put on ice”"),
        ("dispute_withdrawn", {"amount": 4488, "currency": "eur"}, "The bank took €44.88 back"),
        ("dispute_returned", {"amount": 4488, "currency": "eur"}, "The bank gave €44.88 back to us"),
        ("review", {"open": True, "reason": "rule"}, "Stripe put the payment under review: rule"),
        ("review", {"open": False, "reason": "refunded_as_fraud"}, "The review is closed: refunded as fraud"),
        ("early_fraud_warning", {"open": True, "reason": "made_with_stolen_card"},
         "The card’s network warns of fraud: made with stolen card"),
        ("early_fraud_warning", {"open": False, "reason": ""}, "The warning of fraud asks for nothing any more"),
        ("let_go", {"reason": "dispute"}, "Let go in spite of the dispute"),
        ("refunded", {"refund": 3, "amount": 1200}, "Refunded $12.00"),
        ("repaired", {"repair": 1}, "Put right from Stripe’s lists, for no webhook had told it"),
        ("refund_failed", {"refund": 3, "amount": 1200}, "The refund of $12.00 failed"),
        ("refund_rejected", {"refund": 3}, "Stripe refused a refund, and nothing went back"),
        ("canceled", {"units": 1, "restock": True}, "Canceled 1 unit"),
        ("canceled", {"units": 2, "restock": True}, "Canceled 2 units"),
        ("something_of_tomorrow", {}, "Something of tomorrow"),
    ],
)  # fmt: skip
def test_the_timeline_says_what_happened_in_words(kind, data, words):
    assert cue(kind, data, "usd") == words


def test_every_reason_to_hold_an_order_back_can_be_overruled_in_words():
    assert len({cue("let_go", {"reason": reason.value}, "usd") for reason in HeldBy}) == len(HeldBy)
