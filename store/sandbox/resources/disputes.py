"""Disputes, as far as the shop may answer them."""

from __future__ import annotations

import copy

from store.sandbox import disputing, lists, metadata
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import unsupported

UNSUPPORTED_EVIDENCE = ("appeal", "enhanced_evidence")


def retrieve(call: Call) -> Body:
    return as_of(call.account, call.account.get("dispute", call.path["dispute"], "dispute"))


def update(call: Call) -> Body:
    """Evidence is handed in at once unless `submit=false`; metadata alone hands in nothing."""
    dispute, given = retrieve(call), call.params
    evidence = given.get("evidence", {})
    for name in UNSUPPORTED_EVIDENCE:
        if name in evidence:
            raise unsupported(f"evidence[{name}]")
    if "intended_submission_method" in given:
        raise unsupported("intended_submission_method")
    before = copy.deepcopy(dispute)
    dispute["metadata"] = metadata.merge(dispute["metadata"], given.get("metadata"))
    if evidence or given.get("submit"):
        return disputing.respond(call.account, dispute, evidence, submit=given.get("submit", True))
    if dispute["metadata"] != before["metadata"]:
        disputing.tell(call.account, dispute, before)
    return dispute


def close(call: Call) -> Body:
    """The shop gives in. Source: Stripe's API reference, "Close a dispute"."""
    dispute = retrieve(call)
    inquiry = dispute["status"] in disputing.INQUIRING
    return disputing.close(call.account, dispute, "warning_closed" if inquiry else "lost")


def list_all(call: Call) -> Body:
    listed = lists.listing(call, "dispute", "/v1/disputes", ("charge", "payment_intent"))
    listed["data"] = [as_of(call.account, dispute) for dispute in listed["data"]]
    return listed


def as_of(account: Account, dispute: Body) -> Body:
    """The time for an answer passes by itself."""
    details = dispute["evidence_details"]
    return dispute | {"evidence_details": details | {"past_due": details["due_by"] <= account.now}}
