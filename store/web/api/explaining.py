"""The OpenAPI document as its page shows it: what each call takes, field by field, and what it answers. Pure."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

Document = dict[str, Any]
DEEPEST = 4


def with_code(text: str) -> Markup:
    """What stands between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def by_area(made: Document) -> list[Document]:
    areas: dict[str, Document] = {
        tag["name"]: {"about": tag["description"], "name": tag["name"], "calls": []} for tag in made["tags"]
    }
    for path, methods in made["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                call = _call(method, path, operation, shared, made)
                areas[operation["tags"][0]]["calls"].append(call)
    return list(areas.values())


def _call(method: str, path: str, operation: Document, shared: list[Document], made: Document) -> Document:
    sent = {one["name"]: one for one in [*shared, *operation.get("parameters", [])]}
    takes = _fields(_body(operation), made, 0)
    for name, one in sent.items():
        told = {"kind": f"in the {one['in']}", "description": one.get("description", ""), "within": None}
        takes["properties"][name] = told
        takes["required"] += [name] if one.get("required") else []
    return {
        "method": method.upper(),
        "path": path,
        "operationId": operation["operationId"],
        "summary": operation.get("summary", ""),
        "needs": operation.get("x-scopes", []),
        "takes": takes,
        "answers": list(operation["responses"]),
    }


def _body(operation: Document) -> Document:
    content: Document = operation.get("requestBody", {}).get("content", {})
    schemas: list[Document] = [one.get("schema", {}) for one in content.values()]
    return schemas[0] if schemas else {}


def _fields(schema: Document, made: Document, depth: int) -> Document:
    schema = _resolved(schema, made)
    told: Document = {"properties": {}, "required": list(schema.get("required", []))}
    for name, field in schema.get("properties", {}).items():
        field = _resolved(field, made)
        items = _resolved(field.get("items", {}), made)
        below = field if "properties" in field else items if "properties" in items else None
        told["properties"][name] = {
            "kind": _kind(field),
            "description": field.get("description", ""),
            "within": _fields(below, made, depth + 1) if below and depth < DEEPEST else None,
        }
    return told


def _kind(field: Document) -> str:
    kind = field.get("type", "object")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _resolved(schema: Document, made: Document) -> Document:
    """What a `$ref` names, alone or as the one thing that is not null."""
    for one in [schema, *schema.get("allOf", []), *schema.get("anyOf", [])]:
        if "$ref" in one:
            found: Document = made["components"]["schemas"][one["$ref"].rpartition("/")[2]]
            return found | {name: told for name, told in schema.items() if name == "description"}
    return schema
