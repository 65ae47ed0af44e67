import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.errors import Conflict, Invalid, StoreError
from store.stock.levels import MOST_AT_ONCE, MOST_ON_SHELF, Level, Promise, adjust, count, named, receive, uncovered

units = st.integers(0, 500)


@st.composite
def levels(draw):
    """Any level the database lets be: nothing is promised that is not there, counted short or to be ordered."""
    on_hand, reserved, backorder_limit = draw(units), draw(units), draw(st.sampled_from([0, 0, 20]))
    missing = max(reserved - on_hand - backorder_limit, 0)
    return Level(on_hand, reserved, short=missing, backorder_limit=backorder_limit)


def refused(kind, change, *args):
    with pytest.raises(kind) as refusal:
        change(*args)
    return refusal.value


def test_a_delivery_is_put_on_the_shelf():
    assert receive(Level(3, 2), 10) == Level(13, 2)
    assert receive(Level(0, 0), MOST_AT_ONCE) == Level(MOST_AT_ONCE, 0)


@pytest.mark.parametrize("quantity", [0, -1, MOST_AT_ONCE + 1, 2**63])
def test_a_delivery_has_between_one_unit_and_a_hundred_thousand(quantity):
    refusal = refused(Invalid, receive, Level(3, 2), quantity)
    assert refusal.fields == {"quantity": ["A whole number from 1 to 100000, please."]}


def test_a_shelf_holds_a_million_at_most():
    full = Level(MOST_ON_SHELF - 1, 0)
    assert receive(full, 1).on_hand == MOST_ON_SHELF
    for change in (receive, adjust):
        refusal = refused(Invalid, change, full, 2)
        assert refusal.fields == {"quantity": ["That would be more than 1000000 on one shelf. Check the number."]}
    assert count(full, MOST_ON_SHELF, MOST_ON_SHELF - 1) == Level(1_000_000, 0)


def test_an_adjustment_goes_both_ways():
    assert adjust(Level(10, 4), -6) == Level(4, 4)
    assert adjust(Level(10, 4), 6) == Level(16, 4)


@pytest.mark.parametrize("change", [0, MOST_AT_ONCE + 1, -MOST_AT_ONCE - 1])
def test_an_adjustment_by_nothing_or_by_too_much_is_refused(change):
    assert list(refused(Invalid, adjust, Level(10, 4), change).fields) == ["quantity"]


def test_nothing_is_taken_that_is_not_there():
    assert str(refused(Conflict, adjust, Level(3, 0), -4)) == (
        "Only 3 are on the shelf, so 4 cannot be taken from it."
    )  # fmt: skip


def test_nothing_is_taken_that_is_promised_and_the_refusal_says_how_many_are():
    assert str(refused(Conflict, adjust, Level(10, 4), -7)) == (
        "4 are promised to buyers and 10 are on the shelf, so at most 6 can be taken from it."
        " If there are fewer than that, count them."
    )
    assert "so at most 1 can be taken from it" in str(refused(Conflict, adjust, Level(5, 4), -2))
    assert "so none can be taken from it" in str(refused(Conflict, adjust, Level(4, 4), -1))
    assert "so none can be taken from it" in str(refused(Conflict, adjust, Level(4, 6, short=2), -1))


def test_what_may_be_ordered_later_may_be_missing_from_the_shelf():
    preorder = Level(2, 4, backorder_limit=5)
    assert (preorder.available, preorder.missing) == (3, 0)
    assert adjust(preorder, -2) == Level(0, 4, backorder_limit=5)


def test_a_count_is_believed():
    assert count(Level(10, 4), 7, 10) == Level(7, 4)
    assert count(Level(10, 4), 12, 10) == Level(12, 4)
    assert count(Level(10, 4), 10, 10) == Level(10, 4)


def test_a_count_below_what_is_promised_is_stored_with_how_far_below_it_is():
    assert count(Level(10, 4), 1, 10) == Level(1, 4, short=3)
    assert count(Level(1, 4, short=3), 0, 1) == Level(0, 4, short=4)
    assert count(Level(1, 4, short=3), 4, 1) == Level(4, 4, short=0)


def test_a_count_of_another_shelf_than_there_is_now_is_refused():
    refusal = refused(Conflict, count, Level(10, 4), 10, 12)
    assert str(refusal) == (
        "The page said 12 on hand, and by now there should be 10. Please count once more."
    )  # fmt: skip


@pytest.mark.parametrize("found", [-1, MOST_ON_SHELF + 1])
def test_a_count_finds_between_nothing_and_a_million(found):
    assert list(refused(Invalid, count, Level(10, 4), found, 10).fields) == ["found"]


def test_a_shortage_shrinks_first_when_units_arrive():
    short = Level(1, 4, short=3)
    assert receive(short, 2) == Level(3, 4, short=1)
    assert receive(short, 3) == Level(4, 4, short=0)
    assert adjust(short, 5) == Level(6, 4, short=0)


def test_what_is_found_is_put_on_the_shelf_even_while_more_is_missing():
    assert adjust(Level(1, 6, short=5), 2) == Level(3, 6, short=3)


def test_a_shortage_shrinks_when_what_was_promised_is_given_back():
    assert dataclasses.replace(Level(1, 4, short=3), reserved=2).settled() == Level(1, 2, short=1)
    assert dataclasses.replace(Level(1, 4, short=3), reserved=0).settled() == Level(1, 0, short=0)


def test_whoever_was_promised_first_is_served_first():
    ana, ben, cleo = Promise("NM-ANA", 2), Promise("NM-BEN", 2), Promise(None, 1)
    assert uncovered([ana, ben, cleo], 5) == []
    assert uncovered([ana, ben, cleo], 4) == [cleo]
    assert uncovered([ana, ben, cleo], 3) == [ben, cleo]
    assert uncovered([ana, ben, cleo], 0) == [ana, ben, cleo]


def orders(count):
    return [Promise(f"NM-{number}", 1) for number in range(1, count + 1)]


def test_orders_without_cover_are_named_and_unpaid_checkouts_are_counted():
    assert named([]) == ""
    assert named([Promise("NM-BEN", 2), Promise("NM-CLEO", 1)]) == "NM-BEN, NM-CLEO"
    assert named([Promise(None, 3)]) == "1 unpaid checkout"
    assert named([Promise(None, 1), Promise("NM-BEN", 2), Promise(None, 1)]) == "NM-BEN, 2 unpaid checkouts"


def test_of_very_many_orders_the_first_twenty_are_named():
    twenty = ", ".join(f"NM-{number}" for number in range(1, 21))
    assert named(orders(20)) == twenty
    assert named(orders(22)) == f"{twenty}, 2 more orders"
    assert named([*orders(23), Promise(None, 1)]) == f"{twenty}, 3 more orders, 1 unpaid checkout"


def holds_together(level):
    return level.on_hand >= 0 and level.reserved <= level.on_hand + level.short + level.backorder_limit


changes = st.one_of(
    st.tuples(st.just(receive), st.integers(-5, 600)),
    st.tuples(st.just(adjust), st.integers(-600, 600)),
    st.tuples(st.just(count), st.integers(-5, 600)),
)


@given(levels(), changes)
def test_whatever_is_done_to_a_level_no_more_is_promised_than_it_says(level, change):
    what, number = change
    try:
        after = what(level, number, level.on_hand) if what is count else what(level, number)
    except StoreError:
        return
    assert holds_together(after)
    assert after.short == after.missing
    assert (after.reserved, after.backorder_limit) == (level.reserved, level.backorder_limit)
    assert after.on_hand == (number if what is count else level.on_hand + number)
    if what is not count:
        assert after.short <= level.short  # only a count finds a shortage


@given(levels(), st.integers(1, 600))
def test_an_adjustment_never_takes_what_is_promised(level, taken):
    assume(level.short == 0)
    try:
        assert adjust(level, -taken).available == level.available - taken >= 0
    except Conflict:
        assert taken > level.available or taken > level.on_hand


@given(levels(), st.integers(0, 500))
def test_a_shortage_never_grows_by_itself(level, given_back):
    after = dataclasses.replace(level, reserved=max(level.reserved - given_back, 0)).settled()
    assert holds_together(after)
    assert after.short == after.missing <= level.short


@given(st.lists(st.builds(Promise, st.text(max_size=3), st.integers(1, 9)), max_size=9), units)
def test_those_who_are_covered_come_first_and_no_more_can_be(promises, there):
    broken = uncovered(promises, there)
    kept = promises[: len(promises) - len(broken)]
    assert kept + broken == promises
    assert sum(promise.quantity for promise in kept) <= there
    assert not broken or sum(promise.quantity for promise in [*kept, broken[0]]) > there
