"""An order as programs read it."""

from __future__ import annotations

from typing import Any

from store.money import Money
from store.orders.models import Order, OrderLine

SUMS = ("subtotal", "discount", "shipping", "tax", "tax_included", "total")


def order(found: Order) -> dict[str, Any]:
    return {
        "number": found.number,
        "placed_at": found.placed_at,
        "email": found.email,
        "payment_state": found.payment_state.value,
        "fulfilment_state": found.fulfilment_state.value,
        "lines": [_line(line, found.currency) for line in found.lines],
        **{name: Money(getattr(found, name), found.currency) for name in SUMS},
        "shipping_address": found if found.country else None,
    }


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    same = ("id", "sku", "title", "quantity", "shipped", "cancelled", "returned")
    return {
        **{name: getattr(line, name) for name in same},
        "variant": line.variant_id,
        "variant_title": line.variant_label,
        "unit_price": Money(line.unit_price, currency),
        "net": Money(line.net, currency),
    }
