"""`expand[]`: ids in an answer become the objects they name.

Source: Stripe's API reference, "Expanding responses": dotted paths, at most four deep, `data.` for lists.
"""

from __future__ import annotations

from collections.abc import Callable

from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError
from store.sandbox.shapes import expandable, hold_to_shape

DEEPEST = 4
Includable = Callable[[Account, Body], Body]
# Members that are no ids but lists made for the occasion.
INCLUDABLE: dict[tuple[str, str], Includable] = {}


def expand(account: Account, body: Body, paths: list[str]) -> None:
    """Changes `body` in place. Raises ApiError for what cannot be expanded."""
    for number, path in enumerate(paths):
        parts = path.split(".")
        if len(parts) > DEEPEST + (parts[0] == "data"):
            raise ApiError(f"You cannot expand more than {DEEPEST} levels.", param=f"expand[{number}]")
        _expand(account, body, parts, f"expand[{number}]")


def _expand(account: Account, node: Body, parts: list[str], param: str) -> None:
    name, rest = parts[0], parts[1:]
    if node.get("object") == "list" and name == "data":
        for child in node["data"]:
            if rest:
                _expand(account, child, rest, param)
        return
    if "object" in node and not isinstance(node.get(name), dict):
        _fetch(account, node, name, param)
    child = node.get(name)
    if isinstance(child, dict) and rest:
        _expand(account, child, rest, param)


def _fetch(account: Account, node: Body, name: str, param: str) -> None:
    kind = node["object"]
    if (kind, name) in INCLUDABLE:
        node[name] = INCLUDABLE[kind, name](account, node)
        return
    if not expandable(kind, name):
        raise ApiError(f"This property cannot be expanded ({name}).", param=param)
    if isinstance(node.get(name), str):
        found = account.find(node[name])
        if found is not None:
            hold_to_shape(found["object"], found)
            node[name] = found
