"""Stripe refuses, loses, delays or garbles a refund: it is made once, or not yet, and never twice (rules 23 and 24)."""

import pytest

from tests.faults.stripe_faults import Faults
from tests.integration.parcels import buy
from tests.integration.refunding import refund, refunds, unsent

REFUND = "POST /v1/refunds"
LASTING = [
    *({"do": do} for do in ("500", "503", "key_in_use", "lock_timeout", "cut_before", "cut_after", "cut_within")),
    {"do": "rate_limited", "retry_after": 60},
    {"do": "html"},
    {"do": "html", "status": 403},
    {"do": "truncated"},
]
MORE_THAN_A_DAY = 26


def at_stripe(shop):
    return [(one.amount, one.status) for one in shop.account.v1.refunds.list({"limit": 100}).data]


def ask_again(shop, **later):
    shop.clock.advance(**later or {"minutes": 5})
    shop.worker.drain()


def ends_once(shop, tee, orders=1):
    """Of each order one unit of two has gone back, once."""
    shop.deliver()
    ask_again(shop)
    assert at_stripe(shop) == [(3400, "succeeded")] * orders
    assert refunds(shop) == [("staff", "succeeded", 3400)] * orders
    assert shop.rows("SELECT refunded FROM payment") == [(3400,)] * orders
    assert shop.rows('SELECT payment_state FROM "order"') == [("part_refunded",)] * orders
    assert shop.level(tee) == (50, orders)
    assert shop.breaches() == []


@pytest.fixture
def tee(shop):
    return shop.make_item(price=3400, units=50)


def test_a_refund_whose_failure_passes_is_made_once_and_staff_never_know(shop, tee, faults):
    passing = ("500", "lock_timeout", "cut_before", "cut_after")
    for do in passing:
        number = buy(shop, tee, quantity=2)
        faults.clear()
        faults.call(REFUND, do, nth=1)
        refund(shop, number, unsent(shop, number, 1))
        assert (faults.struck(), refunds(shop)[-1]) == ([do], ("staff", "succeeded", 3400))
    ends_once(shop, tee, len(passing))


def test_a_refund_nobody_knows_of_keeps_its_money_aside_and_is_asked_about_until_it_is_known(shop, tee, faults):
    for fault in LASTING:
        number = buy(shop, tee, quantity=2)
        faults.call(REFUND, **fault)
        refund(shop, number, unsent(shop, number, 1))
        assert refunds(shop)[-1] == ("staff", "sent", 3400), fault
        faults.clear()
    assert shop.breaches() == []
    ends_once(shop, tee, len(LASTING))


@pytest.mark.parametrize("work", [True, False], ids=["made", "not made"])
def test_a_500_kept_for_a_refund_is_got_round_and_the_money_goes_once(shop, tee, faults, work):
    number = buy(shop, tee, quantity=2)
    faults.call(REFUND, "stored_500", nth=1, work=work)
    refund(shop, number, unsent(shop, number, 1))
    assert (refunds(shop), len(at_stripe(shop))) == ([("staff", "sent", 3400)], int(work))
    ask_again(shop)
    assert shop.breaches() == []
    for _ in range(3):
        ask_again(shop, hours=MORE_THAN_A_DAY)
    ends_once(shop, tee)


def test_a_key_forgotten_too_early_pays_a_refund_no_second_time(shop, tee, faults):
    number = buy(shop, tee, quantity=2)
    faults.call(REFUND, "cut_after", nth=1)
    faults.call(REFUND, "cut_after", nth=2)
    refund(shop, number, unsent(shop, number, 1))
    faults.clear()
    faults.call(REFUND, "prune_keys")
    ends_once(shop, tee)
    assert faults.struck() == []  # it was found, and not sent again


def test_a_refund_told_in_any_way_is_one_refund(shop, tee, door):
    number = buy(shop, tee, quantity=2)
    door.knock()
    faults = Faults(shop.account, seed=3)
    for do in ("duplicate", "twin", "reorder", "parallel"):
        faults.delivery("*refund*", do)
    refund(shop, number, unsent(shop, number, 1))
    assert set(door.knock()) == {200}
    ends_once(shop, tee)
