"""The official shapes: what a request may carry, and what an answer must look like.

Source: `shapes-2026-10-28.json`, see `SHAPES.md`. Unknown members of an answer count as violations
too, which plain JSON Schema would let pass.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from store.sandbox.errors import ShapeError

Schema = dict[str, Any]
LATEST = "2026-10-28.endive"
# Present only when asked for by `expand`, although the shape lets them be null.
ONLY_WHEN_EXPANDED = {("charge", "refunds")}


@cache
def document() -> Schema:
    text = Path(__file__).with_name("shapes-2026-10-28.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def resource(kind: str) -> Schema | None:
    return document()["components"]["schemas"].get(kind)  # type: ignore[no-any-return]


def resolve(schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


@cache
def parameters(method: str, path: str) -> Schema | None:
    """What a request to `path` may carry as one object schema, or None if the shapes do not know it."""
    operation = document()["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return None
    if method == "POST":
        content = operation["requestBody"]["content"]
        return content["application/x-www-form-urlencoded"]["schema"]  # type: ignore[no-any-return]
    query = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    return {"type": "object", "properties": {p["name"]: p["schema"] for p in query}}


@cache
def known_versions() -> frozenset[str]:
    endpoint = parameters("POST", "/v1/webhook_endpoints")
    assert endpoint is not None
    return frozenset(endpoint["properties"]["api_version"]["enum"])


def has(kind: str, member: str) -> bool:
    return member in (resource(kind) or {}).get("properties", {})


def expandable(kind: str, field: str) -> bool:
    properties = (resource(kind) or {}).get("properties", {})
    return "x-expandable" in properties.get(field, {}) or (kind, field) == ("checkout.session", "line_items")


def complete(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """`body` with every nullable member that it lacks as null: Stripe sends nulls, it does not leave out."""
    schema = resource(kind)
    assert schema is not None
    nulls = {
        name: None
        for name, member in schema["properties"].items()
        if _nullable(member) and (kind, name) not in ONLY_WHEN_EXPANDED
    }
    return nulls | body


def hold_to_shape(kind: str, body: dict[str, Any]) -> None:
    """Raises ShapeError unless `body` is a proper `kind`."""
    problem = _problem(kind, json.dumps(body))
    if problem is not None:
        raise ShapeError(f"{kind}: {problem}")


@lru_cache(maxsize=4096)
def _problem(kind: str, text: str) -> str | None:
    """Remembered, because lists show the same objects again and again."""
    error = best_match(_validator(kind).iter_errors(json.loads(text)))
    if error is None:
        return None
    place = "/".join(map(str, error.absolute_path)) or "(top)"
    return f"{place}: {error.message[:300]}"


def _nullable(schema: Schema) -> bool:
    kinds = schema.get("type", [])
    return "null" in (kinds if isinstance(kinds, list) else [kinds]) or any(map(_nullable, schema.get("anyOf", [])))


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"urn:shapes#/components/schemas/{kind}"}, registry=_closed_registry())


@cache
def _closed_registry() -> Registry[Any]:
    closed = {"components": {"schemas": _closed(document()["components"]["schemas"])}}
    registry: Registry[Any] = Registry[Any]().with_resource("urn:shapes", DRAFT202012.create_resource(closed))
    return registry


def _closed(node: Any) -> Any:  # noqa: ANN401 - walks any JSON
    """A copy in which an object with listed properties may have no others."""
    if isinstance(node, list):
        return [_closed(child) for child in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _closed(child) for key, child in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") in ("object", ["object", "null"]):
        copy.setdefault("additionalProperties", False)
    return copy
