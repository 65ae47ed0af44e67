"""Which token opens what: every call of the API for everybody, frozen in api_permissions.csv. One without a row fails.

`stranger` has no token, `ana` owns the order and the cart that the addresses name, `bea` is another member, both with a
token for everything. Then come an owner's tokens for one scope each, and tokens for everything of staff with one role.
Calls carry an empty body: 422 says that the door was open.
"""

import csv
import secrets
from pathlib import Path

import pytest

from store.actors import SCOPES, SYSTEM, Role
from store.members import tokens
from tests.functional.principals import ANA, BEA, World, calls

FROZEN = Path(__file__).with_name("api_permissions.csv")
EVERYTHING = frozenset(SCOPES)
PRINCIPALS = ["stranger", "ana", "bea", *SCOPES, *(role.value for role in Role if role is not Role.OWNER)]


def frozen():
    with FROZEN.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["route"]): row for row in csv.DictReader(file)}


def token_of(world, principal):
    shop = world.shop
    if principal == "stranger":
        return None
    if principal in ("ana", "bea"):
        email, scopes = {"ana": ANA, "bea": BEA}[principal], EVERYTHING
    else:
        role = Role.OWNER if principal in SCOPES else Role(principal)
        email = f"{role.value}@example.com"
        shop.make_member(email, role)
        scopes = frozenset({principal}) if principal in SCOPES else EVERYTHING
    return tokens.create(shop.db, SYSTEM, tokens.Wanted(email, scopes), shop.clock())


def ask(world, token, method, rule):
    path = world.shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, world.values(rule), method)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if method != "GET":
        headers |= {"Idempotency-Key": secrets.token_hex(8), "If-Match": '"v1"'}
    body = {"json": {}} if method != "GET" else {}
    if rule.rule.endswith("/pictures"):
        body = {"data": b"no picture", "content_type": "image/png"}
    return world.shop.app.test_client().open(path, method=method, headers=headers, **body)


def test_every_call_has_its_row(shop):
    assert {(method, rule.rule) for method, rule in calls(shop)} == set(frozen())


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_every_token_opens_what_the_table_says(shop, principal):
    world = World(shop)
    token = token_of(world, principal)
    answered = {(method, rule.rule): str(ask(world, token, method, rule).status_code) for method, rule in calls(shop)}
    assert answered == {route: row[principal] for route, row in frozen().items()}


def test_what_nobody_has_is_not_there_for_an_owner(shop):
    world = World(shop)
    shop.make_member("owner@example.com", Role.OWNER)
    token = tokens.create(shop.db, SYSTEM, tokens.Wanted("owner@example.com", EVERYTHING), shop.clock())
    world.values = lambda rule: {name: 999_999 if name.endswith("_id") else "nobodys" for name in rule.arguments}
    for method, rule in calls(shop):
        if rule.arguments:
            status = ask(world, token, method, rule).status_code
            assert status == 404 or (method != "GET" and status == 422), (method, rule.rule, status)


def test_a_session_opens_no_call(shop):
    world = World(shop)
    stranger = {(method, rule.rule): ask(world, None, method, rule).status_code for method, rule in calls(shop)}
    owner = shop.staff(Role.OWNER)
    for method, rule in calls(shop):
        path = shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, world.values(rule), method)
        headers = {"Idempotency-Key": secrets.token_hex(8), "If-Match": '"v1"'} if method != "GET" else {}
        sent = {"data": b"x", "content_type": "image/png"} if path.endswith("/pictures") else {"json": {}}
        answer = owner.open(path, method=method, headers=headers, **(sent if method != "GET" else {}))
        assert answer.status_code == stranger[method, rule.rule], path
        assert "Set-Cookie" not in answer.headers
