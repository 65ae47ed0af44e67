"""Prices: one amount per unit; no tiers, no subscriptions."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from store.sandbox import events, lists, metadata, money
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, unsupported, wanting
from store.sandbox.resources import products

KEPT = ("lookup_key", "nickname", "tax_behavior")
UNSUPPORTED = ("recurring", "tiers", "tiers_mode", "custom_unit_amount", "currency_options", "transform_quantity")


def make(account: Account, given: Body, param: str, active: bool = True) -> Body:
    """A price from the parameters of `POST /v1/prices` or of a line item's `price_data`. Raises ApiError."""
    for name in UNSUPPORTED:
        if name in given:
            raise unsupported(_inside(param, name))
    if "currency" not in given:
        raise wanting(_inside(param, "currency"))
    currency = money.check_currency(given["currency"], _inside(param, "currency"))
    amount = _unit_amount(given, currency, param)
    if "product_data" in given:
        product = products.make(account, given["product_data"], active)["id"]
    elif "product" in given:
        product = account.get("product", given["product"], _inside(param, "product"))["id"]
    else:
        raise wanting(_inside(param, "product"))
    whole = int(amount) if amount == amount.to_integral_value() else None
    facts = {name: given[name] for name in KEPT if name in given}
    body = {
        "active": given.get("active", active),
        "billing_scheme": "per_unit",
        "currency": currency,
        "metadata": metadata.merge(None, given.get("metadata")),
        "product": product,
        "tax_behavior": "unspecified",
        "type": "one_time",
        "unit_amount": whole,
        "unit_amount_decimal": f"{amount:f}",
    }
    return account.add("price", body | facts)


def create(call: Call) -> Body:
    price = make(call.account, call.params, "")
    events.emit(call.account, "price.created", price)
    return price


def retrieve(call: Call) -> Body:
    return call.account.get("price", call.path["price"], "price")


def update(call: Call) -> Body:
    price = retrieve(call)
    price |= {name: call.params[name] for name in ("active", *KEPT) if name in call.params}
    price["metadata"] = metadata.merge(price["metadata"], call.params.get("metadata"))
    events.emit(call.account, "price.updated", call.account.save(price))
    return price


def list_all(call: Call) -> Body:
    keys = call.params.get("lookup_keys")
    filters = ("active", "currency", "product", "type")
    fits = (lambda body: body["lookup_key"] in keys) if keys else (lambda _: True)
    return lists.listing(call, "price", "/v1/prices", filters, fits, ("lookup_keys",))


def _unit_amount(given: Body, currency: str, param: str) -> Decimal:
    if ("unit_amount" in given) == ("unit_amount_decimal" in given):
        raise ApiError("Give either unit_amount or unit_amount_decimal.", param=_inside(param, "unit_amount"))
    name = "unit_amount" if "unit_amount" in given else "unit_amount_decimal"
    try:
        amount = Decimal(given[name])
        fits = amount.is_finite() and amount == round(amount, 12) and 0 <= amount <= money.LARGEST
    except InvalidOperation:
        fits = False
    if not fits:
        raise ApiError(f"Invalid amount: {str(given[name])[:60]}", param=_inside(param, name))
    if amount == amount.to_integral_value():
        money.check_step(int(amount), currency, _inside(param, name))
    return amount


def _inside(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name
