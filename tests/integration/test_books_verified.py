"""What `verify` says of books that somebody has spoilt; each is put right again, for the fixture looks as well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.payments.ledger.booking import book
from store.payments.ledger.closing import Closing
from store.payments.ledger.service import Books

MOVEMENT = "a movement of Stripe's balance is its amount less its fee"
BOOKED = "every movement of Stripe's balance is booked once, at its net"
IS_ONE = "what is booked as a movement of Stripe's balance is one"
PAYOUT = "a payout whose contents are known is the sum of what left in it"
CLOSED = "the sums of closed days are those of their postings"
OWED = "what we owe buyers is money without an order, and refunds that came back, less what was sent of both"


@pytest.fixture
def kept(shop):
    """Books with something of each kind in them."""
    shop.buy(shop.make_item())
    shop.clock.advance(days=3)
    assert shop.account.control("POST", "payout", {}).ok
    Books(shop.payments).read_all()
    shop.clock.advance(days=3)
    Closing(shop.db, shop.clock).close_days()
    assert shop.value("SELECT COUNT(*) FROM ledger_day") > 0
    return shop


def broken(shop):
    return [breach.invariant for breach in shop.breaches()]


def test_books_that_are_right_are_passed_over_in_silence(kept):
    assert broken(kept) == []


@pytest.mark.parametrize(
    ("spoil", "mend", "said"),
    [
        ("balance_transaction SET fee = fee + 1", "balance_transaction SET fee = fee - 1", [MOVEMENT]),
        (
            "balance_transaction SET net = net + 1, amount = amount + 1 WHERE type = 'payout'",
            "balance_transaction SET net = net - 1, amount = amount - 1 WHERE type = 'payout'",
            [BOOKED],
        ),
        ("payout SET amount = amount + 1", "payout SET amount = amount - 1", [PAYOUT]),
        ("ledger_day SET debits = debits + 1", "ledger_day SET debits = debits - 1", [CLOSED]),
        ("ledger_day SET credits = credits + 1", "ledger_day SET credits = credits - 1", [CLOSED]),
    ],
)
def test_what_was_spoilt_is_named(kept, spoil, mend, said):
    kept.write(f"UPDATE {spoil}")
    assert broken(kept) == said
    kept.write(f"UPDATE {mend}")


def test_a_movement_that_was_forgotten_is_named(kept):
    rows = kept.rows("SELECT stripe_id FROM balance_transaction WHERE type = 'payout'")
    kept.write("UPDATE balance_transaction SET stripe_id = 'txn_hidden' WHERE type = 'payout'")
    assert broken(kept) == [BOOKED, IS_ONE]
    kept.write("UPDATE balance_transaction SET stripe_id = :was WHERE type = 'payout'", was=rows[0][0])


def test_a_debt_to_a_buyer_that_nothing_explains_is_named(kept):
    def owe(amount, source):
        payment, now = kept.value("SELECT id FROM payment"), kept.clock()
        postings = {"customer_liability": amount, "unexplained": -amount}
        kept.db.run(
            lambda session: book(session, "test", "test", source, "usd", postings, now, now, payment_id=payment)
        )

    owe(-100, "one")
    assert broken(kept) == [OWED]
    owe(100, "two")


def test_booked_late_the_closed_days_still_fit(kept):
    at, now = kept.clock() - timedelta(days=20), kept.clock()
    postings = {"bank": 5, "unexplained": -5}
    kept.db.run(lambda session: book(session, "test", "test", "late", "usd", postings, at, now))
    assert broken(kept) == []
