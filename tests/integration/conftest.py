"""What the tests of money and stock share."""

import pytest

from tests.integration.staff import hang, make
from tests.integration.stocking import Deeds


@pytest.fixture
def do(shop):
    return Deeds(shop)


@pytest.fixture
def catalog(shop):
    return shop.app.extensions["catalog"]


@pytest.fixture
def tee(shop):
    return make(shop)


@pytest.fixture
def hung(shop, tee):
    """A tee that could go on sale."""
    hang(shop, tee)
    return tee
