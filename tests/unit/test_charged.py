"""A `was` price is one that was really charged in the last 30 days, while the item was on sale."""

from datetime import UTC, datetime, timedelta

from store.catalog.charged import was_charged

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
TWICE = [(MONDAY, 4800), (MONDAY + 2 * DAY, 4200)]


def test_a_price_that_was_asked_for_counts():
    assert was_charged(TWICE, 4800, MONDAY, MONDAY + 3 * DAY)
    assert was_charged(TWICE, 4200, MONDAY, MONDAY + 3 * DAY)


def test_a_price_nobody_asked_for_does_not():
    assert not was_charged(TWICE, 6000, MONDAY, MONDAY + 3 * DAY)
    assert not was_charged([], 4800, MONDAY, MONDAY)


def test_a_price_from_before_it_was_on_sale_does_not():
    assert not was_charged(TWICE, 4800, MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    assert not was_charged(TWICE, 4800, MONDAY + 9 * DAY, MONDAY + 3 * DAY)
    assert not was_charged(TWICE, 4800, None, MONDAY + 3 * DAY)


def test_a_price_is_told_of_for_30_days_after_it_was_the_price_and_not_a_moment_longer():
    lowered = MONDAY + 2 * DAY
    assert was_charged(TWICE, 4800, MONDAY, lowered + 30 * DAY - timedelta(seconds=1))
    assert not was_charged(TWICE, 4800, MONDAY, lowered + 30 * DAY)
    assert not was_charged(TWICE, 4800, MONDAY, lowered + 31 * DAY)
    assert was_charged(TWICE, 4200, MONDAY, lowered + 400 * DAY)
