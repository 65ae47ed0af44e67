"""No call takes a field that it does not know, whatever the tables have columns for (security: mass assignment)."""

import re

from store.actors import SCOPES, Role
from store.db import Base
from store.web.api import API
from tests.functional.ours import everything
from tests.functional.principals import World, calls
from tests.functional.programs import Program, make_token

COLUMNS = {column.name for table in Base.metadata.tables.values() for column in table.columns}


def test_no_column_of_any_table_is_taken_by_a_call_that_does_not_name_it(shop):
    world = World(shop)
    shop.make_member("owner@example.com", Role.OWNER)
    owner = Program(shop, make_token(shop, "owner@example.com", *SCOPES))
    document = owner.get("/openapi.json").json
    before, tried = everything(shop), 0
    for method, rule in calls(shop):
        operation = document["paths"][re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)][method.lower()]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        known = document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]["properties"]
        strange = COLUMNS - set(known)
        path = shop.app.url_map.bind("127.0.0.1").build(rule.endpoint, world.values(rule), method).removeprefix(API)
        answer = owner.ask(method, path, dict.fromkeys(strange, 1), key="k", headers={"If-Match": '"v1"'})
        assert answer.status_code == 422, (method, path, answer.text)
        assert strange <= set(answer.json["errors"]), (method, path, strange - set(answer.json["errors"]))
        tried += 1
    assert tried >= 12
    assert everything(shop) == before
