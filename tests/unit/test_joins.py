"""Facts may come twice and in any order: so joining is commutative, associative and idempotent, tried on all states."""

import itertools

import pytest

from store.payments.joins import contradict, join_payment, join_session
from store.payments.models import PaymentStage, SessionState

JOINS = [(join_session, SessionState), (join_payment, PaymentStage)]
SAID = {SessionState.OPEN, SessionState.EXPIRED, SessionState.COMPLETE}
"""What Stripe says of a session; `creating` and `never_created` are known only to us."""


@pytest.mark.parametrize(("join", "states"), JOINS)
def test_a_fact_told_twice_changes_nothing(join, states):
    for state in states:
        assert join(state, state) is state


@pytest.mark.parametrize(("join", "states"), [(join_session, SAID), (join_payment, set(PaymentStage))])
def test_two_facts_mean_the_same_in_either_order(join, states):
    for one, other in itertools.product(states, repeat=2):
        assert join(one, other) is join(other, one)


@pytest.mark.parametrize(("join", "states"), JOINS)
def test_facts_end_the_same_in_every_order_from_wherever_we_stood(join, states):
    said = [state for state in states if state in SAID or states is PaymentStage]
    for known, one, other in itertools.product(states, said, said):
        assert join(join(known, one), other) is join(join(known, other), one)


@pytest.mark.parametrize(("join", "states"), JOINS)
def test_how_facts_are_grouped_makes_no_difference(join, states):
    for one, two, three in itertools.product(states, repeat=3):
        assert join(join(one, two), three) is join(one, join(two, three))


def test_complete_beats_expired_because_there_may_be_money_in_it():
    for pair in itertools.permutations([SessionState.COMPLETE, SessionState.EXPIRED]):
        assert join_session(*pair) is SessionState.COMPLETE
        assert contradict(*pair) is True


def test_only_complete_and_expired_contradict_each_other():
    pairs = [pair for pair in itertools.product(SessionState, repeat=2) if contradict(*pair)]
    assert len(pairs) == 2


def test_an_ended_session_never_opens_again():
    for ended in (SessionState.COMPLETE, SessionState.EXPIRED):
        assert join_session(ended, SessionState.OPEN) is ended


@pytest.mark.parametrize("ours", [SessionState.CREATING, SessionState.NEVER_CREATED])
@pytest.mark.parametrize("said", sorted(SAID))
def test_what_only_we_know_of_a_session_gives_way_to_anything_stripe_says(ours, said):
    assert join_session(ours, said) is said
    assert join_session(said, ours) is said


def test_an_attempt_that_was_being_made_may_turn_out_never_to_have_been():
    assert join_session(SessionState.CREATING, SessionState.NEVER_CREATED) is SessionState.NEVER_CREATED


def test_paid_is_the_last_word():
    for stage in PaymentStage:
        assert join_payment(PaymentStage.PAID, stage) is PaymentStage.PAID
    assert [stage.value for stage in PaymentStage] == ["unknown", "open", "processing", "failed", "paid"]
