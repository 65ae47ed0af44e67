"""Lives of the shop that may be cut short, and a Stripe that misbehaves."""

import pytest

from tests.faults.lives import Lives
from tests.faults.stripe_faults import Door, Faults


@pytest.fixture(scope="session")
def two_lives(sandbox, sqlite, tmp_path_factory):
    """Two at a time, for two cores."""
    pair = [Lives(sandbox.url, tmp_path_factory.mktemp("lives")) for _ in range(2)]
    for lives in pair:
        lives.warm_up("a parcel is sent", lives.new_world(sqlite.make()))
    yield pair
    for lives in pair:
        lives.stop()


@pytest.fixture
def faults(shop):
    return Faults(shop.account)


@pytest.fixture
def door(shop):
    door = Door(shop)
    yield door
    door.stop()


@pytest.fixture
def between(open_shop, relay):
    """A shop that reaches Stripe through the relay, and somebody with a tee in the bag."""
    shop = open_shop(stripe_api_base=relay.url)
    shop.tee = shop.make_item(units=5)
    shop.client = shop.visitor_with(shop.tee)
    return shop
