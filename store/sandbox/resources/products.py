"""Products."""

from __future__ import annotations

from store.sandbox import events, lists, metadata
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import unsupported, wanting

KEPT = ("active", "description", "images", "name", "shippable", "statement_descriptor", "tax_code", "unit_label", "url")


def make(account: Account, given: Body, active: bool = True) -> Body:
    facts = _facts(given)
    blank = {"active": active, "images": [], "marketing_features": [], "updated": account.timestamp}
    return account.add("product", blank | facts | {"metadata": metadata.merge(None, given.get("metadata"))})


def create(call: Call) -> Body:
    if "name" not in call.params:
        raise wanting("name")
    if "default_price_data" in call.params:
        raise unsupported("default_price_data")
    if "id" in call.params:
        raise unsupported("id")
    product = make(call.account, call.params)
    events.emit(call.account, "product.created", product)
    return product


def retrieve(call: Call) -> Body:
    return call.account.get("product", call.path["id"])


def update(call: Call) -> Body:
    product = retrieve(call)
    product |= _facts(call.params)
    product["metadata"] = metadata.merge(product["metadata"], call.params.get("metadata"))
    product["updated"] = call.account.timestamp
    events.emit(call.account, "product.updated", call.account.save(product))
    return product


def list_all(call: Call) -> Body:
    wanted = call.params.get("ids")
    fits = (lambda body: body["id"] in wanted) if wanted else (lambda _: True)
    return lists.listing(call, "product", "/v1/products", ("active",), fits, ("ids",))


def _facts(given: Body) -> Body:
    """What is kept of the parameters; an empty string unsets."""
    unset: Body = {"images": []}
    return {name: unset.get(name) if given[name] == "" else given[name] for name in KEPT if name in given}
