import itertools
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from store.payments.disputes.joining import Doubt, Told, rank, waits_for_us

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
RANKED = [
    "a word of 2031",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
    "prevented",
    "lost",
    "won",
]


def newest(told):
    return reduce(lambda known, said: said if said.is_newer_than(known) else known, told)


def test_words_rank_as_a_dispute_goes_on():
    assert sorted(sorted(RANKED), key=rank) == RANKED
    assert len({rank(status) for status in RANKED}) == len(RANKED)


def test_the_later_word_counts_whatever_it_says():
    for first, second in itertools.permutations(RANKED, 2):
        told = [Told(first, NOON + timedelta(seconds=1), "evt_a"), Told(second, NOON, "evt_z")]
        assert newest(told) == newest(told[::-1]) == told[0]


def test_within_one_second_the_further_word_counts():
    told = [Told(status, NOON, f"evt_{99 - place}") for place, status in enumerate(RANKED)]
    for pair in itertools.permutations(told, 2):
        assert newest(pair) is max(pair, key=lambda one: rank(one.status))


def test_of_the_same_word_in_the_same_second_the_greater_id_counts_and_a_repeat_is_nothing_new():
    one, other = Told("lost", NOON, "evt_a"), Told("lost", NOON, "evt_b")
    assert newest([one, other]) == newest([other, one]) == other
    assert not one.is_newer_than(one)


def test_in_every_order_the_same_word_is_the_last():
    told = [Told("needs_response", NOON, "evt_1"), Told("needs_response", NOON, "evt_2"),
            Told("under_review", NOON + timedelta(days=1), "evt_3"), Told("won", NOON + timedelta(days=9), "evt_4"),
            Told("a word of 2031", NOON + timedelta(days=9), "read")]  # fmt: skip
    assert {newest(order).status for order in itertools.permutations(told)} == {"won"}


@pytest.mark.parametrize(
    ("status", "waits"), [(one, "needs_response" in one or one == "a word of 2031") for one in RANKED]
)
def test_the_bank_waits_for_our_answer(status, waits):
    assert waits_for_us(status) is waits


def test_a_doubt_that_has_ended_stays_so_and_its_last_word_is_kept():
    told = [
        Doubt(True, "rule", NOON),
        Doubt(True, "manual", NOON + timedelta(hours=3)),
        Doubt(False, "approved", NOON + timedelta(hours=1)),
        Doubt(False, "refunded", NOON + timedelta(hours=2)),
    ]
    ends = {reduce(Doubt.joined_with, order) for order in itertools.permutations(told)}
    assert ends == {told[3]}
    assert {reduce(Doubt.joined_with, order) for order in itertools.permutations(told[:2])} == {told[1]}


def test_a_doubt_told_again_is_the_same():
    doubt = Doubt(True, "rule", NOON)
    assert doubt.joined_with(doubt) == doubt
