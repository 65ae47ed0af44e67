"""How often a list asks the database: as often for ten rows as for two."""

import pytest
from sqlalchemy import event

from store.actors import SCOPES, Role
from store.web.api import API
from tests.functional.programs import Program, make_token

LISTS = {
    "/products": 3,
    "/orders": 2,
    "/admin/orders": 2,
    "/admin/products": 3,
    "/admin/stock": 1,
    "/admin/ledger": 2,
    "/admin/ledger/trial-balance": 6,
    "/admin/attention": 1,
    "/admin/webhook-events": 1,
}
"""Statements of each, besides the one that finds out whose the token is."""


def count(shop, program, path):
    statements = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA", "UPDATE api_token")):
            statements.append(statement)

    event.listen(shop.db.engine, "before_cursor_execute", note)
    try:
        assert program.get(path).status_code == 200
    finally:
        event.remove(shop.db.engine, "before_cursor_execute", note)
    return len([one for one in statements if "FROM api_token" not in one and "FROM member_role" not in one])


@pytest.mark.parametrize("many", [2, 10])
def test_a_list_asks_as_often_for_ten_rows_as_for_two(open_shop, many):
    shop = open_shop(page_cache_megabytes=0)
    owner = shop.make_member("ana@example.com", Role.OWNER)
    client = shop.signed_in(owner)
    for number in range(many):
        tee = shop.make_item(f"Tee {number}")
        client.post("/cart/lines", data={"variant": tee})
        shop.pay(shop.check_out(client))
        shop.deliver()
    program = Program(shop, make_token(shop, "ana@example.com", *SCOPES))
    assert {path: count(shop, program, path) for path in LISTS} == LISTS


def test_no_list_is_left_out(shop):
    lists = {
        rule.rule.removeprefix(API)
        for rule in shop.app.url_map.iter_rules()
        if rule.rule.startswith(f"{API}/") and "GET" in rule.methods and not rule.arguments
    }
    assert lists - {"/openapi.json"} == set(LISTS)
