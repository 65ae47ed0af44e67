import pytest

from store.money import Money
from store.payments.disputes import words

SUM = Money(4488, "eur")


@pytest.mark.parametrize(
    ("status", "begins"),
    [
        ("needs_response", "The buyer’s bank has disputed the payment of order NM-7K4Q2M (€44.88, fraudulent)."),
        ("a_word_of_2031", "The buyer’s bank has disputed the payment of order NM-7K4Q2M (€44.88, fraudulent)."),
        ("warning_needs_response", "The buyer’s bank asks about the payment of order NM-7K4Q2M (€44.88, fraudulent)."),
    ],
)
def test_a_dispute_says_what_happened_then_what_to_do_and_where(status, begins):
    sentence = words.of_dispute(status, "fraudulent", SUM, "pi_1", "NM-7K4Q2M")
    assert sentence == (
        f"{begins} Answer in Stripe’s dashboard, with what was sent and when it arrived. Nothing more leaves until it"
        " is settled, or you let the order go on its page."
    )


def test_without_a_reason_none_is_told_and_without_an_order_nothing_is_held_back():
    assert words.of_dispute("needs_response", "", SUM, "pi_1", None) == (
        "The buyer’s bank has disputed the payment pi_1 without an order (€44.88). Answer in Stripe’s dashboard, with"
        " what was sent and when it arrived."
    )
    assert words.of_review("", "pi_1", None) == (
        "Stripe has put the payment pi_1 without an order under review. Approve or refund it in Stripe’s dashboard."
    )


def test_a_warning_suggests_a_refund():
    sentence = words.of_early_fraud_warning("made_with_stolen_card", "pi_1", "NM-7K4Q2M")
    assert sentence.startswith(
        "The card’s network warns that the payment of order NM-7K4Q2M may be fraud (made with stolen card). Ask the"
        " buyer; a refund now can spare a dispute later."
    )


def test_what_is_gone_beyond_what_was_paid_is_told_with_its_sums():
    assert words.of_overdrawn(Money(1000, "eur"), SUM, SUM, "pi_1", "NM-7K4Q2M") == (
        "More has gone back of the payment of order NM-7K4Q2M than was paid: €10.00 in refunds and €44.88 in disputes,"
        " of €44.88. Tell the bank of the refund in Stripe’s dashboard."
    )
