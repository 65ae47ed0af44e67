"""Invented things to show the parts with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from store.money import Money
from store.orders.presentation import Cue
from store.pricing.delivery_dates import Expected
from store.storefront.cards import Card

THURSDAY = datetime(2026, 11, 26, 15, 12, tzinfo=UTC)
PICTURE: dict[str, Any] = {"src": "/static/favicon.svg", "width": 480, "height": 480, "alt": "The mark of the shop"}


def usd(amount: int) -> Money:
    return Money(amount, "usd")


def cards() -> list[Card]:
    """In stock, in several colors, low, sold out, and cheaper than before."""
    return [
        _card("041", "Pitch Control Tee", colours=["Black", "Bone"]),
        _card("021", "Łódź, 4 a.m.", state="low", left=3),
        _card("036", "Dead Air Hoodie", price=7600, price_varies=True, state="sold_out"),
        _card("033", "Booth Cap", price=3200, was=usd(4800)),
    ]


def _card(number: str, title: str, **more: Any) -> Card:  # noqa: ANN401 - any field of a card
    facts: dict[str, Any] = {
        "slug": "pitch-control-tee",
        "line": "One sentence about it.",
        "price_varies": False,
        "was": None,
        "picture": PICTURE,
        "colours": [],
        "state": "in_stock",
        "left": None,
    }
    return Card(number=number, title=title, **facts | more | {"price": usd(more.get("price", 3400))})


def bag() -> dict[str, Any]:
    lines = [
        _line(1, "Hand Signals", "", 2, 1200, left=9),
        _line(2, "Pitch Control Tee", "Black, L", 4, 3400, left=4),
        _line(3, "Dead Air Hoodie", "Stone, M", 1, 7600, problem="Dead Air Hoodie, Stone, M has sold out."),
    ]
    return {"lines": lines, "count": 7, "subtotal": usd(16000), "problems": []}


def _line(line_id: int, title: str, label: str, quantity: int, price: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": line_id,
        "title": title,
        "number": "041",
        "variant_label": label,
        "url": "/products/pitch-control-tee",
        "picture": PICTURE,
        "quantity": quantity,
        "unit": usd(price),
        "total": usd(price * quantity),
        "left": None,
        "problem": None,
        **more,
    }


def goes_to() -> dict[str, Any]:
    dates = Expected(date(2026, 11, 30), date(2026, 12, 2), date(2026, 12, 7))
    return {
        "country": "US",
        "country_name": "United States",
        "shipping": usd(1150),
        "total": usd(17150),
        "dates": dates,
    }


def timeline() -> list[Cue]:
    """Done, done with a parcel, next and later."""
    return [
        Cue("Placed", THURSDAY, "done"),
        Cue("Paid", THURSDAY, "done"),
        Cue("Parcel shipped", THURSDAY, "done", "USPS", "9400100000000000000000"),
        Cue("The rest", None, "now"),
        Cue("Delivered", None, "later"),
    ]


def form() -> dict[str, Any]:
    """A field that is right, and two with mistakes."""
    return {
        "values": {"name": "Ana Ruiz", "postal_code": "1120", "country": "US"},
        "errors": {
            "email": ["Did you mean ana@gmail.com? Your receipt goes there."],
            "postal_code": ["ZIP codes have five digits. This one has four."],
        },
        "summary": [],
    }
