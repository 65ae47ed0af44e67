"""Disputes of money that has no order, and of payments nobody knows yet or ever will; and `verify`."""

import pytest

from store.ops.verify import INVARIANTS
from tests.integration.disputing import (
    blocks,
    booked,
    disputes,
    matters,
    order_of,
    pay,
    steps,
    tell,
    told,
    withdrawn,
)
from tests.integration.quarantined import accepted
from tests.integration.test_holding_back import OLGA
from tests.integration.test_inbox import outcomes, pay_foreign


@pytest.fixture
def tee(shop):
    return shop.make_item(units=100)


def paid_unheard(shop, tee):
    """The intent of a payment that the shop has not heard of."""
    session = shop.check_out(shop.visitor_with(tee))
    shop.pay(session)
    return shop.account.v1.checkout.sessions.retrieve(session).to_dict()["payment_intent"]


def unapplied(shop, tee):
    """The intent of money that came otherwise than agreed, and waits for staff."""
    intent = paid_unheard(shop, tee)
    (event,) = [one for one in shop.events() if one["type"] == "checkout.session.completed"]
    event["data"]["object"]["amount_total"] = 4000
    assert shop.post_event(event) == (200, "attention")
    return intent


# -- a payment without an order, or without anything --


def test_disputed_money_without_an_order_is_booked_and_shown_and_holds_nothing_back(shop, tee):
    intent = unapplied(shop, tee)
    tell(shop, intent, "e1", amount=4000)
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("needs_response", 4000)], 4000)
    assert booked(shop, intent) == [("disputes", 4000), ("stripe_clearing", -4000)]
    assert shop.value("SELECT COUNT(*) FROM fulfilment_block") == 0
    assert (shop.counts()["order"], shop.level(tee)) == (0, (100, 1))
    ((_, sentence),) = [one for one in matters(shop, intent) if one[0] == "dispute"]
    assert f"the payment {intent} without an order ($40.00, product not received)" in sentence
    assert "leaves" not in sentence
    tell(shop, intent, "e4", amount=4000)
    assert (withdrawn(shop, intent), [one for one in shop.attention() if one == "dispute"]) == (0, [])


def test_what_is_said_against_money_follows_it_into_the_order_that_staff_accept_it_for(shop, tee):
    intent = unapplied(shop, tee)
    tell(shop, intent, "e7", "f2", amount=4000)
    number = accepted(shop, intent, OLGA, "The buyer agrees.")
    assert order_of(shop, intent) == (number, "paid", "unfulfilled")
    assert blocks(shop, intent) == [("dispute", "open"), ("review", "open")]
    assert steps(shop, intent) == [("review", "rule"), ("dispute", "warning_needs_response")]
    assert [f"order {number}" in sentence for _, sentence in matters(shop, intent)] == [True, True]
    tell(shop, intent, "e8", "f3", amount=4000)
    assert blocks(shop, intent) == [("dispute", "stripe"), ("review", "stripe")]


def test_a_dispute_told_before_its_payment_brings_the_payment_in_first(shop, tee):
    intent = paid_unheard(shop, tee)
    assert shop.post_event(told("e1", intent)) == (200, "ignored")
    assert shop.counts()["payment"] == 0
    shop.worker.drain()
    assert (disputes(shop, intent), withdrawn(shop, intent)) == ([("needs_response", 3950)], 3950)
    assert (order_of(shop, intent)[1], blocks(shop, intent)) == ("disputed", [("dispute", "open")])
    assert outcomes(shop) == [("charge.dispute.created", "applied", 0)]


@pytest.mark.parametrize("name", ["e1", "f1", "f2"])
def test_what_is_said_against_somebody_elses_payment_is_asked_about_and_forgotten(shop, name):
    pay_foreign(shop)
    (intent,) = [one["data"]["object"]["id"] for one in shop.events() if one["type"] == "payment_intent.succeeded"]
    assert shop.post_event(told(name, intent)) == (200, "ignored")
    shop.worker.drain()
    assert (outcomes(shop), shop.attention(), shop.counts()["payment"]) == ([], [], 0)
    assert shop.rows("SELECT stripe_id FROM dispute UNION SELECT stripe_id FROM fraud_warning") == []


def test_a_dispute_marked_as_another_shops_is_ours_if_its_payment_is(shop, tee):
    """Metadata of a dispute says nothing: whose it is, its payment says (rule 1)."""
    intent = pay(shop, tee)
    tell(shop, intent, "e1", metadata={"store": "somebody-else"})
    assert disputes(shop, intent) == [("needs_response", 3950)]


def test_a_dispute_of_no_payment_at_all_is_let_go(shop):
    event = told("e1", "pi_x")
    event["data"]["object"]["payment_intent"] = None
    assert shop.post_event(event) == (200, "ignored")
    assert shop.rows("SELECT stripe_id FROM dispute") == []


# -- verify --


@pytest.mark.parametrize(
    ("tampering", "invariant"),
    [
        ("UPDATE payment SET withdrawn = withdrawn - 1", "what was withdrawn from a payment"),
        ("UPDATE dispute SET withdrawn = 0", "what disputes have taken stands in the books"),
        ("DELETE FROM fulfilment_block", "whatever speaks against a payment holds its order back"),
        (
            "UPDATE fulfilment_block SET closed_at = opened_at, closed_by = 'stripe'",
            "whatever speaks against a payment holds its order back",
        ),
        ("UPDATE dispute SET status = 'won'", "a dispute or a warning holds an order back no longer"),
        ("UPDATE fraud_warning SET open = FALSE", "a dispute or a warning holds an order back no longer"),
        ("DELETE FROM attention", "whatever speaks against a payment stands, or stood, before staff"),
        ("UPDATE dispute SET status = 'lost'", "no dispute or warning that has ended stands open"),
        ("UPDATE dispute SET status = 'lost'", "how an order's money stands"),
        ("UPDATE \"order\" SET payment_state = 'paid'", "how an order's money stands"),
        (
            "INSERT INTO shipment (id, order_id, carrier, tracking, actor, request_key, shipped_at)"
            " SELECT 1, order_id, 'USPS', '', 'member:7', 'x', '2030-01-01 00:00:00.000000' FROM fulfilment_block"
            " WHERE reason = 'dispute'",
            "nothing has left while something held its order back",
        ),
    ],
)
def test_verify_finds_what_could_not_have_happened(shop, tee, tampering, invariant):
    intent = pay(shop, tee)
    tell(shop, intent, "e1", "f2")
    assert shop.breaches() == []
    with shop.db.engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(tampering)
        broken = [one.name for one in INVARIANTS if connection.execute(one.broken_by).first() is not None]
        transaction.rollback()
    assert len([name for name in broken if name.startswith(invariant)]) == 1, broken
