"""Events, as the API lists them: for thirty days. Source: Stripe's API reference, "Events"."""

from __future__ import annotations

import fnmatch

from store.sandbox import events, lists
from store.sandbox.account import Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError

KEPT_SECONDS = 30 * 24 * 3600
MOST_TYPES = 20


def retrieve(call: Call) -> Body:
    return events.as_shown(call.account, call.account.get("event", call.path["id"]))


def list_all(call: Call) -> Body:
    """`delivery_success=false`: owed to some endpoint, or given up on; `true`: taken by all of them."""
    account, types = call.account, call.params.get("types")
    if types is not None and "type" in call.params:
        raise ApiError("Give either type or types.", param="types")
    if types is not None and len(types) > MOST_TYPES:
        raise ApiError(f"At most {MOST_TYPES} types.", param="types")
    patterns = types or [call.params.get("type", "*")]
    success = call.params.get("delivery_success")

    def fits(event: Body) -> bool:
        if event["created"] < account.timestamp - KEPT_SECONDS:
            return False
        if not any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in patterns):
            return False
        return success is None or success == all(state == "succeeded" for state in events.states(account, event["id"]))

    listed = lists.listing(call, "event", "/v1/events", keep=fits, kept_by=("type", "types", "delivery_success"))
    listed["data"] = [events.as_shown(account, event) for event in listed["data"]]
    return listed
