import itertools

import pytest

from store.fulfilment.parcels import (
    TOO_MANY,
    HeldBy,
    Units,
    fulfilment_of,
    progress_after,
    why_not_sent,
    why_not_this_parcel,
)
from store.orders.lifecycle import (
    SENDABLE,
    UNSENT,
    ForbiddenStep,
    FulfilmentState,
    PaymentState,
    fulfilment_step,
)

STEPS = {
    "unfulfilled": {"packed", "part", "shipped", "cancelled"},
    "packed": {"part", "shipped", "cancelled"},
    "part": {"part", "shipped", "returned"},
    "shipped": {"delivered", "returned"},
    "delivered": {"returned"},
    "cancelled": set(),
    "returned": set(),
}


@pytest.mark.parametrize(("now", "to"), [*itertools.product(FulfilmentState, repeat=2)])
def test_an_order_takes_the_steps_of_its_parcels_and_no_other(now, to):
    if to.value in STEPS[now.value]:
        assert fulfilment_step(now, to) is to
    else:
        with pytest.raises(ForbiddenStep, match=f"an order that is {now} cannot become {to}"):
            fulfilment_step(now, to)


def test_every_state_has_its_steps_written_down():
    assert set(STEPS) == {state.value for state in FulfilmentState}


@pytest.mark.parametrize(
    ("units", "left", "open_"),
    [
        (Units(3), 3, 3),
        (Units(3, shipped=1), 2, 2),
        (Units(3, cancelled=1), 2, 2),
        (Units(3, refunding=1), 2, 3),
        (Units(3, shipped=1, cancelled=1, refunding=1), 0, 1),
        (Units(3, shipped=2, cancelled=1), 0, 0),
    ],
)
def test_what_is_canceled_or_being_refunded_goes_into_no_parcel(units, left, open_):
    assert (units.left, units.open) == (left, open_)


def test_units_that_left_are_counted_on_top_of_those_before():
    assert Units(5, shipped=1, cancelled=1).after(2) == Units(5, shipped=3, cancelled=1)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([Units(1), Units(2)], "unfulfilled"),
        ([Units(1), Units(2, cancelled=1)], "unfulfilled"),
        ([Units(1), Units(2, cancelled=2)], "unfulfilled"),
        ([Units(1, shipped=1), Units(2)], "part"),
        ([Units(2, shipped=1)], "part"),
        ([Units(2, shipped=1, refunding=1)], "part"),
        ([Units(2, shipped=1, cancelled=1)], "shipped"),
        ([Units(1, shipped=1), Units(2, shipped=2)], "shipped"),
        ([Units(1, shipped=1), Units(2, cancelled=2)], "shipped"),
        ([Units(1, cancelled=1), Units(2, cancelled=2)], "cancelled"),
    ],
)
def test_how_far_an_order_is_follows_from_its_units(lines, state):
    assert fulfilment_of(lines, is_packed=False) == state


def test_only_an_order_of_which_nothing_has_left_lies_packed():
    assert fulfilment_of([Units(2)], is_packed=True) is FulfilmentState.PACKED
    assert fulfilment_of([Units(2, shipped=1)], is_packed=True) is FulfilmentState.PART
    assert fulfilment_of([Units(2, cancelled=2)], is_packed=True) is FulfilmentState.CANCELLED


@pytest.mark.parametrize(("money", "progress"), [*itertools.product(PaymentState, FulfilmentState)])
def test_only_what_is_paid_and_not_finished_may_leave(money, progress):
    may = money.value in {"paid", "part_refunded", "disputed"} and progress.value in {"unfulfilled", "packed", "part"}
    assert (why_not_sent(money, progress, has_address=True) is None) is may
    assert (money in SENDABLE and progress in UNSENT) is may


def test_each_refusal_says_why():
    def why(money="paid", progress="unfulfilled", *, has_address=True):
        return why_not_sent(PaymentState(money), FulfilmentState(progress), has_address=has_address)

    assert why("refunded") == "This order was refunded, so nothing of it is sent."
    assert why("charged_back").startswith("The bank has taken the payment")
    assert why(progress="shipped").startswith("All of this order has been shipped already.")
    assert why(progress="cancelled") == "This order was canceled, so nothing of it is sent."
    assert why(has_address=False) == "This order has no address, so nothing of it goes by post."


def test_what_holds_an_order_back_is_stored_under_these_words():
    assert " ".join(HeldBy) == "dispute review early_fraud_warning dashboard_refund"


@pytest.mark.parametrize("reason", HeldBy)
def test_whatever_holds_an_order_back_says_so_to_packers(reason):
    def why(progress="unfulfilled", held_by=(reason,)):
        return why_not_sent(PaymentState.PAID, FulfilmentState(progress), has_address=True, held_by=held_by)

    assert "Nothing leaves until" in why()
    assert why("packed") == why("part") == why()
    assert why("shipped").startswith("All of this order has been shipped already.")


def test_of_several_reasons_one_is_told_the_same_in_any_order():
    for held_by in itertools.permutations(HeldBy):
        sentence = why_not_sent(PaymentState.PAID, FulfilmentState.PACKED, has_address=True, held_by=held_by)
        assert "was refunded at Stripe" in sentence


LINES = {7: Units(2), 8: Units(3, shipped=1, refunding=1)}


@pytest.mark.parametrize("wanted", [{7: 2}, {7: 1}, {8: 1}, {7: 2, 8: 1}, {7: 0, 8: 1}])
def test_a_parcel_holds_what_is_left_or_less(wanted):
    assert why_not_this_parcel(wanted, LINES) is None


@pytest.mark.parametrize("wanted", [{}, {7: 0}, {7: 0, 8: 0}])
def test_an_empty_parcel_is_none(wanted):
    assert why_not_this_parcel(wanted, LINES) == "The parcel is empty. Say how many of which line go into it."


@pytest.mark.parametrize("wanted", [{7: 3}, {8: 2}, {7: 2, 8: 3}])
def test_a_parcel_never_holds_more_than_is_left(wanted):
    assert why_not_this_parcel(wanted, LINES) == TOO_MANY


@pytest.mark.parametrize("wanted", [{9: 1}, {7: 1, 9: 1}, {7: -1}, {7: 2, 8: -1}])
def test_a_parcel_holds_nothing_of_another_order_and_nothing_negative(wanted):
    assert "not of this order" in why_not_this_parcel(wanted, LINES)


@pytest.mark.parametrize(
    ("known", "lines", "returned", "becomes"),
    [
        ("unfulfilled", [Units(2, cancelled=1)], 0, "unfulfilled"),
        ("packed", [Units(2, cancelled=1)], 0, "packed"),
        ("packed", [Units(2, cancelled=2)], 0, "cancelled"),
        ("part", [Units(2, shipped=1, cancelled=1)], 0, "shipped"),
        ("part", [Units(2, shipped=1, cancelled=1)], 1, "returned"),
        ("part", [Units(2, shipped=1)], 1, "part"),
        ("shipped", [Units(2, shipped=2)], 1, "shipped"),
        ("delivered", [Units(2, shipped=2)], 2, "returned"),
        ("delivered", [Units(2, shipped=2)], 1, "delivered"),
    ],
)
def test_how_far_an_order_is_after_units_were_canceled_or_came_back(known, lines, returned, becomes):
    assert progress_after(FulfilmentState(known), lines, returned=returned).value == becomes
