"""How far our clock is from Stripe's, by the dates of its answers (rule 4)."""

from datetime import UTC, datetime, timedelta

import pytest

from store.payments.skew import ALARM, UNSAFE, moment_of, skew

ASKED = datetime(2026, 11, 24, 12, 0, 0, 400_000, tzinfo=UTC)
ANSWERED = ASKED + timedelta(seconds=2)


def dated(seconds):
    return f"Tue, 24 Nov 2026 12:{seconds // 60:02}:{seconds % 60:02} GMT"


@pytest.mark.parametrize("seconds", [0, 1, 2])
def test_a_date_between_question_and_answer_is_no_skew(seconds):
    assert skew(dated(seconds), ASKED, ANSWERED) == timedelta()


def test_what_lies_after_the_answer_is_stripe_ahead():
    assert skew(dated(42), ASKED, ANSWERED) == timedelta(seconds=39, milliseconds=600)


def test_what_lies_before_the_question_is_stripe_behind():
    assert skew("Tue, 24 Nov 2026 11:59:00 GMT", ASKED, ANSWERED) == timedelta(seconds=-59, milliseconds=-400)


def test_a_date_is_read_in_its_zone_and_without_one_in_utc():
    assert skew("Tue, 24 Nov 2026 14:00:01 +0200", ASKED, ANSWERED) == timedelta()
    for nowhere in ("Tue, 24 Nov 2026 12:00:42", "Tue, 24 Nov 2026 12:00:42 -0000"):
        assert skew(nowhere, ASKED, ANSWERED) == timedelta(seconds=39, milliseconds=600)
    assert moment_of("Tue, 24 Nov 2026 12:00:42") == datetime(2026, 11, 24, 12, 0, 42, tzinfo=UTC)


def test_staff_are_told_from_half_a_minute_on_and_from_two_no_money_should_be_taken():
    assert [limit.total_seconds() for limit in (ALARM, UNSAFE)] == [30, 120]


def test_a_slow_answer_alone_is_no_skew():
    assert skew(dated(0), ASKED, ASKED + timedelta(minutes=3)) == timedelta()


@pytest.mark.parametrize("text", ["", "soon", "Tue, 99 Nov 2026 12:00:00 GMT", "1732449600", "Tue, 24 Nov 99999 12:00"])
def test_what_is_no_date_says_nothing(text):
    assert skew(text, ASKED, ANSWERED) is None
