"""The lines of a Checkout Session, priced when the session is made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from store.sandbox import lists, metadata, money
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError, unsupported, wanting
from store.sandbox.ids import new_id
from store.sandbox.resources import prices
from store.sandbox.shapes import complete

MOST = 100
UNSUPPORTED = ("dynamic_tax_rates", "tax_rates")


def make(account: Account, given: list[Body], currency: str | None) -> list[Body]:
    """Raises ApiError unless there are 1 to 100 lines in one currency."""
    if not given:
        raise wanting("line_items")
    if len(given) > MOST:
        raise ApiError(f"At most {MOST} line items.", param="line_items")
    items = [_make_one(account, line, f"line_items[{number}]") for number, line in enumerate(given)]
    currencies = {item["currency"] for item in items} | ({currency.lower()} if currency else set())
    if len(currencies) > 1:
        raise ApiError(f"All prices need one currency; given were {', '.join(sorted(currencies))}.", param="line_items")
    return items


def listed(account: Account, session: Body, params: dict[str, Any]) -> Body:
    """A page of the lines, first line first."""
    items = account.private(session["id"])["line_items"]
    return lists.page(items, params, f"/v1/checkout/sessions/{session['id']}/line_items")


def _make_one(account: Account, line: Body, param: str) -> Body:
    for name in UNSUPPORTED:
        if line.get(name):
            raise unsupported(f"{param}[{name}]")
    if line.get("adjustable_quantity", {}).get("enabled"):
        raise unsupported(f"{param}[adjustable_quantity][enabled]")
    if "quantity" not in line:
        raise wanting(f"{param}[quantity]")
    if line["quantity"] < 1:
        raise ApiError("A quantity is at least 1.", code="parameter_invalid_integer", param=f"{param}[quantity]")
    price = _price(account, line, param)
    total = int((Decimal(price["unit_amount_decimal"]) * line["quantity"]).quantize(Decimal(1), ROUND_HALF_UP))
    money.check_step(total, price["currency"], f"{param}[quantity]")
    product = account.get("product", price["product"])
    body = {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": metadata.merge(None, line.get("metadata"), f"{param}[metadata]"),
        "price": price,
        "quantity": line["quantity"],
    }
    return complete("item", body)


def _price(account: Account, line: Body, param: str) -> Body:
    if ("price" in line) == ("price_data" in line):
        raise ApiError("A line item has either price or price_data.", code="parameter_missing", param=f"{param}[price]")
    if "price_data" in line:
        # A price made for one session is not for sale elsewhere, so Stripe makes it inactive.
        return prices.make(account, line["price_data"], f"{param}[price_data]", active=False)
    price = account.get("price", line["price"], f"{param}[price]")
    if not price["active"]:
        raise ApiError("This price is inactive.", param=f"{param}[price]")
    return price
