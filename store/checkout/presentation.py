"""What the till's form shows: the quote, what was typed before, and what is wrong with what is typed now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from store.cart.contents import Bag
from store.checkout.schemas import BuyerIn, ShippedIn
from store.checkout.taking import ADDRESS
from store.money import Money
from store.orders.models import Checkout
from store.pricing.quote import Quote


def view_quote(bag: Bag, offer: Quote) -> dict[str, Any]:
    lines = [
        {
            "title": line.offer.title,
            "variant_label": line.offer.label,
            "quantity": line.quantity,
            "total": Money(quoted.net, offer.currency),
        }
        for line, quoted in zip(bag.lines, offer.lines, strict=True)
    ]
    return {
        "lines": lines,
        "subtotal": Money(offer.subtotal, offer.currency),
        "shipping": Money(offer.shipping, offer.currency) if offer.shipping_label else None,
        "shipping_label": offer.shipping_label,
        "total": Money(offer.total, offer.currency),
        "why": offer.why,
    }


def typed_before(checkout: Checkout | None) -> dict[str, str]:
    """What a buyer who is back from paying need not type again."""
    if checkout is None:
        return {}
    kept = {name: getattr(checkout, name) for name in ("email", *ADDRESS)}
    return {name: text for name, text in kept.items() if text}


def faults(typed: Mapping[str, str], *, is_shipped: bool) -> dict[str, str]:
    """By field, the sentence that placing this form would be answered with."""
    try:
        (ShippedIn if is_shipped else BuyerIn)().load(typed)
    except ValidationError as refusal:
        return {name: " ".join(sentences) for name, sentences in refusal.messages_dict.items()}
    return {}
