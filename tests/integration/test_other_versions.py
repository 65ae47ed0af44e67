"""An event in another API version is never read: its object is fetched again, in ours (rule 3)."""

from __future__ import annotations

import copy

import pytest

from tests.integration.refunding import intent_of, refunds
from tests.integration.stories import again, told

OTHER = "2020-08-27"


def in_another_version(event: dict) -> dict:
    """Only what an object is and its id are the same in every version."""
    other = copy.deepcopy(event) | {"api_version": OTHER}
    thing = other["data"]["object"]
    other["data"]["object"] = {"id": thing["id"], "object": thing["object"], "amount": "a lot"}
    return other


@pytest.fixture
def sold(shop):
    """One paid order; `shop.intent` is its payment."""
    shop.buy(shop.make_item())
    shop.intent = intent_of(shop, shop.value('SELECT number FROM "order"'))
    return shop


def hear(shop, *types):
    for event in shop.events():
        if event["type"] in types:
            assert shop.post_event(in_another_version(event)) == (200, "applied")
    shop.worker.drain()


def test_a_refund(sold):
    sold.refund_at_stripe(sold.intent, amount=1000)
    hear(sold, "refund.created")
    assert refunds(sold) == [("dashboard", "succeeded", 1000)]
    assert sold.value('SELECT payment_state FROM "order"') == "part_refunded"


def test_of_a_charge_its_refunds(sold):
    sold.refund_at_stripe(sold.intent, amount=1000)
    hear(sold, "charge.refunded")
    assert refunds(sold) == [("dashboard", "succeeded", 1000)]


def test_of_a_charge_what_it_has_moved_in_our_balance(sold):
    sold.clock.advance(seconds=5)
    hear(sold, "charge.updated")
    assert sold.rows("SELECT type, amount FROM balance_transaction") == [("charge", 3950)]


def test_a_dispute_as_it_stands_now(sold):
    dispute = sold.dispute(sold.intent)
    sold.close_dispute(dispute["id"], "lost")
    hear(sold, "charge.dispute.created")
    assert sold.rows("SELECT status, withdrawn FROM dispute") == [("lost", 3950)]
    assert sold.value('SELECT payment_state FROM "order"') == "charged_back"


def test_a_review_and_a_warning(sold):
    sold.review(sold.intent)
    sold.warn(sold.intent)
    hear(sold, "review.opened", "radar.early_fraud_warning.created")
    assert sold.rows("SELECT kind, open FROM fraud_warning ORDER BY kind") == [
        ("early_fraud_warning", True), ("review", True)
    ]  # fmt: skip


def test_what_the_event_list_shows_in_another_version_is_no_repair(sold):
    sold.refund_at_stripe(sold.intent, amount=1000)
    hear(sold, "refund.created")
    assert sold.rows("SELECT * FROM repair") == []


def test_what_stripe_no_longer_has_is_let_go(sold):
    event = again(told(sold, "charge.updated")) if sold.clock.advance(seconds=5) is None else {}
    event["data"]["object"]["id"] = "ch_gone"
    assert sold.post_event(in_another_version(event)) == (200, "applied")
    sold.worker.drain()
    assert (sold.rows("SELECT state FROM job WHERE kind = 'read_again'"), sold.attention()) == ([("done",)], [])


def test_what_is_somebody_elses_is_forgotten(sold):
    sold.account.pay(sold.account.make_session(4200))
    intent = told(sold, "checkout.session.completed")["data"]["object"]["payment_intent"]
    sold.refund_at_stripe(intent)
    hear(sold, "refund.created")
    assert refunds(sold) == []
    assert sold.rows("SELECT id FROM webhook_event WHERE type = 'refund.created'") == []
    assert [row[0] for row in sold.rows("SELECT count FROM foreign_count WHERE kind = 'refund.created'")] == [1]
