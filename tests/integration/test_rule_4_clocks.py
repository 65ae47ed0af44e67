"""Rule 4: staff are told when our clock is far from Stripe's; what is concluded never depends on it."""

import pytest


@pytest.fixture
def tee(shop):
    return shop.make_item()


def hear_stripe(shop, skew):
    """Let the worker ask Stripe something while its clock is `skew` seconds ahead of ours."""
    shop.account.advance(skew)
    shop.check_out(shop.visitor_with(shop.tee))
    shop.clock.advance(minutes=61)
    shop.worker.drain()
    shop.clock.advance(minutes=60)
    shop.worker.drain()


@pytest.mark.parametrize("skew", [25, 45, 100])
def test_above_thirty_seconds_staff_are_told_and_holds_end_all_the_same(shop, tee, skew):
    shop.tee = tee
    hear_stripe(shop, skew)
    assert shop.attention() == (["clock_skew"] if skew > 30 else [])
    assert shop.level(tee) == (10, 0)
    if skew > 30:
        ((sentence,),) = shop.rows("SELECT sentence FROM attention")
        assert sentence.startswith("The shop's clock is ")
        assert "seconds behind Stripe's. Set it right" in sentence


def test_once_the_clock_is_right_the_matter_settles_itself(shop, tee):
    shop.tee = tee
    hear_stripe(shop, 45)
    shop.clock.offset += shop.clock.offset.resolution * 45_000_000
    hear_stripe(shop, 0)
    assert shop.attention() == []


def test_who_has_heard_nothing_of_stripe_says_nothing(shop):
    shop.account.advance(3600)
    shop.worker.drain()
    assert (shop.attention(), shop.requests()) == ([], [])
