"""Staff have an event tried again; what was not ours is counted and forgotten (rules 1 and 3)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.errors import Conflict, Forbidden, NotFound
from store.payments import inbox
from store.payments.models import EventOutcome
from store.payments.trying_again import try_event_again
from tests.integration.quarantined import COMPLETED, OMAR, ORLA, RITA, everything, quarantine
from tests.integration.stories import again, told


@pytest.fixture
def failed(shop, monkeypatch):
    """An event that failed five times, for a fault of ours; `shop.event` is its id, `shop.mend()` ends the fault."""
    shop.tee = shop.make_item(units=3)
    shop.pay(shop.check_out(shop.visitor_with(shop.tee)))
    broken = pytest.MonkeyPatch()

    def break_down(*_):
        raise ZeroDivisionError("a fault of ours")

    broken.setattr(inbox, "settle", break_down)
    event = told(shop, COMPLETED)
    assert [shop.post_event(event)[0] for _ in range(5)] == [500, 500, 500, 500, 200]
    shop.event, shop.mend = event["id"], broken.undo
    yield shop
    broken.undo()


def retry(shop, actor=ORLA, event=None):
    return try_event_again(shop.payments, actor, event or shop.event, shop.clock())


def history(shop):
    return shop.rows("SELECT actor, action, subject FROM audit_entry ORDER BY seq")


def test_an_event_that_failed_is_handled_once_its_fault_is_mended(failed):
    failed.mend()
    assert retry(failed) is EventOutcome.APPLIED
    assert (failed.counts()["order"], failed.level(failed.tee), failed.attention()) == (1, (3, 1), [])
    assert history(failed) == [("member:5", "event.retry", f"event:{failed.event}")]


def test_while_the_fault_lasts_it_fails_again_and_that_is_noted_too(failed):
    assert retry(failed) is EventOutcome.FAILED
    assert failed.rows("SELECT outcome, failures FROM webhook_event") == [("failed", 6)]
    assert (failed.attention(), failed.counts()["order"]) == (["event_failed"], 0)
    assert history(failed) == [("member:5", "event.retry", f"event:{failed.event}")]


def test_two_of_the_staff_at_once_make_one_order(failed):
    failed.mend()
    start = threading.Barrier(2)

    def press(actor):
        start.wait()
        try:
            return retry(failed, actor)
        except Conflict as refusal:
            return str(refusal)

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(press, (ORLA, OMAR)))
    assert EventOutcome.APPLIED in outcomes
    assert (failed.counts()["order"], len(history(failed)), failed.level(failed.tee)) == (1, 1, (3, 1))


def test_an_event_that_waits_for_staff_may_be_tried_again_and_decides_nothing_for_them(shop):
    quarantine(shop, shop.make_item(units=3))
    event = shop.value("SELECT id FROM webhook_event WHERE outcome = 'attention'")
    assert retry(shop, event=event) is EventOutcome.APPLIED
    assert (shop.value("SELECT state FROM checkout"), shop.counts()["order"]) == ("quarantined", 0)
    assert shop.attention() == ["unapplied_mismatch"]


def refused(shop, sentence, error=Conflict, **how):
    before = everything(shop)
    with pytest.raises(error, match=sentence):
        retry(shop, **how)
    assert everything(shop) == before


def test_what_has_been_handled_is_not_tried_again(failed):
    failed.mend()
    retry(failed)
    refused(failed, "has been handled")


def test_an_event_whose_body_is_forgotten_cannot_be_tried_again(failed):
    failed.write("UPDATE webhook_event SET body = NULL")
    refused(failed, "too old")


def test_an_event_nobody_knows_is_not_there(failed):
    refused(failed, "We know no such event", error=NotFound, event="evt_none")


def test_who_may_refund_and_no_more_may_not_try_an_event_again(failed):
    refused(failed, "Your role does not allow this", error=Forbidden, actor=RITA)


def foreign(shop):
    return shop.rows("SELECT day, kind, count FROM foreign_count ORDER BY day, kind")


def test_what_is_foreign_is_counted_by_day_and_kind_and_forgotten(shop):
    session = shop.account.make_session(4200, metadata={"store": "somebody-else"})
    shop.account.pay(session)
    event = told(shop, COMPLETED)
    today = shop.clock().date()
    for _ in range(3):
        assert shop.post_event(event) == (200, "ignored")
    shop.clock.advance(days=1)
    assert shop.post_event(again(event, type="moon.risen")) == (200, "ignored")
    days = [str(row[0]) for row in foreign(shop)]
    assert days == [str(today), str(today + timedelta(days=1))]
    assert [row[1:] for row in foreign(shop)] == [(COMPLETED, 3), ("moon.risen", 1)]
    assert (shop.value("SELECT COUNT(*) FROM webhook_event"), shop.attention()) == (0, [])


def test_a_refund_of_somebody_elses_payment_is_counted_once_its_owner_is_known(shop):
    session = shop.account.make_session(4200)
    shop.account.pay(session)
    intent = told(shop, COMPLETED)["data"]["object"]["payment_intent"]
    shop.refund_at_stripe(intent)
    assert shop.deliver("refund.created") == [(200, "ignored")]
    assert foreign(shop) == []
    shop.worker.drain()
    assert [row[1:] for row in foreign(shop)] == [("refund.created", 1)]
    assert shop.value("SELECT COUNT(*) FROM webhook_event") == 0
