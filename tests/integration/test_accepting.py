"""Staff give money that is not what was agreed its order after all (rule 20); the books say by how much it differs."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from store.audit.models import AuditEntry
from store.errors import Conflict, Forbidden, NotFound
from store.payments import repository
from store.payments.refunds import repository as refunds
from store.payments.refunds.joining import reject
from store.payments.refunds.rules import Wish
from tests.integration.quarantined import (
    COMPLETED,
    OMAR,
    ORLA,
    RITA,
    WHY,
    accepted,
    booked,
    everything,
    money,
    quarantine,
)
from tests.integration.refunding import refund
from tests.integration.stories import again, altered, told
from tests.shop import token


@pytest.fixture
def tee(shop):
    return shop.make_item(units=3)


def refused(shop, sentence, payment_intent, error=Conflict, **how):
    """It says so, and nothing has changed."""
    before = everything(shop)
    with pytest.raises(error, match=sentence):
        accepted(shop, payment_intent, **how)
    assert everything(shop) == before


def test_too_little_is_accepted_and_the_shop_bears_the_difference(shop, tee):
    payment = quarantine(shop, tee)
    number = accepted(shop, payment)

    assert shop.rows('SELECT number, total, payment_state FROM "order"') == [(number, 3950, "paid")]
    assert money(shop) == [(395, "usd", None, True, "member:5")]
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("paid", (3, 1))
    assert booked(shop, "unapplied") == [("stripe_clearing", 395), ("customer_liability", -395)]
    assert booked(shop, "accepted") == [
        ("customer_liability", 395), ("sales", -3400), ("shipping", -550), ("accepted_differences", 3555),
    ]  # fmt: skip
    assert shop.attention() == []
    assert shop.breaches() == []


def test_an_order_for_which_less_was_accepted_is_refunded_once_all_that_came_has_gone_back(shop, tee):
    number = accepted(shop, quarantine(shop, tee))
    refund(shop, number, Wish(amount=200))
    assert shop.value('SELECT payment_state FROM "order"') == "part_refunded"
    with pytest.raises(Conflict, match=r"only \$1.95 is left"):
        refund(shop, number, Wish(amount=196))
    refund(shop, number, Wish(amount=195))
    assert shop.value('SELECT payment_state FROM "order"') == "refunded"
    assert shop.breaches() == []


def test_too_much_is_accepted_and_what_is_over_stands_in_the_books(shop, tee):
    accepted(shop, quarantine(shop, tee, amount_total=5000))
    assert booked(shop, "accepted")[-1] == ("accepted_differences", -1050)
    assert sum(amount for _, amount in booked(shop, "accepted")) == 0


def test_the_agreed_sum_under_a_strange_name_is_accepted_without_a_difference(shop, tee):
    payment = quarantine(shop, tee, metadata={"attempt": "another-attempt"})
    assert shop.value("SELECT COUNT(*) FROM cart_line") == 1
    accepted(shop, payment)
    assert booked(shop, "accepted") == [("customer_liability", 3950), ("sales", -3400), ("shipping", -550)]
    assert shop.value("SELECT COUNT(*) FROM cart_line") == 0  # or its buyer would pay for it again


def test_who_accepted_it_and_why_stands_on_the_orders_timeline_and_in_the_history(shop, tee):
    payment = quarantine(shop, tee)
    number = accepted(shop, payment)
    cues = shop.rows("SELECT kind, actor FROM order_event ORDER BY id")
    assert cues == [("placed", "buyer"), ("paid", "stripe"), ("accepted", "member:5")]
    assert shop.rows("SELECT actor, action, subject FROM audit_entry") == [
        ("member:5", "payment.accept", f"payment:{payment}")
    ]
    with shop.db.reader() as reader:
        entry = reader.scalars(select(AuditEntry)).one()
    assert (entry.before, entry.after) == (
        {"unapplied": "mismatch"},
        {"unapplied": None, "order": number, "came": "$3.95", "agreed": "$39.50", "reason": WHY},
    )


def test_the_timeline_says_when_it_was_paid_not_when_it_was_accepted(shop, tee):
    payment = quarantine(shop, tee)
    shop.clock.advance(hours=1)
    accepted(shop, payment)
    assert shop.value("SELECT at FROM order_event WHERE kind = 'paid'") == shop.value("SELECT paid_at FROM payment")


def test_the_buyer_gets_the_confirmation_once(shop, tee):
    payment, form = quarantine(shop, tee), token()
    assert accepted(shop, payment, form=form) == accepted(shop, payment, form=form)
    shop.worker.drain()
    (mail,) = shop.mails()
    assert mail.to == "ana@example.com"
    assert "You paid $3.95, and we take it for the whole order." in mail.text
    assert "Total: $39.50" in mail.text
    assert (shop.counts()["order"], shop.value("SELECT COUNT(*) FROM audit_entry")) == (1, 1)


def test_what_stripe_tells_afterwards_changes_nothing(shop, tee):
    payment = quarantine(shop, tee)
    accepted(shop, payment)
    after = (money(shop), shop.counts(), shop.level(tee))
    assert {status for status, _ in shop.deliver()} == {200}
    assert shop.post_event(again(told(shop, COMPLETED)))[0] == 200
    shop.clock.advance(hours=2)
    shop.worker.drain()
    assert (money(shop), shop.level(tee), shop.counts()["order"]) == (after[0], after[2], 1)
    assert shop.breaches() == []


def test_two_of_the_staff_at_once_make_one_order(shop, tee):
    payment = quarantine(shop, tee)
    start = threading.Barrier(2)

    def decide(actor):
        start.wait()
        try:
            return accepted(shop, payment, actor)
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(decide, (ORLA, OMAR)))
    (number,) = [one for one in outcomes if isinstance(one, str)]
    (refusal,) = [one for one in outcomes if isinstance(one, Conflict)]
    assert str(refusal) == f"This payment has its order already: {number}. Look there."
    assert (shop.counts()["order"], shop.value("SELECT COUNT(*) FROM audit_entry"), shop.level(tee)) == (1, 1, (3, 1))


# -- refused, in words --


def test_another_currency_cannot_pay_for_the_order(shop, tee):
    refused(shop, "came in another currency", quarantine(shop, tee, currency="eur"))


def test_money_of_the_other_mode_cannot_pay_for_the_order(shop, tee):
    refused(shop, "not in the mode", quarantine(shop, tee, livemode=True))


def test_a_second_payment_for_an_order_cannot_be_accepted(shop, tee):
    shop.buy(tee)
    assert shop.post_event(altered(told(shop, COMPLETED), payment_intent="pi_second")) == (200, "attention")
    refused(shop, "has its order already.*Refund this payment", "pi_second")


def test_money_for_a_checkout_we_do_not_know_cannot_be_accepted(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    lost = {"id": "cs_test_lost", "payment_intent": "pi_lost", "metadata": {"checkout": "gone", "attempt": "gone"}}
    shop.post_event(altered(told(shop, COMPLETED), **lost))
    refused(shop, "Stripe knows no session of ours", "pi_lost")


def test_a_payment_with_an_order_has_nothing_to_accept(shop, tee):
    shop.buy(tee)
    number = shop.value('SELECT number FROM "order"')
    refused(shop, f"has its order already: {number}", shop.value("SELECT payment_intent FROM payment"))


def test_a_payment_that_has_not_come_has_nothing_to_accept(shop, tee):
    session = shop.check_out(shop.visitor_with(tee))
    shop.pay(session, card="4000000000000002")
    shop.deliver("payment_intent.payment_failed")
    refused(shop, "has not been paid", shop.value("SELECT payment_intent FROM payment"))


def test_a_payment_nobody_knows_is_not_there(shop):
    refused(shop, "We know no such payment", "pi_none", error=NotFound)


def test_who_may_refund_and_no_more_may_not_make_an_order(shop, tee):
    refused(shop, "Your role does not allow this", quarantine(shop, tee), error=Forbidden, actor=RITA)


def test_a_form_of_another_order_is_refused(shop, tee):
    form = token()
    accepted(shop, quarantine(shop, tee), form=form)
    refused(shop, "sent for another order", quarantine(shop, tee), form=form)


# -- with the things gone, or given back --


def paid_late(shop, *variant_ids):
    """Stripe said expired, then paid; meanwhile somebody else holds the last of the things."""
    shop.pay(shop.check_out(shop.visitor_with(*variant_ids)))
    expired = altered(told(shop, COMPLETED), status="expired", payment_status="unpaid")
    assert shop.post_event(expired | {"type": "checkout.session.expired"})[0] == 200
    shop.check_out(shop.visitor_with(*variant_ids), email="ben@example.com")
    shop.deliver(COMPLETED)
    return shop.value("SELECT payment_intent FROM payment")


def test_a_late_payment_is_accepted_once_the_things_are_found_and_its_refund_came_to_nothing(shop, do):
    last = shop.make_item("Slipmat", price=1800, units=1)
    payment = paid_late(shop, last)
    refused(shop, "going back, so it cannot pay for an order any more", payment)

    now = shop.clock()

    def come_to_nothing(session):
        locked = repository.lock_payment(session, payment, now)
        (refund,) = refunds.list_refunds(session, locked.id)
        reject(session, locked, refund, "As the test wants it.", now)

    shop.db.run(come_to_nothing)
    refused(shop, "Too few are left of what was ordered \\(NMX-100", payment)

    do.receive(last, 1)
    accepted(shop, payment)
    assert shop.level(last) == (2, 2)
    assert money(shop) == [(2350, "usd", None, True, "member:5")]
    assert shop.attention() == ["session_contradiction", "refund_rejected"]


def test_what_has_gone_back_cannot_be_accepted_and_its_things_are_free_again(shop, tee):
    payment = quarantine(shop, tee)
    shop.app.extensions["refunds"].refund_unapplied(RITA, payment, token())
    assert money(shop) == [(395, "usd", "mismatch", False, None)]
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("cancelled", (3, 0))
    assert shop.attention() == []
    refused(shop, "has gone back", payment)
    assert shop.breaches() == []
