"""A bag as programs read it: its lines, what it would cost where it goes, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.cart import contents
from store.cart.contents import Bag, BagLine
from store.cart.models import Cart
from store.money import Money
from store.pricing.quote import Quote, quote
from store.pricing.repository import Destination, find_destination


def bag(session: Session, cart: Cart, currency: str, now: datetime) -> dict[str, Any]:
    held = contents.read(session, cart.id, currency, now)
    goes_to = find_destination(session, cart.country, currency) if cart.country else None
    offer = quote(held.wishes, goes_to.rate if goes_to and held.is_shipped else None, currency)
    return {
        "id": cart.id,
        "lines": [_line(line) for line in held.lines],
        "destination": cart if cart.country else None,
        "quote": priced(offer),
        "shipping_rates": [_rate(goes_to, held, currency)] if goes_to and held.is_shipped else [],
        "problems": held.problems,
    }


def priced(offer: Quote) -> dict[str, Any]:
    sums = ("subtotal", "discount", "shipping", "tax", "tax_included", "total")
    return {
        **{name: Money(getattr(offer, name), offer.currency) for name in sums},
        "lines": [
            {
                "variant": line.variant_id,
                "quantity": line.quantity,
                "unit_price": Money(line.unit_price, offer.currency),
                "net": Money(line.net, offer.currency),
            }
            for line in offer.lines
        ],
        "why": list(offer.why),
    }


def _line(line: BagLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "variant": line.offer.variant_id,
        "sku": line.offer.sku,
        "title": line.offer.name,
        "quantity": line.quantity,
        "unit_price": line.unit,
        "total": line.total,
        "problem": line.problem,
    }


def _rate(goes_to: Destination, held: Bag, currency: str) -> dict[str, Any]:
    units = sum(wish.quantity for wish in held.wishes if wish.shipped)
    amount = Money(goes_to.rate.price(units), currency)
    return {"id": str(goes_to.rate_id), "name": goes_to.rate.label, "amount": amount}
