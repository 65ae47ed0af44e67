"""Form bodies and query strings in Stripe's bracket notation, `a[b][0][c]=v`.

Everything becomes nested dicts with text keys; whether `{"0": …}` is a list is for the shape to say,
because metadata may have digits for keys.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from store.sandbox.errors import ApiError

MOST_FIELDS, DEEPEST = 10_000, 12
NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def decode(encoded: str) -> dict[str, Any]:
    """Raises ApiError for names that are not in bracket notation, or that are a value and a dict at once."""
    root: dict[str, Any] = {}
    try:
        pairs = urllib.parse.parse_qsl(encoded, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ApiError(f"At most {MOST_FIELDS} parameters.") from None
    for name, value in pairs:
        match = NAME.fullmatch(name)
        if match is None or name.count("[") > DEEPEST:
            shown = name[:100]
            raise ApiError(f"Received unknown parameter: {shown}", code="parameter_unknown", param=shown)
        parts = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _put(root, parts, value, name)
    return root


def _put(root: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    node = root
    for part in parts[:-1]:
        node = node.setdefault(_key(node, part), {})
        if not isinstance(node, dict):
            raise ApiError("A parameter is both a value and an object.", param=name)
    key = _key(node, parts[-1])
    if isinstance(node.get(key), dict):
        raise ApiError("A parameter is both a value and an object.", param=name)
    node[key] = value


def _key(node: dict[str, Any], part: str) -> str:
    """`[]` means: one further element."""
    return part or str(len(node))
