"""What speaks against a payment, as an order's page shows it."""

from datetime import UTC, datetime

import pytest

from store.admin.orders.doubts import Lifting, held_back, member_ids, view_doubts
from store.fulfilment.models import FulfilmentBlock
from store.money import Money
from store.orders.lifecycle import FulfilmentState
from store.payments.disputes.facts import WarningKind
from store.payments.disputes.models import Dispute, FraudWarning

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def dispute(status="needs_response", stripe_id="dp_1", withdrawn=4488, reason="product_not_received"):
    return Dispute(
        stripe_id=stripe_id,
        status=status,
        reason=reason,
        amount=4488,
        currency="eur",
        withdrawn=withdrawn,
        reply_by=NOON,
    )


def warning(kind=WarningKind.REVIEW, *, is_open=True):
    return FraudWarning(stripe_id="prv_1", kind=kind, open=is_open, reason="rule")


def block(number, object_id="dp_1", reason="dispute", closed_by=None):
    closed_at = NOON if closed_by else None
    return FulfilmentBlock(id=number, reason=reason, object_id=object_id, closed_at=closed_at, closed_by=closed_by)


def test_an_open_dispute_says_what_is_taken_until_when_to_reply_and_that_it_holds_the_parcel():
    (doubt,) = view_doubts([dispute()], [], [block(7)], {})
    assert (doubt.title, doubt.state, doubt.reason) == ("Dispute", ("Needs an answer", "bad"), "Product not received")
    assert (doubt.amount, doubt.withdrawn) == (Money(4488, "eur"), Money(4488, "eur"))
    assert (doubt.reply_by, doubt.block_id, doubt.lifting) == (NOON, 7, None)
    assert doubt.todo.startswith("Answer it in Stripe’s dashboard")


@pytest.mark.parametrize(
    ("status", "title", "state"),
    [
        ("warning_needs_response", "Bank’s question", ("Needs an answer", "bad")),
        ("warning_closed", "Bank’s question", ("Settled", "done")),
        ("under_review", "Dispute", ("With the bank", "part")),
        ("won", "Dispute", ("Won", "done")),
        ("lost", "Dispute", ("Lost", "bad")),
        ("put_on_ice", "Dispute", ("Put on ice", "bad")),
    ],
)
def test_each_status_has_its_word(status, title, state):
    (doubt,) = view_doubts([dispute(status, withdrawn=0, reason="")], [], [], {})
    assert (doubt.title, doubt.state, doubt.withdrawn, doubt.reason) == (title, state, None, None)


@pytest.mark.parametrize("status", ["won", "lost", "prevented", "warning_closed"])
def test_what_has_ended_asks_for_nothing(status):
    (doubt,) = view_doubts([dispute(status)], [], [block(7, closed_by="stripe")], {})
    assert (doubt.reply_by, doubt.todo, doubt.block_id, doubt.lifting) == (None, None, None, None)


def test_who_has_let_the_order_go_is_named_until_it_is_held_back_again():
    lifted = block(7, closed_by="member:5")
    (doubt,) = view_doubts([dispute()], [], [lifted], {5: "olga@nastymixx.example"})
    assert (doubt.block_id, doubt.lifting) == (None, Lifting("olga@nastymixx.example", NOON))
    (doubt,) = view_doubts([dispute()], [], [lifted], {})
    assert doubt.lifting.who == "A former member"
    (doubt,) = view_doubts([dispute()], [], [lifted, block(8)], {})
    assert (doubt.block_id, doubt.lifting) == (8, None)
    assert member_ids([lifted, block(8), block(9, closed_by="stripe")]) == {5}


def test_what_holds_the_order_back_comes_first_then_the_newest():
    blocks = [block(7, closed_by="stripe"), block(8, "re_1", "dashboard_refund")]
    seen = view_doubts([dispute("won"), dispute("won", "dp_2")], [warning(is_open=False)], blocks, {})
    assert [doubt.object_id for doubt in seen] == ["re_1", "prv_1", "dp_2", "dp_1"]
    assert (seen[0].title, seen[0].state, seen[0].block_id) == ("Refund made at Stripe", ("Open", "bad"), 8)


def test_a_sentence_stands_above_for_each_reason_while_anything_could_leave():
    blocks = [block(7), block(8, "dp_2"), block(9, "prv_1", "review"), block(10, "re_1", "dashboard_refund", "stripe")]
    assert len(held_back(blocks, FulfilmentState.PART)) == 2
    assert held_back(blocks, FulfilmentState.SHIPPED) == []
