import itertools

import pytest

from store.orders.lifecycle import HOLDING, CheckoutState, ForbiddenStep, checkout_step

ALLOWED = {
    "open": {"open", "awaiting_payment", "quarantined", "paid", "expired", "cancelled"},
    "awaiting_payment": {"awaiting_payment", "quarantined", "paid", "expired", "cancelled"},
    "quarantined": {"paid", "cancelled"},
    "expired": {"paid"},
    "cancelled": {"paid"},
    "paid": set(),
}


@pytest.mark.parametrize(("now", "to"), [*itertools.product(CheckoutState, repeat=2)])
def test_a_checkout_takes_the_steps_of_its_life_and_no_other(now, to):
    if to.value in ALLOWED[now.value]:
        assert checkout_step(now, to) is to
    else:
        with pytest.raises(ForbiddenStep, match=f"a checkout that is {now} cannot become {to}"):
            checkout_step(now, to)


def test_every_state_has_its_steps_written_down():
    assert set(ALLOWED) == {state.value for state in CheckoutState}


def test_a_paid_checkout_stays_paid():
    for to in CheckoutState:
        with pytest.raises(ForbiddenStep):
            checkout_step(CheckoutState.PAID, to)


def test_things_are_held_exactly_while_a_checkout_may_still_be_paid_without_holding_again():
    assert {state.value for state in HOLDING} == {"open", "awaiting_payment", "quarantined"}


def test_what_was_given_back_is_never_held_again_but_by_being_paid():
    for ended in (CheckoutState.EXPIRED, CheckoutState.CANCELLED):
        for to in HOLDING:
            with pytest.raises(ForbiddenStep):
                checkout_step(ended, to)
