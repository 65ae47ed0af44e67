"""What every test may ask for. A test that asks for `shop` runs on SQLite and on PostgreSQL."""

import pytest

from tests import once
from tests.databases import database_url, databases, postgresql, sqlite  # noqa: F401 - fixtures
from tests.nulls import refuse_silent_nulls
from tests.relay import Relay
from tests.sandbox.conftest import Process
from tests.shop import Shop

ON_BOTH_AT_ONCE = {
    "test_a_guest_buys",
    "test_api_buys",
    "test_api_replays",
    "test_api_replays_at_once",
    "test_limit_per_person",
    "test_sessions",
    "test_staff_refund",
    "test_webhook_door",
}
"""Of tests/functional, what `make test` plays on PostgreSQL too: money and access."""
ON_ONE_AT_ONCE = {
    "test_attention",
    "test_books",
    "test_books_compared",
    "test_canaries",
    "test_catalog_publishing",
    "test_catalog_service",
    "test_catalog_variants",
    "test_dead_jobs",
    "test_disputes_elsewhere",
    "test_former_addresses",
    "test_handing_over",
    "test_history",
    "test_holding_back",
    "test_lists_compared",
    "test_mail",
    "test_on_the_wire",
    "test_order_search",
    "test_other_versions",
    "test_payments_come_along",
    "test_pictures_give_way",
    "test_products_again",
    "test_products_in",
    "test_products_out",
    "test_refunds_told",
    "test_renditions",
    "test_restored",
    "test_rule_34_stripe_is_away",
    "test_search_kept",
    "test_shipping",
    "test_sound",
    "test_stock_reports",
    "test_stock_service",
    "test_stripe_misbehaves",
    "test_uploads",
}
"""Of the other folders, what reads, or comes to the database only by ways that other tests take on both: on PostgreSQL
by `make prove`."""

refuse_silent_nulls()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Pages ask either database in the same way: `make test` plays them on one, `make prove` on the other."""
    for item in items:
        given = getattr(item, "callspec", None)
        if given is None or given.params.get("databases") != "postgresql":
            continue
        folder, name = item.path.parent.name, item.path.stem
        if (folder == "functional" and name not in ON_BOTH_AT_ONCE) or name in ON_ONE_AT_ONCE:
            item.add_marker(pytest.mark.prove)


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

    def open_shop(*, hashes_cheaply=True, **settings) -> Shop:
        shop = Shop(database_url, sandbox.url, tmp_path, **settings)
        if hashes_cheaply:
            once.hash_cheaply(shop.app)
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
