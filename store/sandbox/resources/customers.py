"""Customers."""

from __future__ import annotations

from store.sandbox import events, lists, metadata
from store.sandbox.account import Account, Body
from store.sandbox.api import Call

KEPT = ("address", "description", "email", "name", "phone", "shipping", "preferred_locales", "tax_exempt")


def make(account: Account, given: Body) -> Body:
    facts = {name: given[name] or None for name in KEPT if name in given}
    customer = account.add("customer", facts | {"metadata": metadata.merge(None, given.get("metadata"))})
    events.emit(account, "customer.created", customer)
    return customer


def create(call: Call) -> Body:
    return make(call.account, call.params)


def retrieve(call: Call) -> Body:
    return call.account.get("customer", call.path["customer"], "customer")


def update(call: Call) -> Body:
    customer = retrieve(call)
    customer |= {name: call.params[name] or None for name in KEPT if name in call.params}
    customer["metadata"] = metadata.merge(customer["metadata"], call.params.get("metadata"))
    call.account.save(customer)
    events.emit(call.account, "customer.updated", customer)
    return customer


def list_all(call: Call) -> Body:
    return lists.listing(call, "customer", "/v1/customers", ("email",))
