"""A refund as Stripe tells of it, in our own units."""

from datetime import UTC, datetime

import pytest

from store.payments.refunds.facts import RefundFact, read_refund
from store.payments.refunds.rules import RefundState

AT = datetime(2026, 12, 4, 20, 0, tzinfo=UTC)
MADE = datetime(2026, 12, 4, 19, 59, tzinfo=UTC)
REFUND = {
    "id": "re_1", "object": "refund", "payment_intent": "pi_1", "metadata": {"refund": "r4nd0m"}, "amount": 1200,
    "currency": "usd", "status": "succeeded", "reason": "requested_by_customer", "created": int(MADE.timestamp()),
}  # fmt: skip


def fact(**changes):
    return read_refund(REFUND | changes, AT)


def test_a_refund_is_read_into_our_own_words():
    assert fact() == RefundFact(
        stripe_id="re_1",
        payment_intent="pi_1",
        key="r4nd0m",
        amount=1200,
        currency="usd",
        state=RefundState.SUCCEEDED,
        reason="requested_by_customer",
        failure=None,
        created_at=MADE,
        happened_at=AT,
    )


def test_whose_payment_it_is_may_come_as_a_name_as_an_object_or_not_at_all():
    assert fact(payment_intent={"id": "pi_9", "status": "succeeded"}).payment_intent == "pi_9"
    assert fact(payment_intent=None).payment_intent is None


@pytest.mark.parametrize("metadata", [None, {}, {"order": "NM-1"}])
def test_a_refund_made_at_stripe_bears_no_name_of_ours(metadata):
    assert fact(metadata=metadata).key is None


@pytest.mark.parametrize("status", ["pending", "requires_action", "succeeded", "failed", "canceled"])
def test_each_of_stripes_words_is_the_same_word_here(status):
    assert fact(status=status).state.value == status


@pytest.mark.parametrize("status", [None, "", "reserved", "sent", "rejected", "a word of 2031"])
def test_a_word_that_is_none_of_stripes_counts_as_pending_so_that_the_money_is_not_promised_twice(status):
    """`reserved`, `sent` and `rejected` are our own, for what Stripe has not told us."""
    assert fact(status=status).state is RefundState.PENDING


def test_a_refund_that_failed_says_why():
    failed = fact(status="failed", failure_reason="lost_or_stolen_card")
    assert (failed.state, failed.failure) == (RefundState.FAILED, "lost_or_stolen_card")


def test_a_refund_without_a_reason_has_an_empty_one():
    assert fact(reason=None).reason == ""


@pytest.mark.parametrize(("currency", "there", "here"), [("jpy", 3400, 3400), ("isk", 340000, 3400)])
def test_amounts_are_in_our_units(currency, there, here):
    assert fact(currency=currency, amount=there).amount == here


def test_a_sum_that_is_none_of_ours_is_refused_rather_than_rounded():
    with pytest.raises(ValueError, match="no whole amount of ours"):
        fact(currency="isk", amount=340001)
