"""Closed days: their sums are those of their postings, whatever is booked later with their date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from store.payments.ledger.booking import book
from store.payments.ledger.closing import Closing, close_next, midnight
from store.payments.ledger.reports import sums_until

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def sell(shop, number, at, amount=100, currency="usd", now=NOW):
    postings = {"stripe_clearing": amount, "sales": -amount}
    shop.db.run(lambda session: book(session, "sale", "test", str(number), currency, postings, at, now))


def close(shop, now=NOW):
    Closing(shop.db, lambda: now).close_days()


def closed(shop):
    return [
        (str(day)[:10], currency, account, debit, credit)
        for day, currency, account, debit, credit in shop.rows(
            "SELECT starts_at, currency, account, debits, credits FROM ledger_day ORDER BY 1, 2, 3"
        )
    ]


def test_a_day_begins_at_midnight_in_utc():
    assert midnight(datetime.fromisoformat("2026-11-24T20:00-05:00")) == datetime(2026, 11, 25, tzinfo=UTC)


def test_days_are_closed_three_days_after_their_end(shop):
    sell(shop, 1, days_ago(5))
    sell(shop, 2, days_ago(5), amount=-30)
    sell(shop, 3, days_ago(5), currency="jpy")
    sell(shop, 4, days_ago(4))
    sell(shop, 5, days_ago(3))
    close(shop)
    assert closed(shop) == [
        ("2026-11-19", "jpy", "sales", 0, 100),
        ("2026-11-19", "jpy", "stripe_clearing", 100, 0),
        ("2026-11-19", "usd", "sales", 30, 100),
        ("2026-11-19", "usd", "stripe_clearing", 100, 30),
        ("2026-11-20", "usd", "sales", 0, 100),
        ("2026-11-20", "usd", "stripe_clearing", 100, 0),
    ]


def test_closing_twice_is_closing_once(shop):
    sell(shop, 1, days_ago(5))
    close(shop)
    before = closed(shop)
    close(shop)
    close(shop, NOW + timedelta(days=1))
    assert closed(shop) == before


def test_what_is_booked_late_is_added_to_its_closed_day(shop):
    sell(shop, 1, days_ago(5))
    close(shop)
    sell(shop, 2, days_ago(5), amount=7)
    sell(shop, 2, days_ago(5), amount=7)  # the same again is no second booking
    sell(shop, 3, days_ago(9), amount=5)
    sell(shop, 4, days_ago(2), amount=3)  # late, and not closed
    assert closed(shop) == [
        ("2026-11-15", "usd", "sales", 0, 5),
        ("2026-11-15", "usd", "stripe_clearing", 5, 0),
        ("2026-11-19", "usd", "sales", 0, 107),
        ("2026-11-19", "usd", "stripe_clearing", 107, 0),
    ]


def test_what_is_booked_late_before_any_day_was_closed_is_counted_when_it_is(shop):
    sell(shop, 1, days_ago(9))
    assert closed(shop) == []
    close(shop)
    assert [row[-2:] for row in closed(shop)] == [(0, 100), (100, 0)]


@pytest.mark.parametrize("moment", [days_ago(9), days_ago(5), days_ago(4.3), days_ago(2), NOW])
def test_a_sum_is_the_same_before_and_after_closing(shop, moment):
    for number in range(24):
        sell(shop, number, days_ago(number / 3), amount=number + 1)
    with shop.db.reader() as reader:
        before = sums_until(reader, moment)
    close(shop)
    with shop.db.reader() as reader:
        assert sums_until(reader, moment) == before
    expected = sum(number + 1 for number in range(24) if days_ago(number / 3) < moment)
    assert before.get(("usd", "sales"), (0, 0)) == (0, expected)


def test_booked_late_while_days_are_being_closed_nothing_is_counted_twice_or_never(shop):
    for number in range(6):
        sell(shop, number, days_ago(10 - number))
    start = Barrier(3)

    def closing():
        start.wait()
        close(shop)

    def late(first):
        start.wait()
        for number in range(first, first + 12):
            sell(shop, number, days_ago(10 - number % 6), amount=9)

    racers = [Thread(target=closing), Thread(target=late, args=(100,)), Thread(target=late, args=(200,))]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    summed = shop.value("SELECT SUM(debits) FROM ledger_day WHERE account = 'stripe_clearing'")
    assert summed == 6 * 100 + 24 * 9


def test_one_step_closes_one_day_or_passes_over_the_empty_ones(shop):
    sell(shop, 1, days_ago(8))
    sell(shop, 2, days_ago(5))
    steps = [shop.db.run(lambda session: close_next(session, NOW)) for _ in range(4)]
    assert steps == [True, True, False, False]
