"""Rule 23: how facts about a refund join, whoever comes first."""

import itertools

import pytest

from store.payments.refunds.rules import (
    ACCEPTED,
    COUNTED,
    FALLEN_THROUGH,
    UNKNOWN,
    RefundOrigin,
    RefundState,
    join,
)

LADDER = [
    ["reserved"], ["sent"], ["pending", "requires_action"], ["succeeded"], ["failed", "canceled"]
]  # fmt: skip
"""Rule 23, from least to most; a list of two is one rank."""
RANKS = {state: rank for rank, states in enumerate(LADDER) for state in states}
TOLD = [state for states in LADDER for state in states]


@pytest.mark.parametrize(("known", "said"), list(itertools.product(TOLD, TOLD)))
def test_of_two_states_the_further_one_stays_whoever_comes_first(known, said):
    if RANKS[known] != RANKS[said]:
        further = max(known, said, key=RANKS.__getitem__)
        for times in ((1, 2), (2, 1), (1, 1), (None, 1)):
            assert join(RefundState(known), times[0], RefundState(said), times[1]) == further


@pytest.mark.parametrize("state", TOLD)
def test_the_same_state_again_changes_nothing(state):
    for times in ((1, 2), (2, 1), (1, 1), (None, 1)):
        assert join(RefundState(state), times[0], RefundState(state), times[1]) == state


@pytest.mark.parametrize("order", list(itertools.permutations(["pending", "requires_action"])))
def test_pending_and_waiting_for_the_buyer_are_told_apart_by_stripe_s_time(order):
    known, said = map(RefundState, order)
    assert join(known, 1, said, 2) == said
    assert join(known, 2, said, 1) == known
    assert join(known, None, said, 1) == RefundState.REQUIRES_ACTION
    assert join(known, 1, said, 1) == RefundState.REQUIRES_ACTION


@pytest.mark.parametrize("order", list(itertools.permutations(["failed", "canceled"])))
@pytest.mark.parametrize("times", [(1, 2), (2, 1), (1, 1), (None, 1)])
def test_failed_beats_canceled_at_any_time(order, times):
    known, said = map(RefundState, order)
    assert join(known, times[0], said, times[1]) == RefundState.FAILED


def test_facts_join_to_the_same_state_in_any_order():
    facts = [(RefundState(state), at) for at, state in enumerate(["pending", "requires_action", "pending", "failed"])]
    for size in range(1, len(facts) + 1):
        for some in itertools.combinations(facts, size):
            ends = set()
            for order in itertools.permutations(some):
                state, at = RefundState.SENT, None
                for said, said_at in order:
                    state, at = join(state, at, said, said_at), max(at or 0, said_at)
                ends.add(state)
            assert len(ends) == 1, some


def test_states_and_origins_are_stored_under_these_words():
    stored = "reserved sent pending requires_action succeeded failed canceled rejected"
    assert " ".join(RefundState) == stored
    assert " ".join(RefundOrigin) == "staff automatic dashboard"


def test_each_state_takes_money_or_has_come_to_nothing():
    assert UNKNOWN | ACCEPTED == COUNTED
    assert frozenset(RefundState) - COUNTED == FALLEN_THROUGH | {RefundState.REJECTED}
