"""Where Stripe's events arrive."""

from __future__ import annotations

from flask import Blueprint, current_app, request

from store.errors import Invalid
from store.payments import inbox
from store.payments.inbox import ENOUGH_FAILURES, NotHandled
from store.payments.service import Payments
from store.web.current import db, now

blueprint = Blueprint("payments", __name__)
MOST_BYTES = 256 * 1024


@blueprint.post("/webhooks/stripe")
def webhook() -> tuple[str, int]:
    """200 once committed; 400 for what Stripe did not sign; 5xx so that it is sent again (rule 3)."""
    payments: Payments = current_app.extensions["payments"]
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    try:
        event = payments.gateway.read_event(body, request.headers.get("Stripe-Signature", ""), now())
    except Invalid as refusal:
        return str(refusal), 400
    try:
        outcome = inbox.receive(db(), event, payments.ours(), now())
    except NotHandled as failure:
        given_up = failure.failures >= ENOUGH_FAILURES
        return ("noted for staff", 200) if given_up else ("please send it again", 500)
    return outcome.value, 200
