"""What Stripe tells of refunds joins what is known: in any order, any number of times, whoever made them."""

from datetime import timedelta

import pytest
import time_machine

from store.actors import Actor, Role
from store.errors import Conflict
from store.fulfilment.service import let_go
from store.payments.refunds.rules import UnitsBack, Wish
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import (
    RITA,
    books,
    everything,
    intent_of,
    order_states,
    refund,
    refunds,
    sent,
    units,
    unsent,
)
from tests.integration.stories import again, told
from tests.shop import token

OLGA = Actor(member_id=8, email="olga@nastymixx.example", roles=frozenset({Role.ORDERS}))
REFUND_TYPES = ("refund.created", "refund.updated", "refund.failed", "charge.refunded")


def explain(shop, refund_id, wanted, key=None):
    shop.app.extensions["refunds"].explain(RITA, refund_id, wanted, key or token())


def last_id(shop) -> int:
    return shop.value("SELECT MAX(id) FROM refund")


def tell(shop):
    answers = shop.deliver(*REFUND_TYPES)
    assert {status for status, _ in answers} == {200}
    shop.worker.drain()


def test_a_refund_made_in_the_dashboard_counts_blocks_and_asks_which_units(shop):
    """Rule 25."""
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    tell(shop)
    tell(shop)

    assert refunds(shop) == [("dashboard", "succeeded", 3400)]
    assert (units(shop), shop.level(tee)) == ([(0, 0, 0, 0, 0)], (10, 2))
    assert order_states(shop, number) == ("part_refunded", "unfulfilled")
    assert shop.attention() == ["refund_unexplained"]
    with pytest.raises(Conflict):
        ship(shop, number)
    assert [mail.subject for mail in shop.mails()].count("$34.00 is on its way back to you") == 1

    explain(shop, last_id(shop), {lines(shop, number)[0]: UnitsBack(unsent=1)})
    assert (units(shop), shop.level(tee)) == ([(0, 1, 0, 0, 1)], (10, 1))
    assert shop.attention() == []
    ship(shop, number)
    assert order_states(shop, number) == ("part_refunded", "shipped")


def test_naming_no_unit_lets_the_order_go(shop):
    number = buy(shop, shop.make_item(units=10), quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=100)
    tell(shop)
    key = token()
    explain(shop, last_id(shop), {}, key)
    before = everything(shop)
    explain(shop, last_id(shop), {}, key)
    with pytest.raises(Conflict):
        explain(shop, last_id(shop), {lines(shop, number)[0]: UnitsBack(unsent=1)})
    assert everything(shop) == before
    assert (shop.attention(), units(shop)) == ([], [(0, 0, 0, 0, 0)])
    assert shop.rows("SELECT action FROM audit_entry") == [("refund.explain",)]


def test_what_was_let_go_can_still_be_said_and_the_form_of_another_refund_is_refused(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    tell(shop)
    let_go(shop.db, OLGA, number, shop.value("SELECT id FROM fulfilment_block"), token(), shop.clock())
    assert shop.attention() == ["refund_unexplained"]
    key = token()
    explain(shop, last_id(shop), {lines(shop, number)[0]: UnitsBack(unsent=1)}, key)
    assert (shop.attention(), units(shop), shop.level(tee)) == ([], [(0, 1, 0, 0, 1)], (10, 1))
    shop.refund_at_stripe(intent_of(shop, number), amount=100)
    tell(shop)
    before = everything(shop)
    with pytest.raises(Conflict):
        explain(shop, last_id(shop), {}, key)
    assert everything(shop) == before


def test_two_refunds_of_equal_sum_are_two_refunds(shop):
    """Never matched by amount or time: ours and one from the dashboard, alike to the cent."""
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    refund(shop, number, unsent(shop, number, 1))
    shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    tell(shop)
    assert refunds(shop) == [("staff", "succeeded", 3400), ("dashboard", "succeeded", 3400)]
    assert books(shop) == {"sales": -6800, "refunds": 6800, "shipping": -650, "stripe_clearing": 650}


def test_a_refund_that_bears_our_stamp_with_another_sum_is_its_own(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    ours = refund(shop, number, unsent(shop, number, 1))
    shop.refund_at_stripe(intent_of(shop, number), amount=200, metadata={"refund": ours.key})
    tell(shop)
    assert refunds(shop) == [("staff", "succeeded", 3400), ("dashboard", "succeeded", 200)]


def test_the_charge_event_alone_makes_us_read_the_refunds(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=700)
    assert [status for status, _ in shop.deliver("charge.refunded")] == [200]
    assert refunds(shop) == []
    shop.worker.drain()
    assert refunds(shop) == [("dashboard", "succeeded", 700)]


def test_a_refund_told_before_its_payment_waits_for_the_payment(shop):
    """Rule 10's timeline: the refund's event overtakes `completed`."""
    tee = shop.make_item(price=3400, units=10)
    client = shop.visitor_with(tee)
    shop.pay(shop.check_out(client))
    intent = told(shop, "payment_intent.succeeded")["data"]["object"]["id"]
    shop.refund_at_stripe(intent, amount=500)
    assert [status for status, _ in shop.deliver("refund.created")] == [200]
    assert refunds(shop) == []
    shop.worker.drain()
    assert refunds(shop) == [("dashboard", "succeeded", 500)]
    assert order_states(shop, shop.value('SELECT number FROM "order"')) == ("part_refunded", "unfulfilled")


def test_a_foreign_payment_s_refund_is_forgotten(shop):
    """Rule 1: judged by its payment, whatever its own metadata say."""
    other = shop.account.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    shop.refund_at_stripe(other.id, amount=500)
    tell(shop)
    assert (refunds(shop), shop.attention()) == ([], [])
    assert shop.value("SELECT COUNT(*) FROM webhook_event") == 0


def test_a_refund_that_fails_later_is_owed_and_no_unit_comes_back(shop):
    """Rule 30."""
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    made = refund(shop, number, unsent(shop, number, 1))
    shop.refund_outcome(made.stripe_id, "fail")
    tell(shop)
    tell(shop)

    assert refunds(shop) == [("staff", "failed", 3400)]
    assert (units(shop), shop.level(tee)) == ([(0, 1, 0, 0, 0)], (10, 1))
    assert order_states(shop, number) == ("paid", "unfulfilled")
    assert shop.attention() == ["refund_failed"]
    assert books(shop) == {
        "sales": -6800, "refunds": 3400, "shipping": -650, "stripe_clearing": 7450, "customer_liability": -3400
    }  # fmt: skip
    assert [mail.subject for mail in shop.mails()].count("Your refund of $34.00 came back to us") == 1


def test_a_failed_refund_is_sent_once_more_and_its_units_stay_as_they_are(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    made = refund(shop, number, unsent(shop, number, 1))
    shop.refund_outcome(made.stripe_id, "fail")
    tell(shop)
    service, key = shop.app.extensions["refunds"], token()
    more = service.repay(RITA, made.id, key)
    assert service.repay(RITA, made.id, key).id == more.id
    with pytest.raises(Conflict):
        service.repay(RITA, made.id, token())

    assert refunds(shop) == [("staff", "failed", 3400), ("staff", "succeeded", 3400)]
    assert (units(shop), shop.level(tee)) == ([(0, 1, 0, 0, 1)], (10, 1))
    assert books(shop) == {"sales": -6800, "refunds": 3400, "shipping": -650, "stripe_clearing": 4050}
    assert (order_states(shop, number), shop.attention()) == (("part_refunded", "unfulfilled"), [])


def test_a_failed_refund_can_be_sent_once_more_whatever_others_have_been_paid_back(shop):
    tee = shop.make_item(price=3400, units=10)
    refund(shop, buy(shop, tee), Wish(amount=100))
    made = refund(shop, buy(shop, tee), Wish(amount=200))
    shop.refund_outcome(made.stripe_id, "fail")
    tell(shop)
    assert shop.app.extensions["refunds"].repay(RITA, made.id, token()).amount == 200
    assert refunds(shop) == [("staff", "succeeded", 100), ("staff", "failed", 200), ("staff", "succeeded", 200)]


def test_a_failed_refund_whose_money_has_gone_back_in_another_way_is_not_sent_once_more(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    made = refund(shop, number, unsent(shop, number, 1))
    shop.refund_outcome(made.stripe_id, "fail")
    tell(shop)
    refund(shop, number, Wish(amount=7450))
    before = everything(shop)
    with pytest.raises(Conflict, match="Somebody has refunded meanwhile"):
        shop.app.extensions["refunds"].repay(RITA, made.id, token())
    assert everything(shop) == before


def test_more_units_than_are_left_cannot_be_named_for_a_dashboard_refund(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    tell(shop)
    before = everything(shop)
    with pytest.raises(Conflict, match="More units than are left to refund"):
        explain(shop, last_id(shop), {lines(shop, number)[0]: UnitsBack(unsent=3)})
    assert (everything(shop), shop.attention()) == (before, ["refund_unexplained"])


def test_a_pending_refund_counts_until_it_is_decided(shop):
    """FACTS 34: too little balance; nobody may send it twice for that."""
    shop.set_balance(enough=False)
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    made = refund(shop, number, unsent(shop, number, 2))
    assert (made.state, order_states(shop, number)) == ("pending", ("part_refunded", "cancelled"))
    with pytest.raises(Conflict):
        refund(shop, number, unsent(shop, number, 1))
    shop.set_balance(enough=True)
    tell(shop)
    assert refunds(shop) == [("staff", "succeeded", 6800)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)], ids=str)
def test_a_refund_s_story_ends_the_same_in_any_order(shop, order):
    """Made in the dashboard, updated, failed: with each event twice, and one fact under another event id."""
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    made = shop.refund_at_stripe(intent_of(shop, number), amount=3400)
    shop.refund_outcome(made["id"], "fail")
    story = [told(shop, kind) for kind in ("refund.created", "refund.updated", "refund.failed")]
    story.append(again(story[0]))
    for place in order:
        assert shop.post_event(story[place])[0] == 200
        assert shop.post_event(story[place])[0] == 200
    shop.worker.drain()
    assert refunds(shop) == [("dashboard", "failed", 3400)]
    assert (order_states(shop, number), shop.attention()) == (("paid", "unfulfilled"), ["refund_failed"])
    assert books(shop) == {
        "sales": -6800, "refunds": 3400, "shipping": -650, "stripe_clearing": 7450, "customer_liability": -3400
    }  # fmt: skip
    ship(shop, number)


def test_sent_units_of_a_dashboard_refund_can_come_back(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee)
    ship(shop, number)
    shop.refund_at_stripe(intent_of(shop, number))
    tell(shop)
    explain(shop, last_id(shop), sent(shop, number, 1).lines)
    assert (units(shop), shop.level(tee)) == ([(1, 0, 0, 1, 1)], (10, 0))
    assert order_states(shop, number) == ("refunded", "returned")


def test_a_refund_unknown_for_an_hour_is_shown_to_staff(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    number = buy(shop, shop.make_item(price=3400, units=10))
    relay.tricks["POST", "/v1/refunds"] = lambda _forward: None
    refund(shop, number, unsent(shop, number, 1))
    assert refunds(shop) == [("staff", "sent", 3400)]
    with time_machine.travel(shop.clock() + timedelta(minutes=56), tick=False):
        shop.worker.drain()
        assert "refund_unsent" in shop.attention()  # beside a word about the clock, which time travel puts wrong
        relay.tricks.clear()
    with time_machine.travel(shop.clock() + timedelta(hours=3), tick=False):
        shop.worker.drain()
        assert refunds(shop) == [("staff", "succeeded", 3400)]
        assert "refund_unsent" not in shop.attention()
