"""What a session of ours says was bought, and by whom: what its order is made from where no checkout is known here.

Pure but for `ask_what_was_bought`. It reads what `requests.py` has written into the session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store.clock import from_epoch
from store.payments.facts import SessionFact, read_session
from store.payments.gateway import Gateway
from store.payments.requests import DELIVERY, PART, QUANTITY, SKU, TAX
from store.payments.units import from_stripe

ON_A_PAGE = 100
ADDRESS = {"line1": "line1", "line2": "line2", "city": "city", "region": "state", "postal_code": "postal_code"}
"""Our names of an address's parts, and Stripe's."""


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """Units of one variant, for `net` minor units together; `title` names the variant too, as the buyer read it."""

    sku: str
    title: str
    quantity: int
    net: int


@dataclass(frozen=True, slots=True)
class Bought:
    """A paid session in our own words. Of what is not in `lines`, `others` has the descriptions."""

    fact: SessionFact
    created_at: datetime
    expires_at: datetime
    email: str
    buyer: dict[str, str | None]
    lines: list[BoughtLine]
    delivery: int = 0
    delivery_label: str = ""
    tax: int = 0
    others: list[str] = field(default_factory=list)

    @property
    def named(self) -> list[str]:
        """`2 × SKU` of each line; delivery, tax and whatever else there is by their names."""
        named = [f"{line.quantity} × {line.sku}" for line in self.lines]
        return [*named, *([self.delivery_label] if self.delivery_label else []), *self.others]

    @property
    def place(self) -> str:
        """The town it goes to, without the street."""
        parts = ("postal_code", "city", "region", "country")
        return ", ".join(text for text in map(self.buyer.get, parts) if text)

    @property
    def total(self) -> int:
        """What its lines come to; less than was paid where one of them cannot be told."""
        return sum(line.net for line in self.lines) + self.delivery + self.tax


def ask_what_was_bought(gateway: Gateway, session_id: str, now: datetime) -> Bought:
    """The session with its lines as Stripe has them. Raises Refused or PaymentUnavailable."""
    wanted: Any = {"limit": ON_A_PAGE, "expand": ["data.price.product"]}
    lines = gateway.ask(
        lambda stripe: [
            one.to_dict() for one in stripe.v1.checkout.sessions.line_items.list(session_id, wanted).auto_paging_iter()
        ]
    )
    expand: Any = {"expand": ["payment_intent"]}
    session = gateway.ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(session_id, expand)).to_dict()
    return read_bought(session, lines, now)


def read_bought(session: dict[str, Any], lines: list[dict[str, Any]], now: datetime) -> Bought:
    """From a session with its PaymentIntent and its line items with their products, as Stripe renders them."""
    fact = read_session(session, now)
    details: dict[str, Any] = session.get("customer_details") or {}
    intent = session.get("payment_intent")
    shipping: dict[str, Any] = (intent.get("shipping") or {}) if isinstance(intent, dict) else {}
    address: dict[str, Any] = shipping.get("address") or {}
    parts: dict[str, dict[str, Any]] = {}
    bought, others = [], []
    for line in lines:
        told = _metadata(line)
        if told.get(PART) in (DELIVERY, TAX):
            parts[told[PART]] = line
        elif SKU in told and told.get(QUANTITY, "").isdecimal() and int(told[QUANTITY]):
            bought.append(_line(line, told, fact.currency))
        else:
            others.append(str(line.get("description") or "a line"))
    return Bought(
        fact=fact,
        created_at=from_epoch(session["created"]),
        expires_at=from_epoch(session["expires_at"]),
        email=session.get("customer_email") or details.get("email") or "",
        buyer={
            "name": shipping.get("name") or details.get("name") or None,
            "phone": shipping.get("phone") or None,
            "country": address.get("country") or None,
            **{ours: address.get(theirs) or None for ours, theirs in ADDRESS.items()},
        },
        lines=bought,
        delivery=_amount(parts.get(DELIVERY), fact.currency),
        delivery_label=str(parts[DELIVERY].get("description") or "") if DELIVERY in parts else "",
        tax=_amount(parts.get(TAX), fact.currency),
        others=others,
    )


def _metadata(line: dict[str, Any]) -> dict[str, str]:
    product = (line.get("price") or {}).get("product")
    return (product.get("metadata") or {}) if isinstance(product, dict) else {}


def _line(line: dict[str, Any], told: dict[str, str], currency: str) -> BoughtLine:
    quantity = int(told[QUANTITY])
    title = str(line.get("description") or told[SKU]).removeprefix(f"{quantity} × ")
    return BoughtLine(told[SKU], title, quantity, _amount(line, currency))


def _amount(line: dict[str, Any] | None, currency: str) -> int:
    return from_stripe(line["amount_total"], currency) if line else 0
