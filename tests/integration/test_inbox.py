"""What comes in at the webhook: whose it is, whether it is genuine, and what happens when handling it fails."""

import json

import pytest
import stripe

from store.payments import inbox
from tests.integration.stories import again, altered, told
from tests.shop import SECRET, wait_until


@pytest.fixture
def paid(shop):
    """A checkout that Stripe has been paid for, of which the shop has not heard yet."""
    tee = shop.make_item(units=3)
    shop.session = shop.check_out(shop.visitor_with(tee))
    shop.pay(shop.session)
    shop.tee = tee
    return shop


def outcomes(shop):
    return shop.rows("SELECT type, outcome, failures FROM webhook_event ORDER BY type")


def pay_foreign(shop, **marks):
    session = shop.account.make_session(4200, metadata=marks, payment_intent_data={"metadata": marks})
    shop.account.pay(session)


# -- rule 1: foreign things --


def test_what_another_shop_sells_on_the_same_account_is_answered_and_not_kept(shop):
    pay_foreign(shop)
    pay_foreign(shop, store="somebody-else", checkout="c1", attempt="a1")
    before = shop.counts()
    answers = shop.deliver()
    assert answers == [(200, "ignored")] * 8
    assert shop.counts() == before
    assert (outcomes(shop), shop.attention()) == ([], [])


def test_a_decline_at_another_shop_is_not_kept_and_one_of_ours_is_a_payment_that_may_still_come(paid):
    foreign = paid.account.make_session(4200, payment_intent_data={"metadata": {"store": "somebody-else"}})
    paid.account.pay(foreign, card="4000000000000002")
    before = paid.counts()
    declined = told(paid, "payment_intent.payment_failed")
    assert paid.post_event(declined) == (200, "ignored")
    assert (paid.counts(), outcomes(paid)) == (before, [])
    ours = altered(declined, id="pi_ours", metadata={"store": paid.payments.ours().store_id})
    assert paid.post_event(ours) == (200, "applied")
    assert paid.counts() == before | {"payment": 1}
    assert paid.rows("SELECT payment_intent, stage FROM payment") == [("pi_ours", "unknown")]


def test_a_session_of_ours_under_another_stores_id_is_foreign(paid):
    event = altered(told(paid, "checkout.session.completed"), metadata={"store": "the-shop-before-a-restore"})
    before = paid.counts()
    assert paid.post_event(event) == (200, "ignored")
    assert (paid.counts(), outcomes(paid), paid.attention()) == (before, [], [])


def test_a_type_nobody_asked_for_is_answered_and_not_kept(paid):
    before = paid.counts()
    assert paid.post_event(again(told(paid, "payment_intent.created"))) == (200, "ignored")
    assert paid.post_event(again(told(paid, "checkout.session.completed"), type="moon.risen")) == (200, "ignored")
    assert (paid.counts(), outcomes(paid)) == (before, [])


# -- rule 3: handled once, and failures --


def test_an_event_delivered_again_changes_nothing(paid):
    events = paid.events()
    assert {paid.post_event(event)[0] for event in events} == {200}
    after, mails = paid.counts(), outcomes(paid)
    for _ in range(3):
        assert {paid.post_event(event)[0] for event in events} == {200}
    assert (paid.counts(), outcomes(paid)) == (after, mails)
    assert (after["order"], after["payment"], paid.level(paid.tee)) == (1, 1, (3, 1))


def test_an_event_that_could_not_be_handled_is_asked_for_again_and_then_handled(paid, monkeypatch):
    completed = told(paid, "checkout.session.completed")
    before = paid.counts()

    def break_down(*_):
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", break_down)
        assert paid.post_event(completed) == (500, "please send it again")
    assert paid.counts() == before
    assert outcomes(paid) == [("checkout.session.completed", "failed", 1)]
    assert "ZeroDivisionError: a fault of ours" in paid.value("SELECT error FROM webhook_event")

    assert paid.post_event(completed) == (200, "applied")
    assert outcomes(paid) == [("checkout.session.completed", "applied", 1)]
    assert paid.counts()["order"] == 1


def test_a_failure_late_in_the_transaction_leaves_nothing_of_it(paid, monkeypatch):
    before, held = paid.counts(), paid.level(paid.tee)

    def break_down(*_, **__):
        raise ZeroDivisionError("after the order has been made")

    with monkeypatch.context() as broken:
        broken.setattr("store.payments.settle.enqueue", break_down)
        assert paid.post_event(told(paid, "checkout.session.completed"))[0] == 500
    assert (paid.counts(), paid.level(paid.tee)) == (before, held)
    assert paid.rows("SELECT state, bag_taken_at FROM checkout") == [("open", None)]


def test_after_five_failures_stripe_is_let_go_staff_see_it_and_the_worker_goes_on(paid, monkeypatch):
    completed = told(paid, "checkout.session.completed")

    def break_down(*_):
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "settle", break_down)
        answers = [paid.post_event(completed) for _ in range(5)]
        assert answers == [(500, "please send it again")] * 4 + [(200, "noted for staff")]
        assert paid.attention() == ["event_failed"]
        paid.worker.drain()  # its first try, while the fault is still there
        assert paid.rows("SELECT state, attempts FROM job WHERE kind = 'retry_event'") == [("waiting", 1)]
    assert paid.counts()["order"] == 0

    paid.clock.advance(minutes=1)
    paid.worker.drain()
    assert paid.rows("SELECT state, attempts FROM job WHERE kind = 'retry_event'") == [("done", 2)]
    assert outcomes(paid) == [("checkout.session.completed", "applied", 6)]
    assert (paid.counts()["order"], paid.level(paid.tee)) == (1, (3, 1))


def test_an_event_of_another_api_version_is_never_read_but_its_object_is_asked_for(paid):
    event = altered(told(paid, "checkout.session.completed"), amount_total="not what we would call an amount")
    event["api_version"] = "2019-02-19"
    assert paid.post_event(event) == (200, "applied")
    assert (paid.counts()["payment"], paid.counts()["order"], paid.attention()) == (0, 0, [])
    paid.worker.drain()
    assert (paid.counts()["payment"], paid.counts()["order"], paid.attention()) == (1, 1, [])


def test_an_object_of_another_version_that_stripe_no_longer_has_is_let_go(paid):
    event = altered(told(paid, "checkout.session.completed"), id="cs_test_that_is_not_there")
    event["api_version"] = "2019-02-19"
    assert paid.post_event(event) == (200, "applied")
    paid.worker.drain()
    assert paid.rows("SELECT state FROM job WHERE kind = 'read_again'") == [("done",)]
    assert (paid.counts()["order"], paid.attention()) == (0, [])


# -- rule 4 and the contract: what is believed at all --


def refused_unchanged(shop, answer, status=400):
    before = shop.counts()
    assert answer()[0] == status
    assert (shop.counts(), outcomes(shop)) == (before, [])


@pytest.mark.parametrize("seconds", [-301, 301, -86400, 86400])
def test_a_stale_or_future_signature_is_refused(paid, seconds):
    event = told(paid, "checkout.session.completed")
    moment = int(paid.clock.stop().timestamp()) + seconds
    refused_unchanged(paid, lambda: paid.post_event(event, at=moment))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_that_is_five_minutes_off_does_no_harm(paid, seconds):
    event = told(paid, "checkout.session.completed")
    assert paid.post_event(event, at=int(paid.clock.stop().timestamp()) + seconds) == (200, "applied")


def test_an_old_signature_is_not_made_young_by_a_second_time_in_its_header(paid):
    body, now = json.dumps(told(paid, "checkout.session.completed")), int(paid.clock().timestamp())
    old = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp=now - 4000)
    for header in (f"{old},t={now}", f"t={now},{old}"):
        refused_unchanged(paid, lambda header=header: post(paid, body, header))


def test_what_stripe_did_not_sign_is_refused(paid):
    event = told(paid, "checkout.session.completed")
    body, now = json.dumps(event), int(paid.clock().timestamp())
    good = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp=now)
    refused_unchanged(paid, lambda: paid.post_event(event, secret="whsec_of_somebody_else"))
    for header in ("", "t=", f"t={now}", "v1=abc", f"t={now},v1=", f"t=x{now},v1=00", good.replace("v1", "v0"), "=,=,"):
        refused_unchanged(paid, lambda header=header: post(paid, body, header))
    refused_unchanged(paid, lambda: post(paid, body + " ", good))


def test_while_the_secret_is_rolled_both_are_believed(open_shop):
    shop = open_shop(stripe_webhook_secret=f"whsec_new, {SECRET}")
    shop.pay(shop.check_out(shop.visitor_with(shop.make_item())))
    completed = told(shop, "checkout.session.completed")
    assert shop.post_event(completed, secret="whsec_new") == (200, "applied")
    assert shop.post_event(completed, secret=SECRET) == (200, "applied")
    assert shop.counts()["order"] == 1


def test_a_signed_body_that_is_no_event_is_refused(shop):
    for body in (
        "",
        "null",
        "[]",
        "{}",
        '"text"',
        "12",
        '{"id": "evt_1"}',
        "[" * 5000,
        '{"data": {"object": []}}',
        "\x00",
    ):
        refused_unchanged(shop, lambda body=body: shop.post_body(body))


def test_a_body_above_the_limit_is_not_read(shop):
    refused_unchanged(shop, lambda: shop.post_body("x" * (256 * 1024 + 1)), 413)


def post(shop, body, header):
    answer = shop.app.test_client().post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": header, "Sec-Fetch-Site": "none"}
    )
    return answer.status_code, answer.text


def test_the_bodies_of_events_are_forgotten_after_thirty_days(paid):
    paid.deliver("checkout.session.completed")
    assert paid.value("SELECT COUNT(*) FROM webhook_event WHERE body IS NOT NULL") == 1
    paid.clock.advance(days=31)
    wait_until(lambda: paid.worker.drain() or True)
    assert paid.value("SELECT COUNT(*) FROM webhook_event WHERE body IS NOT NULL") == 0
    assert outcomes(paid) == [("checkout.session.completed", "applied", 0)]


# -- rule 10: a refund told before the payment it is of --


def refund_of(shop, payment_intent):
    refund = {"id": "re_1", "object": "refund", "payment_intent": payment_intent, "amount": 100, "currency": "usd"}
    refund |= {"status": "succeeded", "reason": None, "created": int(shop.clock().timestamp()), "metadata": {}}
    return again(told(shop, "payment_intent.succeeded"), type="refund.created", data={"object": refund})


def test_a_refund_told_before_its_payment_brings_the_payment_in_and_is_shown_to_staff(paid):
    intent = told(paid, "payment_intent.succeeded")["data"]["object"]["id"]
    assert paid.post_event(refund_of(paid, intent)) == (200, "ignored")
    paid.worker.drain()
    assert (paid.counts()["order"], paid.level(paid.tee)) == (1, (3, 1))
    assert paid.attention() == ["refund_unexplained"]
    assert outcomes(paid) == [("refund.created", "attention", 0)]


def test_a_refund_of_no_payment_is_nothing_to_us(paid):
    before = paid.counts()
    assert paid.post_event(refund_of(paid, None)) == (200, "ignored")
    assert (paid.counts(), paid.attention()) == (before, [])


def test_a_refund_whose_body_was_forgotten_before_its_payment_came_is_let_go(paid):
    intent = told(paid, "payment_intent.succeeded")["data"]["object"]["id"]
    paid.post_event(refund_of(paid, intent))
    paid.write("UPDATE webhook_event SET body = NULL")
    paid.worker.drain()
    assert paid.rows("SELECT state FROM job WHERE kind = 'find_owner'") == [("done",)]
    assert (outcomes(paid), paid.rows("SELECT id FROM refund")) == ([("refund.created", "ignored", 0)], [])


def test_a_refund_of_somebody_elses_payment_is_asked_about_and_forgotten(shop):
    pay_foreign(shop)
    intent = told(shop, "payment_intent.succeeded")["data"]["object"]["id"]
    assert shop.post_event(refund_of(shop, intent)) == (200, "ignored")
    shop.worker.drain()
    assert (outcomes(shop), shop.attention(), shop.counts()["payment"]) == ([], [], 0)


def test_a_refund_in_another_api_version_that_stripe_does_not_have_is_let_go_and_not_read(paid):
    paid.deliver()
    intent = told(paid, "payment_intent.succeeded")["data"]["object"]["id"]
    assert paid.post_event(refund_of(paid, intent) | {"api_version": "2020-08-27"}) == (200, "applied")
    paid.worker.drain()
    assert (paid.attention(), paid.rows("SELECT * FROM refund")) == ([], [])
