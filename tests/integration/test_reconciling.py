"""With every webhook dropped the reconciler alone finds out what has happened (rules 34 and 35)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from store.app import make_worker
from store.errors import PaymentUnavailable
from store.payments import inbox
from store.payments.reconciling.cursors import find_position
from store.payments.reconciling.service import Reconciler
from tests.integration.reconciled import reconcile, repairs, written
from tests.integration.stories import DEBIT_THAT_FAILS, told
from tests.relay import Reply, answers

EVENTS = ("GET", "/v1/events")
COMPLETED = "checkout.session.completed"


def lose(shop, price=3400, **how):
    """Somebody pays, and neither comes back nor is their payment told of; the payment intent."""
    session = shop.check_out(shop.visitor_with(shop.make_item(price=price)))
    intent = shop.pay(session, **how)["payment_intent"]
    shop.clock.advance(minutes=2)
    return intent


def test_a_lost_webhook_of_a_buyer_who_never_comes_back_is_found_within_minutes_by_the_worker(shop):
    lose(shop)
    shop.clock.advance(minutes=5)
    assert shop.counts()["order"] == 0
    make_worker(shop.app).drain()
    assert shop.counts()["order"] == 1
    assert len(shop.mails()) == 1


def test_what_was_repaired_is_written_down_before_and_after_and_on_the_orders_timeline(shop):
    intent = lose(shop)
    outcome = reconcile(shop)
    number, session = shop.rows('SELECT number, stripe_session.id FROM "order", stripe_session')[0]
    (repair,) = outcome.repairs
    assert (repair.kind, repair.subject) == ("missed_event", f"payment:{intent}")
    assert repair.before == {
        "checkout": "open", f"session {session}": "open", "payment": None, "paid": None, "order": None,
        "order's payment": None,
    }  # fmt: skip
    assert repair.after == {
        "checkout": "paid", f"session {session}": "complete", "payment": "paid", "paid": "3950 usd",
        "order": number, "order's payment": "paid",
    }  # fmt: skip
    assert shop.rows("SELECT kind, actor FROM order_event ORDER BY id")[-1] == ("repaired", "system")


def test_with_nothing_to_do_nothing_is_written_and_stripe_is_asked_once(shop):
    shop.buy(shop.make_item())
    shop.clock.advance(minutes=2)
    reconcile(shop)
    before, asked = written(shop), len(shop.requests())
    assert reconcile(shop).repairs == []
    assert written(shop) == before
    assert [call["path"] for call in shop.requests()[asked:]] == ["/v1/events"]


def test_before_anybody_has_bought_anything_stripe_is_not_asked(shop):
    assert reconcile(shop).events == 0
    assert shop.requests() == []


def test_what_a_webhook_is_just_bringing_is_left_to_it_for_a_minute(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    Reconciler(shop.payments).reconcile_job()
    assert (shop.counts()["order"], repairs(shop)) == (0, [])
    shop.clock.advance(minutes=2)
    Reconciler(shop.payments).reconcile_job()
    assert (shop.counts()["order"], len(repairs(shop))) == (1, 1)


def test_the_cursor_stands_at_stripes_time_of_the_newest_event(shop):
    lose(shop)
    reconcile(shop)
    newest = max(event["created"] for event in shop.events() if event["type"] == COMPLETED)
    with shop.db.reader() as reader:
        stands = find_position(reader, "events")
    assert newest <= stands.timestamp() <= newest + 60


def test_the_next_run_begins_an_hour_before_the_cursor_for_stripe_may_list_an_event_late(shop):
    lose(shop)
    reconcile(shop)
    with shop.db.reader() as reader:
        stands = find_position(reader, "events")
    shop.clock.advance(minutes=30)
    reconcile(shop)
    asked = shop.requests("/v1/events")[-1]["params"]["created"]["gte"]
    assert int(asked) == int(stands.timestamp()) - 3600


def other_business(shop, count=1):
    for _ in range(count):
        shop.account.make_session(900)
    shop.clock.advance(days=1, hours=1)


def test_more_events_than_a_page_holds_are_all_handled_in_the_order_in_which_they_happened(shop, monkeypatch):
    monkeypatch.setattr("store.payments.reconciling.asking.ON_A_PAGE", 2)
    intents = [lose(shop, price) for price in (1000, 2000, 3000)]
    read = []
    outcome = reconcile(shop, progress=read.append)
    assert [subject for kind, subject in repairs(shop)] == [f"payment:{intent}" for intent in intents]
    assert read == sorted(read)
    assert len(read) >= 3
    assert outcome.events == read[-1]


@pytest.mark.prove
def test_a_hundred_and_thirty_events_are_read_by_two_pages(shop):
    lose(shop)
    other_business(shop, 130)
    asked = len(shop.requests("/v1/events"))
    outcome = reconcile(shop)
    assert outcome.events > 130
    pages = [call["params"] for call in shop.requests("/v1/events")[asked:]]
    assert [sorted(set(page) - {"types", "created", "limit"}) for page in pages] == [
        [], ["starting_after"], ["ending_before"]
    ]  # fmt: skip
    assert (shop.counts()["order"], shop.rows("SELECT * FROM foreign_count")) == (1, [])


def test_a_crash_between_two_pages_loses_nothing_and_repeats_nothing(shop, monkeypatch):
    monkeypatch.setattr("store.payments.reconciling.asking.ON_A_PAGE", 2)
    intents = [lose(shop, price) for price in (1000, 2000, 3000)]

    def die(_read):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(shop, progress=die)
    assert shop.counts()["order"] < 3
    reconcile(shop)
    assert [subject for _, subject in repairs(shop)] == [f"payment:{intent}" for intent in intents]


def test_two_reconcilers_at_once_repair_once(shop):
    intents = [lose(shop, price) for price in (1000, 2000)]
    start, faults = Barrier(2), []

    def run():
        start.wait()
        try:
            Reconciler(shop.payments).reconcile()
        except Exception as fault:  # noqa: BLE001 - shown below
            faults.append(fault)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(subject for _, subject in repairs(shop)) == sorted(f"payment:{intent}" for intent in intents)
    assert shop.counts()["order"] == 2


@pytest.mark.parametrize("status", [429, 500])
def test_when_stripe_stops_answering_in_the_middle_the_next_run_goes_on(open_shop, relay, monkeypatch, status):
    monkeypatch.setattr("store.payments.reconciling.asking.ON_A_PAGE", 2)
    shop = open_shop(stripe_api_base=relay.url)
    intents = [lose(shop, price) for price in (1000, 2000, 3000)]

    def fail_from_now(_read):
        relay.tricks[EVENTS] = answers(status, Stripe_Should_Retry="false")

    with pytest.raises(PaymentUnavailable):
        reconcile(shop, progress=fail_from_now)
    assert shop.counts()["order"] < 3
    Reconciler(shop.payments).reconcile_job()
    relay.tricks.clear()
    reconcile(shop)
    assert [subject for _, subject in repairs(shop)] == [f"payment:{intent}" for intent in intents]


def test_an_event_that_cannot_be_handled_stops_no_other_and_is_shown_after_five_times(shop, monkeypatch):
    bad, good = lose(shop, 1000), lose(shop, 2000)
    settle = inbox.settle

    def breaks(session, fact, *rest):
        if fact.payment_intent == bad:
            raise ZeroDivisionError("a fault of ours")
        return settle(session, fact, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", breaks)
        outcomes = [Reconciler(shop.payments).reconcile() for _ in range(5)]
    assert [outcome.failed for outcome in outcomes] == [1] * 5
    assert repairs(shop) == [("missed_event", f"payment:{good}")]
    assert shop.attention() == ["event_failed"]
    reconcile(shop)
    assert (shop.counts()["order"], shop.attention()) == (2, [])


def test_a_failure_that_is_no_longer_read_is_tried_again_all_the_same(shop, monkeypatch):
    lose(shop)
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", lambda *_: 1 / 0)
        Reconciler(shop.payments).reconcile()
    shop.clock.advance(hours=5)
    shop.write("UPDATE cursor SET position = :now", now=shop.clock())
    reconcile(shop)
    assert shop.counts()["order"] == 1


def test_a_checkout_that_is_paid_though_no_event_says_so_is_found_by_its_session(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    shop.pay(session)
    shop.clock.advance(minutes=6)
    intent = shop.account.v1.checkout.sessions.retrieve(session).payment_intent
    empty = b'{"object":"list","data":[],"has_more":false,"url":"/v1/events"}'
    relay.tricks[EVENTS] = lambda _forward: Reply(200, empty, {"Content-Type": "application/json"})
    reconcile(shop)
    assert (shop.counts()["order"], repairs(shop)) == (1, [("session", f"payment:{intent}")])


def test_what_happened_before_stripe_kept_events_is_read_from_its_lists(shop):
    intent = lose(shop)
    refund = shop.refund_at_stripe(intent, amount=1000)
    shop.clock.advance(days=31)
    outcome = reconcile(shop)
    assert outcome.gone_before == pytest.approx(shop.clock() - timedelta(days=30), abs=timedelta(seconds=30))
    assert shop.rows("SELECT stage, refunded FROM payment") == [("paid", 1000)]
    assert shop.value("SELECT stripe_id FROM refund") == refund["id"]
    assert {kind for kind, _ in repairs(shop)} == {"session", "refund"}
    assert reconcile(shop).gone_before is None


def test_an_event_on_the_last_of_its_thirty_days_is_still_read(shop):
    lose(shop)
    shop.clock.advance(days=29, hours=23)
    outcome = reconcile(shop)
    assert (outcome.gone_before, [one.kind for one in outcome.repairs]) == (None, ["missed_event"])


def test_a_quiet_month_is_no_gap(shop):
    shop.buy(shop.make_item())
    reconcile(shop)
    for _ in range(3):
        shop.clock.advance(days=20)
        assert reconcile(shop).gone_before is None


def test_a_debit_that_fails_unheard_gives_its_things_back(shop):
    tee = shop.make_item(units=10)
    shop.pay(shop.check_out(shop.visitor_with(tee)), iban=DEBIT_THAT_FAILS)
    shop.clock.advance(days=4)
    reconcile(shop)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("expired", (10, 0))


def test_a_refund_of_somebody_elses_payment_is_counted_once_and_then_left_alone(shop):
    shop.buy(shop.make_item())
    shop.account.pay(shop.account.make_session(4200))
    intent = told(shop, COMPLETED)["data"]["object"]["payment_intent"]
    shop.refund_at_stripe(intent)
    for _ in range(3):
        reconcile(shop)
    assert [row[1] for row in shop.rows("SELECT kind, count FROM foreign_count WHERE kind = 'refund.created'")] == [1]
    assert shop.rows("SELECT id FROM webhook_event WHERE type = 'refund.created'") == []
