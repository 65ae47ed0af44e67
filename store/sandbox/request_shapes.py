"""Holds decoded parameters against the official shape and gives them their types.

Every refusal names its parameter in bracket notation, as Stripe does.
"""

from __future__ import annotations

import re
from typing import Any

from store.sandbox.errors import ApiError, wanting
from store.sandbox.shapes import Schema, resolve

EMPTY_IS_FINE = re.compile(r"metadata|address|shipping")
LARGEST = 2**53


def read(schema: Schema, value: Any, param: str = "") -> Any:  # noqa: ANN401 - JSON in, JSON out
    """`value` with text turned into the numbers and booleans that the shape wants. Raises ApiError."""
    schema = resolve(schema)
    if "anyOf" in schema:
        return _read_any(schema["anyOf"], value, param)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _read_object(schema, value, param)
    if kind == "array":
        return _read_array(schema, value, param)
    if not isinstance(value, str):
        raise ApiError(f"Invalid {kind or 'value'}: an object or array was given", param=param)
    return _read_text(schema, value, param)


def _read_any(options: list[Schema], value: Any, param: str) -> Any:  # noqa: ANN401
    """The first shape that fits; else the refusal of the shape that is nearest in kind."""
    refusal: ApiError | None = None
    for option in options:
        try:
            return read(option, value, param)
        except ApiError as refused:
            nearer = isinstance(value, dict) and "properties" in resolve(option)
            refusal = refused if refusal is None or nearer else refusal
    assert refusal is not None
    raise refusal


def _read_object(schema: Schema, value: Any, param: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise ApiError("Invalid object", param=param)
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties")
    unknown = [name for name in value if name not in properties] if not isinstance(others, dict) else []
    if unknown:
        names = [_inside(param, name) for name in unknown]
        raise ApiError(f"Received unknown parameter: {', '.join(names)}", code="parameter_unknown", param=names[0])
    for name in schema.get("required", []):
        if name not in value:
            raise wanting(_inside(param, name))
    shape_of_others = others if isinstance(others, dict) else {}
    return {
        name: read(properties.get(name, shape_of_others), child, _inside(param, name)) for name, child in value.items()
    }


def _read_array(schema: Schema, value: Any, param: str) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, dict) or not all(re.fullmatch("[0-9]{1,6}", key) for key in value):
        raise ApiError("Invalid array", param=param)
    items = schema.get("items", {})
    return [read(items, value[key], f"{param}[{key}]") for key in sorted(value, key=int)]


def _read_text(schema: Schema, value: str, param: str) -> Any:  # noqa: ANN401
    kind = schema.get("type")
    if value == "" and "" not in schema.get("enum", []) and not EMPTY_IS_FINE.search(param):
        raise ApiError(f"An empty string cannot unset '{param}'.", code="parameter_invalid_empty", param=param)
    if kind == "integer":
        if not re.fullmatch("-?[0-9]{1,17}", value) or abs(int(value)) > LARGEST:
            raise ApiError(f"Invalid integer: {value[:60]}", code="parameter_invalid_integer", param=param)
        return int(value)
    if kind == "number":
        if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", value):
            raise ApiError(f"Invalid number: {value[:60]}", param=param)
        return float(value)
    if kind == "boolean":
        if value not in ("true", "false"):
            raise ApiError(f"Invalid boolean: {value[:60]}", param=param)
        return value == "true"
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(map(str, schema["enum"][:40]))
        raise ApiError(f"Invalid {param}: must be one of {choices}", param=param)
    if len(value) > schema.get("maxLength", len(value)):
        message = f"Invalid string: at most {schema['maxLength']} characters"
        raise ApiError(message, code="parameter_too_long", param=param)
    return value


def _inside(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name
