"""What we ask Stripe about refunds. Raises Refused when it will never be done, PaymentUnavailable when nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from store.payments.gateway import Gateway
from store.payments.refunds.facts import KEY, RefundFact, read_refund
from store.payments.refunds.models import Refund
from store.payments.units import to_stripe


def create_refund(gateway: Gateway, refund: Refund, payment_intent: str, now: datetime) -> RefundFact:
    """Send a refund under its own key: the one it has made, now or before."""
    request: dict[str, Any] = {
        "payment_intent": payment_intent,
        "amount": to_stripe(refund.amount, refund.currency),
        "reason": refund.reason,
        "metadata": {KEY: refund.key},
    }
    options = {"idempotency_key": refund.idempotency_key}
    answer = gateway.ask(lambda stripe: stripe.v1.refunds.create(request, options))  # type: ignore[arg-type]
    return read_refund(answer.to_dict(), now)


def list_refunds(gateway: Gateway, payment_intent: str, now: datetime) -> list[RefundFact]:
    """All refunds of a payment, on all pages."""
    found = gateway.ask(
        lambda stripe: list(stripe.v1.refunds.list({"payment_intent": payment_intent, "limit": 100}).auto_paging_iter())
    )
    return [read_refund(one.to_dict(), now) for one in found]
