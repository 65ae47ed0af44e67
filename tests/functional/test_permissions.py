"""Who may do what: every route for everybody, frozen in permissions.csv. A route without a row fails.

`ana` is the member whose order, bag and session the addresses name, `bea` another member, the rest are staff with one
role each. Requests carry an empty form: 422 says that the door was open, and the form was not filled in.
"""

import csv
from pathlib import Path

import pytest

from tests.functional.principals import PRINCIPALS, World, ask, routes

FROZEN = Path(__file__).with_name("permissions.csv")


def frozen():
    with FROZEN.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["route"]): row for row in csv.DictReader(file)}


def test_every_route_has_its_row(shop):
    assert {(method, rule.rule) for method, rule in routes(shop)} == set(frozen())


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_everybody_is_answered_as_the_table_says(shop, principal):
    world = World(shop)
    answered = {}
    for method, rule in routes(shop):
        answered[method, rule.rule] = str(ask(world, come(world, principal), method, rule, world.values(rule)))
    assert answered == {route: row[principal] for route, row in frozen().items()}


def come(world, principal):
    """Everybody signs in anew for each request: the one before may have signed them out."""
    return PRINCIPALS[principal](world)


@pytest.mark.parametrize("principal", ["ana", "owner"])
def test_what_nobody_has_is_not_there_for_anybody(shop, principal):
    world = World(shop)
    for method, rule in routes(shop):
        if not rule.arguments or rule.endpoint.startswith("security."):
            continue
        values = {
            name: 999_999 if name.endswith("_id") and name != "checkout_id" else "nobodys" for name in rule.arguments
        }
        status = ask(world, come(world, principal), method, rule, values)
        assert status == 404 or (method == "POST" and status in (403, 409, 422)), (method, rule.rule, status)


def test_looking_at_a_page_says_the_same_with_and_without_its_body(shop):
    world = World(shop)
    client = PRINCIPALS["owner"](world)
    for method, rule in routes(shop):
        if method == "GET":
            path = shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, world.values(rule), "GET")
            full, head = client.get(path, buffered=True), client.head(path, buffered=True)
            assert (head.status_code, head.data) == (full.status_code, b""), path
