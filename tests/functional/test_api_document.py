"""The OpenAPI document says what the API does, all of it and nothing else; its page needs nothing of anybody else."""

import json
import re
from html import unescape

import pytest
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31

from store.actors import SCOPES
from store.web.api import API
from store.web.api.calls import Repeat
from store.web.api.document import document
from store.web.api.refusals import BY_STATUS, KINDS, explained
from tests.functional.accounts import at_once
from tests.functional.programs import BUYER, Program

METHODS = {"get", "put", "post", "delete", "patch"}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture
def told(shop):
    return Program(shop).get("/openapi.json").json


def operations(told):
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield path, method, operation


def routes(shop):
    """(path as OpenAPI writes it, method, endpoint) of all that answers below /api/v1, but the document itself."""
    for rule in shop.app.url_map.iter_rules():
        if rule.rule.startswith(f"{API}/") and rule.endpoint != "api_docs.openapi":
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield path, method.lower(), rule.endpoint


def terms_of(shop, endpoint):
    """What was declared of a call."""
    area, name = endpoint.split(".")
    return next(calls.told[name] for calls in shop.app.extensions["api_calls"] if calls.name == area)


def references(part):
    if isinstance(part, dict):
        yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
        part = list(part.values())
    if isinstance(part, list):
        for below in part:
            yield from references(below)


def test_the_document_is_valid_openapi_3_1_down_to_each_schema(told):
    assert told["openapi"] == "3.1.0"
    assert [error.message for error in Draft202012Validator(OPENAPI_31).iter_errors(told)] == []
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, _, operation in operations(told):
        for one in operation.get("parameters", []):
            Draft202012Validator.check_schema(one["schema"])
    assert set(told["components"]) == {"schemas", "securitySchemes"}
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert set(references(told)) == known  # nothing that is not there, nothing that nobody names


def test_the_document_tells_of_every_call_and_of_no_other(shop, told):
    assert {(path, method) for path, method, _ in operations(told)} == {(path, how) for path, how, _ in routes(shop)}
    ids = [operation["operationId"] for _, _, operation in operations(told)]
    assert (len(set(ids)), [name for name in ids if not re.fullmatch(r"[a-z_]+", name)]) == (len(ids), [])


def test_every_call_says_what_it_is_for_and_how_it_is_refused(shop, told):
    endpoints = {(path, method): endpoint for path, method, endpoint in routes(shop)}
    tags = {tag["name"] for tag in told["tags"]}
    for path, method, operation in operations(told):
        where = f"{method} {path}"
        terms = terms_of(shop, endpoints[path, method])
        assert re.fullmatch(r"[A-Z][^\n]{8,}\.", operation["summary"]), where
        assert set(operation["tags"]) <= tags, where
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good == [str(terms.status)], where
        assert list(operation["responses"][good[0]]["content"]) == ["application/json"], where
        for status, answer in operation["responses"].items():
            if status not in good:
                assert 400 <= int(status) <= 599, where
                assert answer["content"] == PROBLEM, where
        assert {"400", "401", "422", "429", "500", "503"} <= set(operation["responses"]), where


def test_what_a_call_needs_is_written_beside_it(shop, told):
    endpoints = {(path, method): endpoint for path, method, endpoint in routes(shop)}
    assert told["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, method, operation in operations(told):
        where, terms = f"{method} {path}", terms_of(shop, endpoints[path, method])
        guarded = operation.get("security") == [{"bearer": []}]
        assert guarded == terms.is_guarded == ("403" in operation["responses"]), where
        assert set(operation.get("x-scopes", [])) <= set(SCOPES), where
        assert ("requestBody" in operation) == terms.has_body, where
        sent = {one["name"]: one for one in operation.get("parameters", [])}
        key = sent.get("Idempotency-Key")
        assert (key is not None) == (terms.repeat is not Repeat.SAFE) == (method != "get"), where
        assert key is None or key["required"] == (terms.repeat is Repeat.NEEDS_KEY), where
        named = set(re.findall(r"{(\w+)}", path))
        shared = told["paths"][path].get("parameters", [])
        assert {one["name"] for one in [*shared, *sent.values()] if one["in"] == "path"} == named, where


def test_answers_are_as_the_document_describes_them(shop, told):
    """Each that a purchase brings; refusals too."""
    program, tee = Program(shop), shop.make_item()
    shop.show_picture(tee)
    cart = program.cart_with(tee)
    line = f"{cart}/lines/{shop.value('SELECT id FROM cart_line')}"
    placed = program.post(f"{cart}/checkout", BUYER, key="once")
    answers = {
        ("/products", "get"): program.get("/products"),
        ("/products/{slug}", "get"): program.get("/products/item-100"),
        ("/carts", "post"): program.post("/carts"),
        ("/carts/{cart_id}", "get"): program.get(cart),
        ("/carts/{cart_id}/lines", "post"): program.post(f"{cart}/lines", {"variant": tee}),
        ("/carts/{cart_id}/lines/{line_id}", "patch"): program.patch(line, {"quantity": 2}),
        ("/carts/{cart_id}/destination", "put"): program.put(f"{cart}/destination", {"country": "US"}),
        ("/carts/{cart_id}/checkout", "post"): placed,
        ("/checkouts/{checkout_id}", "get"): program.get(f"/checkouts/{placed.json['id']}"),
    }
    refused = {
        ("/products/{slug}", "get"): program.get("/products/none"),
        ("/products", "get"): program.get("/products?limit=0"),
        ("/carts/{cart_id}/lines", "post"): program.post(f"{cart}/lines", {"variant": tee, "quantity": 99}),
        ("/carts/{cart_id}/checkout", "post"): program.post(f"{cart}/checkout", BUYER),
    }
    assert {answer.status_code for answer in answers.values()} == {200, 201}
    assert sorted(answer.status_code for answer in refused.values()) == [404, 409, 422, 428]
    for (path, method), answer in [*answers.items(), *refused.items()]:
        described = told["paths"][f"{API}{path}"][method]["responses"][str(answer.status_code)]["content"]
        schema = described[answer.content_type]["schema"] | {"components": told["components"]}
        faults = [error.message for error in Draft202012Validator(schema).iter_errors(answer.json)]
        assert faults == [], (method, path)


def test_what_is_answered_has_every_field_and_no_more(shop, told):
    """A schema that leaves a field out would not be found by checking answers against it."""
    program = Program(shop)
    tee = shop.make_item()
    cart = program.get(program.cart_with(tee)).json
    product = program.get("/products/item-100").json
    schemas = told["components"]["schemas"]
    for name, found in (("Cart", cart), ("Quote", cart["quote"]), ("CartLine", cart["lines"][0]), ("Product", product)):
        (schema,) = [schemas[one] for one in schemas if one.removesuffix("Out") == name]
        assert set(schema["properties"]) == set(found) == set(schema["required"]), name


def test_the_document_is_the_same_each_time_and_for_everybody(shop):
    first = Program(shop).get("/openapi.json")
    assert (first.content_type, first.headers["Cache-Control"]) == ("application/json", "public, no-cache")
    again = shop.member().get("/api/v1/openapi.json")
    assert again.data == first.data
    assert shop.settings.secret_key not in first.text
    with shop.app.app_context():
        assert document() is document()


def test_many_may_be_the_first_to_ask_for_it(shop):
    answers = at_once(*[lambda: Program(shop).get("/openapi.json")] * 8)
    assert ([answer.status_code for answer in answers], len({answer.data for answer in answers})) == ([200] * 8, 1)


def test_its_page_explains_every_call_and_every_problem_and_needs_nobody_else(shop, told):
    page = shop.visitor().get("/api/docs")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    words = unescape(re.sub(r"</?code>", "", page.text))
    for path, method, operation in operations(told):
        assert f'id="{operation["operationId"]}"' in page.text
        assert f"{method.upper()} {path}" in page.text
        assert operation["summary"].replace("`", "") in words
    assert set(explained()) == set(re.findall(r'<li id="([a-z-]+)">', page.text))
    sent = {*(kind for kind, _ in BY_STATUS.values()), *KINDS.values(), "idempotency-key"}
    assert sent == set(explained())
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    assert "<script" not in main
    loaded = re.findall(r'(?:src|srcset|action|data-\w+)="([^"]+)"', page.text)
    loaded += re.findall(r'<link[^>]+rel="(?:stylesheet|preload|icon|manifest)"[^>]+href="([^"]+)"', page.text)
    assert [address for address in loaded if re.match(r"(?:https?:)?//", address)] == []
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert json.dumps(told).count("http") == json.dumps(told).count(shop.settings.public_url) + 1  # its scheme's name
