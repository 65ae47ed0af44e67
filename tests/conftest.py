"""What every test may ask for. A test that asks for `shop` runs on SQLite and on PostgreSQL."""

import pytest

from tests.databases import database_url, databases, postgresql, sqlite  # noqa: F401 - fixtures
from tests.relay import Relay
from tests.sandbox.conftest import Process
from tests.shop import Shop


@pytest.fixture(scope="session")
def sandbox():
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def relay(sandbox):
    """Stands between a shop and the sandbox: `open_shop(stripe_api_base=relay.url)`."""
    relay = Relay(sandbox.url)
    yield relay
    relay.stop()


@pytest.fixture
def open_shop(database_url, sandbox, tmp_path):  # noqa: F811
    """Opens a shop with settings of its own; the books of each must be right when the test ends."""
    opened = []

    def open_shop(**settings) -> Shop:
        shop = Shop(database_url, sandbox.url, tmp_path, **settings)
        shop.open_zones()
        opened.append(shop)
        return shop

    yield open_shop
    for shop in opened:
        assert shop.breaches() == []
        shop.close()


@pytest.fixture
def shop(open_shop):
    return open_shop()
