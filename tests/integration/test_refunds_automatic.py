"""Money that cannot become an order goes back at once, and its buyer and staff are told (rule 20)."""

from datetime import timedelta

import pytest
import time_machine

from store.actors import Actor, Role
from store.errors import Conflict, Forbidden, NotFound
from tests.integration.refunding import RITA, books, everything, refunds
from tests.integration.stories import altered, told
from tests.shop import token


def paid_after_all(shop, tee):
    """Its hold was given back and the things were sold; then the payment's event comes."""
    session = shop.check_out(shop.visitor_with(tee))
    shop.pay(session)
    event = told(shop, "checkout.session.completed")
    dead = altered(event, status="expired", payment_status="unpaid", payment_intent=None)
    dead["type"] = "checkout.session.expired"
    assert shop.post_event(dead)[0] == 200
    return event


def at_stripe(shop):
    return [(one.amount, one.status) for one in shop.account.v1.refunds.list({}).data]


def test_the_stock_is_gone_and_the_payment_goes_back_with_a_mail(shop):
    tee = shop.make_item(price=3400, units=1)
    event = paid_after_all(shop, tee)
    shop.buy(tee)
    assert [shop.post_event(event)[0] for _ in range(2)] == [200, 200]
    assert refunds(shop) == [("automatic", "reserved", 3950)]
    assert "unapplied_stock_gone" in shop.attention()
    shop.worker.drain()
    shop.deliver()
    shop.worker.drain()

    assert refunds(shop) == [("automatic", "succeeded", 3950)]
    assert at_stripe(shop) == [(3950, "succeeded")]
    assert "unapplied_stock_gone" not in shop.attention()
    assert books(shop) == {"sales": -3400, "shipping": -550, "stripe_clearing": 3950}
    (mail,) = [mail for mail in shop.mails() if mail.subject == "$39.50 is on its way back to you"]
    assert shop.level(tee) == (1, 1)
    assert mail.to == "ana@example.com"


def test_what_was_canceled_before_the_money_came_goes_back(shop):
    tee = shop.make_item(price=3400, units=20)
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    shop.pay(session, iban="AT611904300234573201")
    shop.deliver()
    assert "Your payment is on its way" in client.post("/checkout/cancel").text
    intent = told(shop, "payment_intent.processing")["data"]["object"]["id"]
    shop.account.control("POST", f"bank/{intent}", {"outcome": "succeed"})
    shop.deliver()
    shop.worker.drain()
    assert refunds(shop) == [("automatic", "pending", 3950)]  # a bank takes its day
    assert (shop.level(tee), books(shop)) == ((20, 0), {})


def test_an_automatic_refund_that_fails_stays_open_before_staff_and_can_be_sent_again(shop):
    tee = shop.make_item(price=3400, units=1)
    event = paid_after_all(shop, tee)
    shop.buy(tee)
    shop.post_event(event)
    shop.worker.drain()
    stripe_id = shop.value("SELECT stripe_id FROM refund")
    shop.refund_outcome(stripe_id, "fail")
    shop.deliver("refund.failed")
    assert "refund_failed" in shop.attention()
    intent = event["data"]["object"]["payment_intent"]
    shop.app.extensions["refunds"].refund_unapplied(RITA, intent, token())
    assert refunds(shop) == [("automatic", "failed", 3950), ("staff", "succeeded", 3950)]


def test_a_mismatch_waits_for_staff_who_may_refund_it(shop):
    tee = shop.make_item(price=3400, units=5)
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    event = told(shop, "checkout.session.completed")
    assert shop.post_event(altered(event, amount_total=3949)) == (200, "attention")
    intent = event["data"]["object"]["payment_intent"]
    assert refunds(shop) == []
    service = shop.app.extensions["refunds"]
    before = everything(shop)
    with pytest.raises(Forbidden):
        service.refund_unapplied(Actor(member_id=3, roles=frozenset({Role.PACKER})), intent, token())
    with pytest.raises(NotFound):
        service.refund_unapplied(RITA, "pi_unknown", token())
    assert everything(shop) == before
    key = token()
    made = service.refund_unapplied(RITA, intent, key)
    assert (made.amount, service.refund_unapplied(RITA, intent, key).id) == (3949, made.id)
    with pytest.raises(Conflict):
        service.refund_unapplied(RITA, intent, token())
    assert shop.rows("SELECT action FROM audit_entry") == [("payment.refund",)]


def test_money_of_an_order_is_not_refunded_as_if_it_had_none(shop):
    shop.buy(shop.make_item())
    intent = shop.value("SELECT payment_intent FROM payment")
    with pytest.raises(Conflict):
        shop.app.extensions["refunds"].refund_unapplied(RITA, intent, token())
    with time_machine.travel(shop.clock() + timedelta(minutes=1), tick=False):
        shop.worker.drain()
    assert (refunds(shop), at_stripe(shop)) == ([], [])


def test_of_a_sum_that_cannot_be_read_nothing_goes_back(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    unread = altered(told(shop, "checkout.session.completed"), amount_total=None)
    assert shop.post_event(unread) == (200, "attention")
    before = everything(shop)
    with pytest.raises(Conflict, match="All of this payment has gone back already"):
        shop.app.extensions["refunds"].refund_unapplied(RITA, unread["data"]["object"]["payment_intent"], token())
    assert everything(shop) == before
