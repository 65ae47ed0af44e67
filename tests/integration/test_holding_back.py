"""What speaks against a payment keeps its parcels in the house: each reason until it is gone, or staff decide (28)."""

import pytest

from store.actors import Actor, Role
from store.errors import Conflict, Forbidden, NotFound
from store.fulfilment import service
from tests.integration.disputing import blocks, disputes, matters, order_of, pay, steps, tell, told, withdrawn
from tests.integration.parcels import PACKER, everything, ship, state, timeline
from tests.shop import token

OLGA = Actor(member_id=5, email="olga@nastymixx.example", roles=frozenset({Role.ORDERS}))


@pytest.fixture
def tee(shop):
    return shop.make_item(units=100)


@pytest.fixture
def bought(shop, tee):
    """(payment intent, number) of a paid order."""
    intent = pay(shop, tee)
    return intent, order_of(shop, intent)[0]


def let_go(shop, number, actor=OLGA, which=-1, request_key=None):
    block = shop.rows("SELECT id FROM fulfilment_block WHERE closed_at IS NULL ORDER BY id")[which][0]
    service.let_go(shop.db, actor, number, block, request_key or token(), shop.clock())


def refused(shop, work, match, error=Conflict):
    before = everything(shop)
    with pytest.raises(error, match=match):
        work()
    assert everything(shop) == before


def stays(shop, number, match):
    refused(shop, lambda: ship(shop, number), match)
    refused(shop, lambda: service.pack(shop.db, PACKER, number, token(), shop.clock()), match)


def leaves(shop, number):
    ship(shop, number)
    assert state(shop, number) == "shipped"


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        (["e1"], ["e4"], "bank questions the payment"),
        (["e7"], ["e8"], "bank questions the payment"),
        (["f2"], ["f3"], "under review at Stripe"),
    ],
    ids=["dispute", "inquiry", "review"],
)
def test_what_its_own_facts_have_opened_they_close(shop, bought, opens, closes, sentence):
    intent, number = bought
    tell(shop, intent, *opens)
    stays(shop, number, sentence)
    tell(shop, intent, *closes)
    leaves(shop, number)


def test_a_warning_of_fraud_suggests_a_refund_and_makes_none(shop, bought):
    intent, number = bought
    calls = len(shop.requests("/v1/refunds"))
    tell(shop, intent, "f1")
    stays(shop, number, "may be fraud")
    shop.worker.drain()
    assert len(shop.requests("/v1/refunds")) == calls
    assert order_of(shop, intent)[1:] == ("paid", "unfulfilled")
    ((kind, sentence),) = matters(shop, intent)
    assert kind == "early_fraud_warning"
    assert "(made with stolen card). Ask the buyer; a refund now can spare a dispute later." in sentence
    assert steps(shop, intent) == [("early_fraud_warning", "made_with_stolen_card")]


def test_a_warning_that_asks_for_nothing_any_more_holds_nothing_back(shop, bought):
    intent, number = bought
    tell(shop, intent, "f1")
    over = told("f1", intent, event="b", created=1795613700, actionable=False) | {
        "type": "radar.early_fraud_warning.updated"
    }
    assert shop.post_event(over) == (200, "applied")
    tell(shop, intent, "f1", event="c")
    assert (blocks(shop, intent), matters(shop, intent)) == ([("early_fraud_warning", "stripe")], [])
    leaves(shop, number)


def test_a_warning_about_what_nothing_can_be_done_for_is_only_noted(shop, bought):
    intent, number = bought
    tell(shop, intent, "f1", actionable=False)
    assert (blocks(shop, intent), matters(shop, intent), len(steps(shop, intent))) == ([], [], 1)
    leaves(shop, number)


def test_a_review_that_was_closed_before_it_was_opened_stays_closed(shop, bought):
    intent, number = bought
    tell(shop, intent, "f3", "f2", "f3")
    assert (blocks(shop, intent), matters(shop, intent)) == ([], [])
    assert steps(shop, intent) == [("review", "rule"), ("review", "approved")]
    leaves(shop, number)


def test_of_two_reasons_each_holds_the_order_back_until_it_is_gone(shop, bought):
    intent, number = bought
    tell(shop, intent, "e1", "f2")
    tell(shop, intent, "f3")
    stays(shop, number, "bank questions the payment")
    tell(shop, intent, "f1", "e4")
    stays(shop, number, "may be fraud")
    let_go(shop, number)
    leaves(shop, number)
    assert blocks(shop, intent) == [
        ("dispute", "stripe"),
        ("review", "stripe"),
        ("early_fraud_warning", "member:5"),
    ]


def test_staff_let_an_order_go_once_by_name_and_for_one_reason(shop, bought):
    intent, number = bought
    tell(shop, intent, "e1", "f1")
    key = token()
    let_go(shop, number, which=0, request_key=key)
    stays(shop, number, "may be fraud")
    let_go(shop, number, which=0, request_key=key)  # the same form again
    assert blocks(shop, intent) == [("dispute", "member:5"), ("early_fraud_warning", "open")]
    let_go(shop, number)
    leaves(shop, number)
    assert [step for step in timeline(shop) if step[0] == "let_go"] == [("let_go", "member:5")] * 2
    assert shop.value("SELECT COUNT(*) FROM audit_entry WHERE action = 'order.let_go' AND actor = 'member:5'") == 2
    assert [kind for kind, _ in matters(shop, intent)] == ["dispute", "early_fraud_warning"]


def test_what_staff_have_let_go_is_not_held_back_again_by_the_same_matter(shop, bought):
    intent, number = bought
    tell(shop, intent, "e1")
    let_go(shop, number)
    tell(shop, intent, "e2", "e3")
    assert blocks(shop, intent) == [("dispute", "member:5")]
    leaves(shop, number)


def test_an_inquiry_that_staff_have_let_pass_is_another_matter_as_a_chargeback(shop, bought):
    intent, number = bought
    tell(shop, intent, "e7")
    let_go(shop, number)
    escalated = told("e2", intent, created=1795813700)
    escalated["data"]["object"]["id"] = told("e7", intent)["data"]["object"]["id"]
    assert shop.post_event(escalated) == (200, "applied")
    assert blocks(shop, intent) == [("dispute", "member:5"), ("dispute", "open")]
    stays(shop, number, "bank questions the payment")


def test_only_who_may_write_orders_lets_one_go(shop, bought):
    intent, number = bought
    tell(shop, intent, "e1")
    refused(shop, lambda: let_go(shop, number, PACKER), "role does not allow", Forbidden)
    refused(shop, lambda: service.let_go(shop.db, OLGA, "NM-NOBODY", 1, token(), shop.clock()), "no order", NotFound)
    refused(shop, lambda: service.let_go(shop.db, OLGA, number, 99, token(), shop.clock()), "no longer holds")
    assert blocks(shop, intent) == [("dispute", "open")]


def test_what_holds_another_order_back_cannot_be_lifted_from_this_one(shop, tee, bought):
    _, number = bought
    other = pay(shop, tee)
    tell(shop, other, "e1")
    refused(shop, lambda: let_go(shop, number), "no longer holds")
    assert blocks(shop, other) == [("dispute", "open")]


@pytest.mark.parametrize("progress", ["unfulfilled", "packed", "part", "shipped"])
def test_a_dispute_touches_no_parcel_and_no_stock_whatever_the_order_has_come_to(shop, tee, progress):
    shop.pay(shop.check_out(shop.visitor_with(tee, quantity=2)))
    shop.deliver()
    intent, number = shop.rows(
        'SELECT payment_intent, number FROM payment JOIN "order" ON "order".id = payment.order_id'
    )[0]
    if progress == "packed":
        service.pack(shop.db, PACKER, number, token(), shop.clock())
    (line,) = shop.rows("SELECT id FROM order_line")[0]
    if progress in ("part", "shipped"):
        ship(shop, number, {line: 1 if progress == "part" else 2})
    shop.worker.drain()
    level, mails = shop.level(tee), len(shop.mails())
    for names, money in ((["e1", "e2"], "disputed"), (["e6"], "charged_back")):
        tell(shop, intent, *names, amount=7000)
        assert order_of(shop, intent)[1:] == (money, progress)
        shop.worker.drain()
        assert (shop.level(tee), len(shop.mails())) == (level, mails)


def test_a_refunded_order_that_is_disputed_as_well_is_disputed_and_shows_that_too_much_is_gone(shop, bought):
    intent, _ = bought
    shop.account.v1.refunds.create({"payment_intent": intent})
    refund = [event for event in shop.events() if event["type"] == "refund.created"][-1]
    assert shop.post_event(refund)[0] == 200
    assert order_of(shop, intent)[1] == "refunded"
    tell(shop, intent, "e1")
    assert order_of(shop, intent)[1] == "disputed"
    assert (withdrawn(shop, intent), disputes(shop, intent)) == (3950, [("needs_response", 3950)])
    assert "refunded_too_much" in shop.attention()
    tell(shop, intent, "e4")
    assert order_of(shop, intent)[1] == "refunded"
