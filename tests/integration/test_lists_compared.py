"""The nightly comparison of Stripe's lists with ours (rule 35): what differs is joined, what only we have is shown."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from store.errors import PaymentUnavailable
from store.payments.reconciling.service import Reconciler
from tests.integration.reconciled import repairs, written
from tests.integration.refunding import intent_of, refunds
from tests.properties.confluence import work
from tests.relay import answers

LISTS = [
    "/v1/checkout/sessions", "/v1/refunds", "/v1/disputes", "/v1/radar/early_fraud_warnings", "/v1/reviews"
]  # fmt: skip


@pytest.fixture
def sold(shop):
    """One paid order, of which everything was heard; `shop.intent` is its payment."""
    shop.tee = shop.make_item()
    shop.buy(shop.tee)
    shop.intent = intent_of(shop, shop.value('SELECT number FROM "order"'))
    work(shop)
    shop.clock.advance(minutes=10)
    return shop


def compare(shop):
    found = Reconciler(shop.payments).compare()
    work(shop)
    return found


def test_what_agrees_writes_nothing_and_each_list_is_asked_for_once(sold):
    sold.refund_at_stripe(sold.intent, amount=1000)
    sold.deliver()
    work(sold)
    compare(sold)
    before, asked = written(sold), len(sold.requests())
    assert compare(sold) == []
    assert written(sold) == before
    assert [call["path"] for call in sold.requests()[asked:]] == LISTS


def test_before_anybody_has_bought_anything_nothing_is_asked(shop):
    assert compare(shop) == []
    assert shop.requests() == []


def test_a_paid_session_whose_payment_is_not_known_here_is_settled(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    shop.clock.advance(minutes=10)
    (repair,) = compare(shop)
    assert (repair.kind, repair.after["checkout"], shop.counts()["order"]) == ("session", "paid", 1)


def test_what_is_younger_than_five_minutes_is_left_to_its_webhook(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    assert compare(shop) == []
    assert shop.counts()["order"] == 0


def test_a_refund_that_waits_at_its_bank_is_asked_about_however_old_it_is(sold):
    sold.set_balance(enough=False)
    refund = sold.refund_at_stripe(sold.intent, amount=1000)
    sold.deliver()
    work(sold)
    assert refunds(sold) == [("dashboard", "pending", 1000)]
    sold.clock.advance(days=80)
    sold.refund_outcome(refund["id"], "succeed")
    assert [(one.kind, one.after) for one in compare(sold)] == [("refund", {"refund 1": "succeeded"})]
    assert refunds(sold) == [("dashboard", "succeeded", 1000)]


def test_a_dispute_that_ended_months_later_is_followed_to_its_end(sold):
    dispute = sold.dispute(sold.intent)
    sold.deliver()
    work(sold)
    sold.clock.advance(days=8)
    sold.close_dispute(dispute["id"], "lost")
    sold.clock.advance(days=100)
    compare(sold)
    assert sold.rows("SELECT status, withdrawn FROM dispute") == [("lost", 3950)]
    assert repairs(sold) == [("dispute", f"payment:{sold.intent}")]


def test_a_review_that_was_closed_unheard_holds_nothing_back_any_more(sold):
    review = sold.review(sold.intent)
    sold.deliver()
    sold.close_review(review["id"])
    sold.clock.advance(minutes=10)
    compare(sold)
    assert sold.rows("SELECT id FROM fulfilment_block WHERE closed_at IS NULL") == []
    assert repairs(sold) == [("warning", f"payment:{sold.intent}")]


def test_a_refund_that_only_our_books_have_is_shown_and_not_touched(sold):
    sold.refund_at_stripe(sold.intent, amount=1000)
    sold.deliver()
    work(sold)
    sold.clock.advance(minutes=20)
    forged = (
        "INSERT INTO refund (key, payment_id, stripe_id, state, origin, amount, shipping, tax, currency, reason, note,"
        " actor, sending, created_at, accepted_at) SELECT 'forged', payment_id, 're_forged', state, origin, amount,"
        " shipping, tax, currency, reason, note, actor, sending, created_at, accepted_at FROM refund"
    )
    sold.write(forged)
    assert compare(sold) == []
    forged_id = sold.value("SELECT id FROM refund WHERE key = 'forged'")
    assert sold.value("SELECT subject FROM attention WHERE kind = 'books_differ'") == f"refund:{forged_id}"
    assert sold.value("SELECT sentence FROM attention WHERE kind = 'books_differ'") == (
        "Our books have the refund re_forged, which Stripe does not list. Look for it there, and find out who has"
        " changed our books."
    )
    assert len(refunds(sold)) == 2
    sold.write("DELETE FROM refund WHERE key = 'forged'")


def test_somebody_elses_refunds_are_asked_about_and_left_alone(sold):
    sold.account.pay(sold.account.make_session(4200))
    intent = [event for event in sold.events() if event["type"] == "payment_intent.succeeded"][-1]
    sold.refund_at_stripe(intent["data"]["object"]["id"])
    sold.clock.advance(minutes=10)
    before = written(sold)
    assert compare(sold) == []
    assert written(sold) == before


def test_two_comparisons_at_once_repair_once(sold):
    for amount in (500, 600):
        sold.refund_at_stripe(sold.intent, amount=amount)
    sold.clock.advance(minutes=10)
    start, faults = Barrier(2), []

    def run():
        start.wait()
        try:
            Reconciler(sold.payments).compare()
        except Exception as fault:  # noqa: BLE001 - shown below
            faults.append(fault)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(amount for *_, amount in refunds(sold)) == [500, 600]
    assert len(repairs(sold)) == 2


def test_while_stripe_does_not_answer_the_comparison_is_not_noted_as_made(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    shop.buy(shop.make_item())
    relay.tricks["GET", "/v1/disputes"] = answers(500, Stripe_Should_Retry="false")
    with pytest.raises(PaymentUnavailable):
        Reconciler(shop.payments).compare()
    assert shop.rows("SELECT * FROM cursor WHERE name = 'compared'") == []
