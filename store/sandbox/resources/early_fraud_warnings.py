"""Early fraud warnings: what the card networks have reported."""

from __future__ import annotations

from store.sandbox import lists
from store.sandbox.account import Body
from store.sandbox.api import Call

KIND = "radar.early_fraud_warning"


def retrieve(call: Call) -> Body:
    return call.account.get(KIND, call.path["early_fraud_warning"], "early_fraud_warning")


def list_all(call: Call) -> Body:
    return lists.listing(call, KIND, "/v1/radar/early_fraud_warnings", ("charge", "payment_intent"))
