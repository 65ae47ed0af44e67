"""Whatever the order in which Stripe's facts arrive, and however often, they end in one state (rule 21)."""

import itertools
import random

from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS, altered

STORY = {
    "a card": {"card": "4242424242424242"},
    "a debit that comes": {"iban": DEBIT_THAT_WORKS},
    "a debit that fails": {"iban": DEBIT_THAT_FAILS},
    "a decline, then a card": {"card": "4000000000000002"},
}


def facts(shop, tee, story):
    """The events of one checkout's life, the hand-made snapshot of its open session first; what has become of it is
    told only now."""
    session = shop.check_out(shop.visitor_with(tee))
    earlier = {event["id"] for event in newest(shop)}
    shop.pay(session, **STORY[story])
    if "decline" in story:
        shop.pay(session)
    shop.clock.advance(days=4 if "debit" in story else 0)
    handled = ("checkout.session.", "payment_intent.payment_failed")
    new = [event for event in newest(shop) if event["id"] not in earlier]
    events = [event for event in new if event["type"].startswith(handled)]
    completed = next(event for event in events if event["type"] == "checkout.session.completed")
    opened = altered(completed, status="open", payment_status="unpaid", payment_intent=None)
    return [opened, *events]


def newest(shop):
    return [event.to_dict() for event in shop.account.v1.events.list({"limit": 30}).data][::-1]


def play(shop, tee, story, order, copies):
    """Tell the facts in `order`, some of them again; the state in which everything ends."""
    told_ = facts(shop, tee, story)
    assert len(told_) == len(order)
    line = [told_[place] for place in order]
    line += [random.Random(str(order)).choice(line) for _ in range(copies)]
    for event in line:
        status, answer = shop.post_event(event)
        assert (status, answer) == (200, "applied"), answer
    return state_of_the_newest(shop, tee)


def state_of_the_newest(shop, tee):
    (checkout,) = shop.rows("SELECT id, state, bag_taken_at IS NOT NULL FROM checkout ORDER BY created_at DESC LIMIT 1")
    attempts = shop.rows("SELECT state, dead FROM stripe_session WHERE checkout_id = :id", id=checkout[0])
    payments = shop.rows(
        "SELECT stage, amount, unapplied_reason, order_id IS NOT NULL FROM payment WHERE checkout_id = :id",
        id=checkout[0],
    )
    holds = shop.rows("SELECT state, quantity FROM hold WHERE checkout_id = :id", id=checkout[0])
    orders = shop.value('SELECT COUNT(*) FROM "order" WHERE checkout_id = :id', id=checkout[0])
    receipts = shop.value("SELECT COUNT(*) FROM job WHERE kind = 'order_confirmation'")
    return checkout[1:], attempts, payments, holds, orders, receipts - shop.counts()["order"], shop.breaches()


PAID = (("paid", True), [("complete", False)], [("paid", 3950, None, True)], [("sold", 1)], 1, 0, [])
FAILED = (("expired", True), [("complete", True)], [("failed", None, None, False)], [("released", 1)], 0, 0, [])


def every_order_ends_in(shop, story, count, end):
    tee = shop.make_item(units=500)
    for copies, order in enumerate(itertools.permutations(range(count))):
        assert play(shop, tee, story, order, copies % 3) == end, order
        shop.write("DELETE FROM cart_line")
    assert shop.attention() == []


def test_a_card_payment(shop):
    every_order_ends_in(shop, "a card", 2, PAID)


def test_a_decline_and_then_another_card(shop):
    every_order_ends_in(shop, "a decline, then a card", 3, PAID)


def test_a_debit_that_comes(shop):
    every_order_ends_in(shop, "a debit that comes", 3, PAID)


def test_a_debit_that_fails(shop):
    every_order_ends_in(shop, "a debit that fails", 4, FAILED)
