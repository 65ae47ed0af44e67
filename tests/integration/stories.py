"""Events as Stripe tells them, and as somebody might forge or garble them."""

from __future__ import annotations

import copy
import secrets

from tests.shop import Shop

DEBIT_THAT_WORKS = "AT611904300234573201"
DEBIT_THAT_FAILS = "IT60X0542811101000000123456"


def told(shop: Shop, type_: str) -> dict:
    """The newest event of a type."""
    return [event for event in shop.events() if event["type"] == type_][-1]


def altered(event: dict, **changes: object) -> dict:
    """Another event, of an object that differs in `changes`; `metadata` is changed member by member."""
    other = copy.deepcopy(event)
    other["id"] = f"evt_{secrets.token_hex(12)}"
    thing = other["data"]["object"]
    thing["metadata"] = (thing.get("metadata") or {}) | changes.pop("metadata", {})
    thing.update(changes)
    return other


def again(event: dict, **changes: object) -> dict:
    """The same object in another event, whose own members differ in `changes`."""
    return copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}"} | changes
