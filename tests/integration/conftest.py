"""What the tests of money and stock share."""

import pytest

from tests.integration.stocking import Deeds
from tests.relay import Relay


@pytest.fixture
def relay(sandbox):
    """Stands between a shop and the sandbox: `open_shop(stripe_api_base=relay.url)`."""
    relay = Relay(sandbox.url)
    yield relay
    relay.stop()


@pytest.fixture
def do(shop):
    return Deeds(shop)
