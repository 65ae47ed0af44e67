"""What Stripe has said, as plain values in our own units; nothing above the gateway sees one of its objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store.clock import from_epoch
from store.money import Money, show
from store.payments.units import from_stripe

STORE, CHECKOUT, ATTEMPT = "store", "checkout", "attempt"
"""The metadata that stamps a session and its payment intent as ours."""

DEAD_INTENTS = {"requires_payment_method", "canceled"}


@dataclass(frozen=True, slots=True)
class SessionFact:
    """A Checkout Session at one moment, with what is known of its PaymentIntent."""

    session_id: str
    store_id: str | None
    checkout_id: str | None
    attempt_id: str | None
    status: str
    payment_status: str
    payment_intent: str | None
    intent_status: str | None
    """None when Stripe has not said."""
    amount_total: int | None
    """In our minor units; None when it is no amount of ours."""
    currency: str
    livemode: bool
    url: str | None
    happened_at: datetime
    recovered_from: str | None = None
    """The expired session that this one continues."""

    @property
    def sum_shown(self) -> str:
        """What it asks for, as people read it."""
        if self.amount_total is None:
            return f"a sum in {self.currency.upper()} that we cannot read"
        return show(Money(self.amount_total, self.currency))

    @property
    def is_paid(self) -> bool:
        return self.status == "complete" and self.payment_status == "paid"

    @property
    def is_dead(self) -> bool:
        """Whether it can no longer be paid (rule 18)."""
        if self.status == "expired":
            return True
        unpaid = self.status == "complete" and self.payment_status == "unpaid"
        return unpaid and self.intent_status in DEAD_INTENTS

    def failed_later(self) -> SessionFact:
        """The same after `async_payment_failed`: the event's type says what its snapshot leaves out."""
        return replace(self, intent_status="requires_payment_method")


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event. `store_id` is that of its object where it carries one."""

    id: str
    type: str
    api_version: str
    livemode: bool
    happened_at: datetime
    object_id: str
    object_kind: str
    store_id: str | None
    payment_intent: str | None
    session: SessionFact | None
    body: dict[str, Any]


def read_session(data: dict[str, Any], happened_at: datetime) -> SessionFact:
    """From a session as Stripe renders it in our API version, `payment_intent` expanded or not."""
    metadata = data.get("metadata") or {}
    intent = data.get("payment_intent")
    return SessionFact(
        session_id=data["id"],
        store_id=metadata.get(STORE),
        checkout_id=metadata.get(CHECKOUT),
        attempt_id=metadata.get(ATTEMPT),
        status=data["status"],
        payment_status=data["payment_status"],
        payment_intent=intent["id"] if isinstance(intent, dict) else intent,
        intent_status=intent["status"] if isinstance(intent, dict) else None,
        amount_total=_our_amount(data),
        currency=data["currency"],
        livemode=data["livemode"],
        url=data.get("url"),
        happened_at=happened_at,
        recovered_from=data.get("recovered_from"),
    )


def read_event(body: dict[str, Any], session_version: str) -> Event:
    """From a verified body; raises KeyError or TypeError when it is no event.

    A session is only read in our own API version (rule 3): in another its fields may mean something else.
    """
    thing = body["data"]["object"]
    texts = (body["id"], body["type"], body["api_version"] or "")
    if not all(isinstance(text, str) for text in texts) or not isinstance(body["livemode"], bool):
        raise TypeError("a part of the event is of the wrong kind")
    happened_at = from_epoch(body["created"])
    is_session = thing.get("object") == "checkout.session" and body["api_version"] == session_version
    session = read_session(thing, happened_at) if is_session else None
    if session and body["type"] == "checkout.session.async_payment_failed":
        session = session.failed_later()
    intent = thing["id"] if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    return Event(
        id=body["id"],
        type=body["type"],
        api_version=body["api_version"] or "",
        livemode=body["livemode"],
        happened_at=happened_at,
        object_id=thing.get("id") or "",
        object_kind=thing.get("object") or "",
        store_id=(thing.get("metadata") or {}).get(STORE),
        payment_intent=intent if isinstance(intent, str) else None,
        session=session,
        body=body,
    )


def _our_amount(data: dict[str, Any]) -> int | None:
    try:
        return from_stripe(data["amount_total"], data["currency"])
    except (TypeError, ValueError):
        return None
