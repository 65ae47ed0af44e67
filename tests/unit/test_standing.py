import itertools

import pytest

from store.orders.standing import is_inquiry, is_under_way, payment_state_of

OPEN_CHARGEBACKS = ["needs_response", "under_review", "appeal_needs_response", "appeal_under_review", "a word of 2031"]
OPEN_INQUIRIES = ["warning_needs_response", "warning_under_review"]
ENDED = ["won", "lost", "prevented", "warning_closed"]


@pytest.mark.parametrize(
    ("refunded", "state"),
    [(0, "paid"), (1, "part_refunded"), (4487, "part_refunded"), (4488, "refunded"), (5000, "refunded")],
)
def test_without_disputes_only_refunds_count(refunded, state):
    assert payment_state_of(4488, refunded, []) == state


def test_an_order_that_cost_nothing_is_paid():
    assert payment_state_of(0, 0, []) == "paid"


@pytest.mark.parametrize("status", OPEN_CHARGEBACKS)
@pytest.mark.parametrize("withdrawn", [0, 4488])
@pytest.mark.parametrize("refunded", [0, 100, 4488])
def test_a_chargeback_under_way_is_a_dispute_whatever_was_withdrawn_or_refunded(status, withdrawn, refunded):
    assert payment_state_of(4488, refunded, [(status, withdrawn)]) == "disputed"


@pytest.mark.parametrize("status", [*OPEN_INQUIRIES, *ENDED])
def test_an_inquiry_and_an_ended_dispute_that_took_nothing_change_nothing(status):
    assert payment_state_of(4488, 0, [(status, 0)]) == "paid"
    assert payment_state_of(4488, 4488, [(status, 0)]) == "refunded"


def test_lost_with_the_money_gone_is_charged_back_even_if_only_a_part_is():
    assert payment_state_of(4488, 0, [("lost", 4488)]) == "charged_back"
    assert payment_state_of(4488, 0, [("lost", 1)]) == "charged_back"
    assert payment_state_of(4488, 4488, [("lost", 4488)]) == "charged_back"


def test_money_given_back_although_the_word_is_lost_is_ours_again():
    assert payment_state_of(4488, 0, [("lost", 0)]) == "paid"


def test_won_is_won_though_the_money_is_still_on_its_way():
    assert payment_state_of(4488, 0, [("won", 4488)]) == "paid"


def test_of_several_disputes_the_worst_counts_in_any_order():
    for disputes in itertools.permutations([("lost", 100), ("needs_response", 0), ("won", 0)]):
        assert payment_state_of(4488, 100, disputes) == "charged_back"
    for disputes in itertools.permutations([("needs_response", 0), ("won", 0), ("warning_closed", 0)]):
        assert payment_state_of(4488, 0, disputes) == "disputed"


def test_what_waits_for_somebody_is_under_way():
    assert [status for status in OPEN_CHARGEBACKS + OPEN_INQUIRIES + ENDED if not is_under_way(status)] == ENDED
    assert [status for status in OPEN_CHARGEBACKS + OPEN_INQUIRIES + ENDED if is_inquiry(status)] == [
        *OPEN_INQUIRIES,
        "warning_closed",
    ]
