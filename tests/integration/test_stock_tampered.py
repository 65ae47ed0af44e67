"""Whoever writes into the database past the shop is named by `verify`. On both databases."""

import pytest

from tests.integration.stocking import Deeds, buy
from tests.shop import Shop

MOVED = (
    "INSERT INTO stock_movement (variant_id, kind, quantity, reason, actor, created_at)"
    " VALUES (:id, :kind, :n, 'x', :who, CURRENT_TIMESTAMP)"
)


@pytest.fixture
def shop(database_url, sandbox, tmp_path):
    """Its books may be wrong when the test ends."""
    shop = Shop(database_url, sandbox.url, tmp_path)
    shop.open_zones()
    yield shop
    shop.close()


def broken(shop):
    return [breach.invariant for breach in shop.breaches()]


def test_a_level_that_was_changed(shop):
    tee = shop.make_item(units=5)
    shop.write("UPDATE stock_level SET on_hand = 4 WHERE variant_id = :id", id=tee)
    assert broken(shop) == ["on_hand is the sum of its movements"]


def test_a_level_that_was_changed_with_a_movement_to_explain_it(shop):
    tee = shop.make_item(units=5)
    Deeds(shop).receive(tee, 5)
    assert broken(shop) == []
    shop.write("UPDATE stock_level SET on_hand = 7 WHERE variant_id = :id", id=tee)
    shop.write(MOVED, id=tee, kind="adjust", n=-3, who="member:1")
    assert broken(shop) == ["whatever staff moved stands in the history, as often as it was moved"]


def test_a_shortage_that_no_count_has_found(shop):
    tee = shop.make_item(units=5)
    shop.write("UPDATE stock_level SET short = 2 WHERE variant_id = :id", id=tee)
    assert broken(shop) == [
        "short is what a count found missing, and no more than is missing still",
        "what is short stands, or stood, open before staff",
    ]


def test_a_shortage_that_was_made_larger_or_hidden_from_staff(shop):
    tee = shop.make_item(units=5)
    buy(shop, tee, "ana@example.com", quantity=5)
    Deeds(shop).count(tee, 3, 5)
    assert broken(shop) == []
    shop.write("UPDATE stock_level SET short = 3 WHERE variant_id = :id", id=tee)
    assert broken(shop) == ["short is what a count found missing, and no more than is missing still"]
    shop.write("UPDATE stock_level SET short = 2 WHERE variant_id = :id", id=tee)
    shop.write("DELETE FROM attention")
    assert broken(shop) == ["what is short stands, or stood, open before staff"]
