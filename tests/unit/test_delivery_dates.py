"""Days are counted as the packing table counts them: Monday to Friday."""

from datetime import date, timedelta

import pytest

from store.pricing.delivery_dates import Expected, add_working_days, expect, on_the_way

MONDAY = date(2026, 11, 23)
FRIDAY, SATURDAY, SUNDAY = (MONDAY + timedelta(days=more) for more in (4, 5, 6))


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 2, date(2026, 11, 25)),
        (FRIDAY, 1, date(2026, 11, 30)),
        (FRIDAY, 2, date(2026, 12, 1)),
        (SATURDAY, 1, date(2026, 11, 30)),
        (SUNDAY, 2, date(2026, 12, 1)),
        (MONDAY, 10, date(2026, 12, 7)),
    ],
)
def test_weekends_are_skipped(day, count, then):
    assert add_working_days(day, count) == then


def test_no_day_it_names_is_a_weekend():
    for more in range(21):
        told = expect(MONDAY + timedelta(days=more), 2, (3, 5))
        assert all(day.weekday() < 5 for day in (told.packed_by, told.first, told.last))
        assert told.packed_by < told.last
        assert told.first <= told.last


def test_an_order_of_monday_is_packed_by_wednesday_and_there_from_friday():
    assert expect(MONDAY, 2, (3, 5)) == Expected(date(2026, 11, 25), date(2026, 11, 27), date(2026, 12, 2))


def test_where_the_way_is_not_known_only_the_packing_is_told():
    assert expect(MONDAY, 2, None) == Expected(date(2026, 11, 25), None, None)


def test_a_parcel_that_has_left_counts_from_that_day():
    assert on_the_way(FRIDAY, (3, 5)) == Expected(FRIDAY, date(2026, 12, 2), date(2026, 12, 4))
