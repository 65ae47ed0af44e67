"""What we ask Stripe for when a checkout is handed over. Made once, stored, and sent again unchanged (rule 8).

Each line goes as quantity 1 at its net total, delivery and added tax as lines of their own, so that Stripe's sum can
only be ours (rule 11). Nothing is sent that would let the deal change on Stripe's page (rule 12).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.clock import to_epoch
from store.orders.models import Checkout
from store.payments.facts import ATTEMPT, CHECKOUT, STORE
from store.payments.units import to_stripe

SKU, QUANTITY, PART = "sku", "quantity", "part"
"""Metadata of each line's product: enough to make the order from the session alone (rule 35)."""
DELIVERY, TAX = "delivery", "tax"
"""What a line is that is no product."""
ALWAYS_EXCLUDED = ("customer_balance",)
"""Bank transfer: the buyer may take days and pay another sum (rule 15)."""
DELAYED = (
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "konbini",
    "multibanco",
    "nz_bank_account",
    "oxxo",
    "pay_by_bank",
    "payto",
    "sepa_debit",
    "sofort",
    "us_bank_account",
)
"""Methods whose money comes days later; not for tickets and what is nearly gone (rule 15)."""


def session_request(
    checkout: Checkout, attempt_id: str, store_id: str, public_url: str, expires_at: datetime, *, scarce: bool
) -> dict[str, Any]:
    """The parameters of `POST /v1/checkout/sessions` for a checkout; `scarce`: see DELAYED."""
    stamp = {STORE: store_id, CHECKOUT: checkout.id, ATTEMPT: attempt_id}
    intent: dict[str, Any] = {"metadata": stamp}
    if checkout.country:
        intent["shipping"] = _shipping(checkout)
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": checkout.id,
        "metadata": stamp,
        "customer_email": checkout.email,
        "line_items": _line_items(checkout),
        "payment_intent_data": intent,
        "adaptive_pricing": {"enabled": False},
        "excluded_payment_method_types": [*ALWAYS_EXCLUDED, *(DELAYED if scarce else ())],
        "expires_at": to_epoch(expires_at),
        "success_url": f"{public_url}/checkout/success?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{public_url}/checkout/cancel",
    }


def _line_items(checkout: Checkout) -> list[dict[str, Any]]:
    items = []
    for line in checkout.lines:
        name = f"{line.title}, {line.variant_label}" if line.variant_label else line.title
        name = f"{line.quantity} × {name}" if line.quantity > 1 else name
        items.append(_item(name, line.net, checkout.currency, {SKU: line.sku, QUANTITY: str(line.quantity)}))
    items.append(_item(checkout.shipping_label, checkout.shipping, checkout.currency, {PART: DELIVERY}))
    items.append(_item("Tax", checkout.tax, checkout.currency, {PART: TAX}))
    return [item for item in items if item["price_data"]["unit_amount"]]


def _item(name: str, amount: int, currency: str, metadata: dict[str, str]) -> dict[str, Any]:
    product = {"name": name[:250], "metadata": metadata}
    price = {"currency": currency, "unit_amount": to_stripe(amount, currency), "product_data": product}
    return {"quantity": 1, "price_data": price}


def _shipping(checkout: Checkout) -> dict[str, Any]:
    address = {
        "line1": checkout.line1,
        "line2": checkout.line2,
        "city": checkout.city,
        "state": checkout.region,
        "postal_code": checkout.postal_code,
        "country": checkout.country,
    }
    shipping: dict[str, Any] = {"name": checkout.name, "address": {key: text for key, text in address.items() if text}}
    if checkout.phone:
        shipping["phone"] = checkout.phone
    return shipping
