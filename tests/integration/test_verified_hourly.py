"""The worker checks the books every hour, and whoever breaks them is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.ops.verify import verify
from store.ops.verifying import Verifying
from store.payments.refunds.rules import Wish
from tests.integration.refunding import refund
from tests.relay import answers


@pytest.fixture
def verifying(shop):
    return Verifying(shop.db, shop.clock)


def test_broken_books_are_one_matter_that_names_what_does_not_hold_and_closes_when_it_holds_again(shop, verifying):
    tee = shop.make_item()
    shop.buy(tee)
    shop.write("UPDATE stock_level SET on_hand = on_hand + 1 WHERE variant_id = :id", id=tee)
    verifying.verify()
    verifying.verify()
    assert shop.attention() == ["books_broken"]
    (breach,) = verify(shop.db)
    assert shop.value("SELECT sentence FROM attention") == (
        f"This does not hold: {breach.invariant}. Run flask verify, which names the rows."
    )
    shop.write("UPDATE stock_level SET on_hand = on_hand - 1 WHERE variant_id = :id", id=tee)
    verifying.verify()
    assert shop.attention() == []


def test_a_matter_that_somebody_closed_is_raised_again_while_the_books_are_broken(shop, verifying):
    tee = shop.make_item()
    shop.write("UPDATE stock_level SET on_hand = on_hand + 1 WHERE variant_id = :id", id=tee)
    verifying.verify()
    shop.write("UPDATE attention SET closed_at = opened_at, closed_by = 'member:1'")
    verifying.verify()
    assert shop.attention() == ["books_broken"]
    shop.write("UPDATE stock_level SET on_hand = on_hand - 1 WHERE variant_id = :id", id=tee)


def test_the_worker_does_it_by_the_clock(shop):
    shop.worker.drain()
    assert shop.rows("SELECT state FROM job WHERE kind = 'verify'") == [("done",)]


def test_a_refund_that_stripe_has_not_answered_for_an_hour_must_stand_before_staff(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    shop.buy(shop.make_item())
    relay.tricks["POST", "/v1/refunds"] = answers(500, Stripe_Should_Retry="false")
    refund(shop, shop.value('SELECT number FROM "order"'), Wish(amount=1000))
    now = shop.clock()
    assert verify(shop.db, now + timedelta(minutes=59)) == []
    (breach,) = verify(shop.db, now + timedelta(minutes=61))
    assert breach.invariant == "a refund of which Stripe has said nothing for an hour stands before staff"
    assert [row["state"] for row in breach.rows] == ["sent"]
