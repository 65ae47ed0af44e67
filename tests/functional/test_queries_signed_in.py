"""What it costs the database that somebody is signed in: nothing on public pages, three questions on their own."""

import re

import pytest
from sqlalchemy import event

from tests.functional.principals import PRINCIPALS, World

PUBLIC = ["/", "/products", "/products/item-100", "/collections/tees", "/terms"]
OWN = {"/account": 5, "/account/orders": 6, "/account/sessions": 4}
STAFF = {
    "/admin/orders": 10,
    "/admin/products": 8,
    "/admin/products/1": 16,
    "/admin/stock": 5,
    "/admin/stock/1": 8,
    "/admin/history": 6,
    "/admin/collections": 6,
    "/admin/staff": 6,
}
"""Statements of a page; three of each find out who asks: the session, the member, the roles. On a staff page one more
counts what waits for a person."""

pytestmark = pytest.mark.usefixtures("remembered")


def statements(shop, client, path):
    """What a page asks when it is opened for the second time."""
    asked = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("PRAGMA"):
            asked.append(statement)

    client.get(path)
    event.listen(shop.db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200, path
    finally:
        event.remove(shop.db.engine, "before_cursor_execute", note)
    return asked


def test_a_public_page_does_not_ask_who_is_there(open_shop):
    """A stranger's is rendered anew here, so that both can be compared."""
    shop = open_shop(page_cache_megabytes=0)
    world = World(shop)
    stranger, ana = PRINCIPALS["stranger"](world), PRINCIPALS["ana"](world)
    for path in PUBLIC:
        asked = statements(shop, ana, path)
        assert asked == statements(shop, stranger, path), path
        assert not any(re.search(r"\bmember", statement) for statement in asked), path


def test_looking_at_ones_own_pages_asks_little_and_writes_nothing(shop):
    world = World(shop)
    shop.clock.stop()  # a session notes every minute that it is in use
    for principal, pages in (("ana", OWN), ("owner", STAFF)):
        client = PRINCIPALS[principal](world)
        asked = {path: statements(shop, client, path) for path in pages}
        assert {path: len(one) for path, one in asked.items()} == pages
        assert all(statement.startswith("SELECT") for one in asked.values() for statement in one)
