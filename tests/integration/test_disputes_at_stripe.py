"""Disputes, reviews and warnings as the sandbox makes them: told by its events, or read there when nothing was told."""

import pytest

from store.payments.disputes.service import Disputes
from store.payments.gateway import Refused
from tests.integration.disputing import blocks, disputes, everything, matters, order_of, pay, steps, withdrawn

DISPUTE = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
           "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated")  # fmt: skip


@pytest.fixture
def intent(shop):
    return pay(shop, shop.make_item())


@pytest.mark.parametrize(
    ("outcome", "gone", "money"), [("won", 0, "paid"), ("lost", 3950, "charged_back"), ("prevented", 0, "paid")]
)
def test_a_chargeback_of_the_sandbox_told_backwards_and_twice(shop, intent, outcome, gone, money):
    dispute = shop.account.tell(f"disputes/{intent}", reason="fraudulent")
    shop.clock.advance(days=1)
    shop.account.tell(f"disputes/{dispute['id']}/close", outcome=outcome)
    events = [event for event in shop.events() if event["type"] in DISPUTE]
    for event in (*reversed(events), *events):
        assert shop.post_event(event) == (200, "applied")
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([(outcome, gone)], gone)
    assert order_of(shop, intent)[1:] == (money, "unfulfilled")
    assert shop.value("SELECT SUM(amount) FROM posting WHERE account = 'disputes'") == gone
    assert matters(shop, intent) == []


def test_an_inquiry_of_the_sandbox_that_becomes_a_chargeback(shop, intent):
    inquiry = shop.account.tell(f"disputes/{intent}", kind="inquiry")
    shop.deliver(*DISPUTE)
    assert (disputes(shop, intent), order_of(shop, intent)[1]) == ([("warning_needs_response", 0)], "paid")
    shop.clock.advance(hours=1)
    shop.account.tell(f"disputes/{inquiry['id']}/escalate")
    shop.deliver(*DISPUTE)
    assert (disputes(shop, intent), order_of(shop, intent)[1]) == ([("needs_response", 3950)], "disputed")


def test_a_review_and_a_warning_of_the_sandbox(shop, intent):
    review, warning = shop.account.tell(f"reviews/{intent}"), shop.account.tell(f"warnings/{intent}")
    kinds = ("review.opened", "review.closed", "radar.early_fraud_warning.created", "radar.early_fraud_warning.updated")
    shop.deliver(*kinds)
    assert sorted(blocks(shop, intent)) == [("early_fraud_warning", "open"), ("review", "open")]
    shop.account.tell(f"reviews/{review['id']}/close")
    shop.account.tell(f"warnings/{warning['id']}/close")
    shop.deliver(*kinds)
    assert sorted(blocks(shop, intent)) == [("early_fraud_warning", "stripe"), ("review", "stripe")]
    assert matters(shop, intent) == []


def test_with_every_event_lost_what_is_read_says_the_same(shop, intent):
    dispute = shop.account.tell(f"disputes/{intent}")
    warning, review = shop.account.tell(f"warnings/{intent}"), shop.account.tell(f"reviews/{intent}")
    reader = Disputes(shop.payments)
    for kind, thing in (("dispute", dispute), ("radar.early_fraud_warning", warning), ("review", review)):
        assert reader.read(kind, thing["id"])
    read = everything(shop, intent)
    assert (read[0], read[1], read[2][0]) == ([("needs_response", 3950)], 3950, "disputed")
    shop.deliver(*DISPUTE, "review.opened", "radar.early_fraud_warning.created")
    told = everything(shop, intent)
    assert (told[:5], len(told[5])) == (read[:5], len(read[5]))

    shop.clock.advance(days=2)
    shop.account.tell(f"disputes/{dispute['id']}/close", outcome="lost")
    assert reader.read("dispute", dispute["id"])
    assert (disputes(shop, intent), order_of(shop, intent)[1]) == ([("lost", 3950)], "charged_back")
    assert ("dispute", "lost") in steps(shop, intent)


def test_what_is_read_brings_an_unknown_payment_in_and_leaves_a_foreign_one_alone(shop):
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    shop.pay(session)
    intent = shop.account.v1.checkout.sessions.retrieve(session).to_dict()["payment_intent"]
    assert Disputes(shop.payments).read("dispute", shop.account.tell(f"disputes/{intent}")["id"])
    assert (disputes(shop, intent), order_of(shop, intent)[1]) == ([("needs_response", 3950)], "disputed")

    foreign = shop.account.make_session(4200)
    shop.account.pay(foreign)
    theirs = shop.account.v1.checkout.sessions.retrieve(foreign.id).to_dict()["payment_intent"]
    dispute = shop.account.tell(f"disputes/{theirs}")
    assert not Disputes(shop.payments).read("dispute", dispute["id"])
    assert (shop.counts()["payment"], shop.value("SELECT COUNT(*) FROM dispute")) == (1, 1)


def test_what_stripe_does_not_know_is_not_read(shop):
    for kind in ("dispute", "review", "radar.early_fraud_warning"):
        with pytest.raises(Refused) as refusal:
            Disputes(shop.payments).read(kind, "xx_not_there")
        assert refusal.value.status == 404
    with pytest.raises(ValueError, match="empty id"):
        Disputes(shop.payments).read("dispute", "")


def test_an_event_in_another_version_is_not_read_but_its_object_is_asked_for(shop, intent):
    shop.account.tell(f"disputes/{intent}")
    (event,) = [one for one in shop.events() if one["type"] == "charge.dispute.created"]
    event["api_version"] = "2019-02-19"
    event["data"]["object"] |= {"amount": "not what we would call an amount"}
    assert shop.post_event(event) == (200, "applied")
    assert disputes(shop, intent) == []
    shop.worker.drain()
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("needs_response", 3950)], 3950)
    assert "event_unread" not in shop.attention()
