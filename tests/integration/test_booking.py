"""Booking: balanced, once for what caused it, and never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import DBAPIError

from store.payments.ledger.accounts import CLEARING, FEES, REFUNDS, SALES
from store.payments.ledger.booking import book
from store.payments.ledger.models import JournalEntry

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


def written(shop, postings, kind="refund", source_id="re_1", currency="usd"):
    return shop.db.run(lambda session: book(session, kind, "refund", source_id, currency, postings, MONDAY, TUESDAY))


def entries(shop):
    return shop.rows("SELECT kind, source_type, source_id, currency FROM journal_entry ORDER BY id")


def postings(shop):
    return shop.rows("SELECT account, amount FROM posting ORDER BY id")


def test_an_entry_is_written_with_its_postings_and_both_of_its_dates(shop):
    assert written(shop, {REFUNDS: 500, CLEARING: -500}) is True
    assert entries(shop) == [("refund", "refund", "re_1", "usd")]
    assert postings(shop) == [("refunds", 500), ("stripe_clearing", -500)]
    with shop.db.reader() as reader:
        entry = reader.query(JournalEntry).one()
        assert (entry.booked_at, entry.created_at) == (MONDAY, TUESDAY)


def test_the_same_thing_is_booked_once_and_the_first_booking_stays(shop):
    assert written(shop, {REFUNDS: 500, CLEARING: -500}) is True
    assert written(shop, {REFUNDS: 900, CLEARING: -900}) is False
    assert postings(shop) == [("refunds", 500), ("stripe_clearing", -500)]


def test_another_kind_for_the_same_thing_is_another_entry(shop):
    assert written(shop, {REFUNDS: 500, CLEARING: -500}) is True
    assert written(shop, {CLEARING: 500, REFUNDS: -500}, kind="refund_failed") is True
    assert [kind for kind, *_ in entries(shop)] == ["refund", "refund_failed"]


def test_what_does_not_balance_is_refused_and_nothing_is_written(shop):
    with pytest.raises(ValueError, match="do not balance"):
        written(shop, {REFUNDS: 500, CLEARING: -499})
    assert entries(shop) == []


def test_an_entry_must_name_what_caused_it(shop):
    with pytest.raises(ValueError, match="must name what caused it"):
        written(shop, {REFUNDS: 500, CLEARING: -500}, source_id="")
    assert entries(shop) == []


def test_zeros_are_left_out_and_nothing_but_zeros_is_no_entry(shop):
    assert written(shop, {SALES: -500, FEES: 0, CLEARING: 500}) is True
    assert postings(shop) == [("sales", -500), ("stripe_clearing", 500)]
    assert written(shop, {SALES: 0, CLEARING: 0}, source_id="re_2") is False
    assert len(entries(shop)) == 1


def test_booked_by_four_at_once_it_is_booked_once(shop):
    start, outcomes = Barrier(4), []

    def race():
        start.wait()
        outcomes.append(written(shop, {REFUNDS: 500, CLEARING: -500}))

    racers = [Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == [False, False, False, True]
    assert postings(shop) == [("refunds", 500), ("stripe_clearing", -500)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET currency = 'eur'",
        "DELETE FROM journal_entry",
        "UPDATE posting SET amount = 1",
        "DELETE FROM posting",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_booked(shop, statement):
    written(shop, {REFUNDS: 500, CLEARING: -500})
    with pytest.raises(DBAPIError, match="append-only"):
        shop.write(statement)
    assert postings(shop) == [("refunds", 500), ("stripe_clearing", -500)]
