"""Lives of the shop that may be cut short."""

import pytest

from tests.faults.lives import Lives
from tests.integration.conftest import relay  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def two_lives(sandbox, sqlite, tmp_path_factory):
    """Two at a time, for two cores."""
    pair = [Lives(sandbox.url, tmp_path_factory.mktemp("lives")) for _ in range(2)]
    for lives in pair:
        lives.warm_up("a parcel is sent", lives.new_world(sqlite.make()))
    yield pair
    for lives in pair:
        lives.stop()
