"""Which word was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.catalog.search.spelling import choices, distance, one_off, reach

LETTERS = st.text(alphabet="abcdeh", max_size=7)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("hoodie", "hoodie", 0), ("hodie", "hoodie", 1), ("hoddie", "hoodie", 1), ("hoodei", "hoodie", 1),
        ("hhoodie", "hoodie", 1),
        ("ohodie", "hoodie", 1), ("slpimtas", "slipmats", 2), ("", "ab", 2), ("abcd", "dcba", 3), ("tee", "hoodie", 3),
    ],
)  # fmt: skip
def test_slips_are_counted_with_letters_that_changed_places(one, other, slips):
    assert distance(one, other, 2) == distance(other, one, 2) == slips


@given(LETTERS, LETTERS)
def test_one_slip_is_what_one_slip_away_is(one, other):
    assert (distance(one, other, 1) == 1) == (other in one_off(one))


def test_a_short_word_is_not_guessed_at_and_a_long_one_may_be_twice_wrong():
    assert [reach("x" * length) for length in (1, 3, 4, 7, 8, 40)] == [0, 0, 1, 1, 2, 2]
    assert choices("tea", {"tee": 9}) == []
    assert choices("slapmtas", {"slipmats": 1}) == ["slipmats"]
    assert choices("hobbie", {"hoodie": 9}) == []


def test_the_nearest_comes_first_then_the_commonest_three_at_most():
    known = {"record": 1, "recorder": 5, "recordes": 2, "accorder": 9, "recordee": 2, "recorded": 5}
    assert choices("recorder", known) == ["recorded", "recordee", "recordes"]
