"""What `settle` makes of facts about nothing it knows: of somebody else, or of no checkout here (rules 1 and 35)."""

from dataclasses import replace

import pytest

from store.payments.facts import read_event
from store.payments.gateway import API_VERSION
from store.payments.models import EventOutcome, PaymentStage
from store.payments.repository import adopt, open_attempt
from store.payments.settle import settle, stage_of
from tests.integration.quarantined import COMPLETED, everything
from tests.integration.stories import altered, told


@pytest.fixture
def tee(shop):
    return shop.make_item(units=3)


def test_how_far_a_payment_is_follows_from_what_its_session_tells(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    paid = read_event(told(shop, COMPLETED), API_VERSION).session
    unpaid = replace(paid, payment_status="unpaid", intent_status="processing")
    assert [
        stage_of(fact)
        for fact in (
            paid,
            unpaid,
            unpaid.failed_later(),
            replace(unpaid, status="open"),
            replace(unpaid, status="expired"),
        )
    ] == [PaymentStage.PAID, PaymentStage.PROCESSING, PaymentStage.FAILED, PaymentStage.OPEN, PaymentStage.UNKNOWN]


NO_MONEY = {
    "unpaid": ({"payment_status": "unpaid"}, [("unknown", None, None)]),
    "open": ({"status": "open", "payment_status": "unpaid"}, [("unknown", None, None)]),
    "no payment": ({"payment_intent": None}, []),
}
"""How its session differs from a paid one, and the payments known afterwards: (stage, amount, why unapplied)."""


@pytest.mark.parametrize("what", NO_MONEY)
def test_our_mark_on_a_session_of_no_checkout_without_money_is_nothing_to_us(shop, tee, what):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    differs, payments = NO_MONEY[what]
    lost = {"id": "cs_test_lost", "metadata": {"checkout": "gone", "attempt": "gone"}}
    assert shop.post_event(altered(told(shop, COMPLETED), **lost, **differs)) == (200, "ignored")
    assert shop.rows("SELECT stage, amount, unapplied_reason FROM payment") == payments
    assert (shop.attention(), shop.value("SELECT state FROM checkout")) == ([], "open")


def test_what_is_somebody_elses_changes_nothing_by_whichever_door_it_comes(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    fact = read_event(told(shop, COMPLETED), API_VERSION).session
    before, now, ours = everything(shop), shop.clock(), shop.payments.ours()
    for foreign in (replace(fact, store_id="somebody-else"), replace(fact, store_id=None)):
        outcome = shop.db.run(lambda session, foreign=foreign: settle(session, foreign, ours, now))
        assert outcome is EventOutcome.IGNORED
    assert everything(shop) == before


def test_a_payment_that_has_its_order_keeps_its_checkout_whichever_else_names_it(shop, tee):
    shop.buy(tee)
    ours = shop.rows("SELECT payment_intent, checkout_id FROM payment")
    shop.pay(shop.check_out(shop.visitor_with(tee), email="ben@example.com"))
    assert shop.post_event(altered(told(shop, COMPLETED), payment_intent=ours[0][0]))[0] == 200
    assert shop.rows("SELECT payment_intent, checkout_id FROM payment") == ours
    assert shop.counts()["order"] == 1


def test_an_attempt_takes_stripes_id_once_and_keeps_it(shop, tee):
    first, second = (shop.check_out(shop.visitor_with(tee), email=f"{name}@example.com") for name in ("ana", "ben"))
    shop.write("UPDATE stripe_session SET stripe_id = NULL WHERE stripe_id = :first", first=first)
    nameless = shop.value("SELECT id FROM stripe_session WHERE stripe_id IS NULL")
    shop.pay(second)
    fact = read_event(told(shop, COMPLETED), API_VERSION).session
    for told_id in ("cs_test_first", "cs_test_later"):
        shop.db.run(lambda session, told_id=told_id: adopt(session, nameless, replace(fact, session_id=told_id)))
        assert shop.rows("SELECT stripe_id FROM stripe_session ORDER BY id <> :id", id=nameless) == [
            ("cs_test_first",), (second,),
        ]  # fmt: skip


def test_an_attempt_is_opened_once_and_never_after_stripe_has_said_more_of_it(shop, tee):
    """The answer to its creation may come after its webhook."""
    for name in ("ana", "ben"):
        shop.check_out(shop.visitor_with(tee), email=f"{name}@example.com")
    shop.write("UPDATE stripe_session SET state = 'creating', url = NULL")
    (first,), (second,) = shop.rows("SELECT id FROM stripe_session ORDER BY id")

    def opened(url):
        shop.db.run(lambda session: open_attempt(session, first, url))
        return shop.rows("SELECT id, state, url FROM stripe_session ORDER BY id")

    assert opened("https://one") == [(first, "open", "https://one"), (second, "creating", None)]
    shop.write("UPDATE stripe_session SET state = 'complete' WHERE id = :id", id=first)
    assert opened("https://two") == [(first, "complete", "https://one"), (second, "creating", None)]
