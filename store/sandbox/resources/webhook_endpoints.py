"""Webhook endpoints; the secret is told once, in the answer that makes the endpoint."""

from __future__ import annotations

import urllib.parse

from store.sandbox import lists, metadata
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError
from store.sandbox.ids import new_id
from store.sandbox.shapes import LATEST

OVERLAP_SECONDS = 24 * 3600


def make(account: Account, given: Body, secret: str) -> Body:
    if urllib.parse.urlsplit(given["url"]).scheme not in ("http", "https"):
        raise ApiError("Invalid URL: it starts with http:// or https://", code="url_invalid", param="url")
    body = {
        "api_version": given.get("api_version", LATEST),
        "description": given.get("description") or None,
        "enabled_events": given["enabled_events"],
        "metadata": metadata.merge(None, given.get("metadata")),
        "status": "enabled",
        "url": given["url"],
    }
    return account.add("webhook_endpoint", body, {"secrets": [{"secret": secret, "until": None}]})


def ensure(account: Account, url: str, secret: str) -> Body:
    """The endpoint for all events at `url`, made or found again, signing with `secret`."""
    for endpoint in account.newest_first("webhook_endpoint"):
        if endpoint["url"] == url:
            account.note(endpoint["id"], secrets=[{"secret": secret, "until": None}])
            return endpoint
    return make(account, {"url": url, "enabled_events": ["*"]}, secret)


def roll(account: Account, identifier: str, overlap: float = OVERLAP_SECONDS) -> str:
    """A new secret; the old one goes on signing beside it until the overlap ends."""
    account.get("webhook_endpoint", identifier)
    secret = new_id("webhook_secret")
    end = account.now + overlap
    old = [known | {"until": known["until"] or end} for known in account.private(identifier)["secrets"]]
    account.note(identifier, secrets=[{"secret": secret, "until": None}, *old])
    return secret


def create(call: Call) -> Body:
    secret = new_id("webhook_secret")
    return make(call.account, call.params, secret) | {"secret": secret}


def retrieve(call: Call) -> Body:
    return call.account.get("webhook_endpoint", call.path["webhook_endpoint"], "webhook_endpoint")


def update(call: Call) -> Body:
    endpoint, given = retrieve(call), call.params
    endpoint |= {name: given[name] for name in ("description", "enabled_events", "url") if name in given}
    if "disabled" in given:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"
    endpoint["metadata"] = metadata.merge(endpoint["metadata"], given.get("metadata"))
    return call.account.save(endpoint)


def delete(call: Call) -> Body:
    endpoint = retrieve(call)
    call.account.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def list_all(call: Call) -> Body:
    return lists.listing(call, "webhook_endpoint", "/v1/webhook_endpoints")
