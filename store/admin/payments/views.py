"""The staff page of a payment."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.attention.reading import view_matters
from store.admin.events.presentation import view_event
from store.admin.orders.schemas import Once
from store.admin.payments.presentation import view_booking, view_payment
from store.admin.payments.repository import Known, get_known
from store.admin.people import named
from store.admin.refunds.presentation import view_refunds
from store.admin.schemas import ReasonIn
from store.audit.repository import list_about
from store.errors import Conflict, PaymentUnavailable
from store.payments.accepting import Acceptance, why_not_accepted
from store.payments.accepting import accept as accept_payment
from store.payments.refunds.service import Refunds
from store.payments.service import Payments
from store.settings import Settings
from store.web.access import needs
from store.web.current import actor, now, reader, rest

blueprint = Blueprint("admin_payments", __name__, url_prefix="/admin/payments")

DONE = {
    "accepted": "Accepted. The order is made, and its buyer gets the confirmation.",
    "refunded": "The money is going back.",
}
AWAY = "Stripe does not answer just now, so we cannot read what was bought. Nothing is changed. Try again in a minute."


@blueprint.get("/<payment_intent>")
@needs(Permission.ORDERS_READ)
def show(payment_intent: str) -> str:
    return _sheet(payment_intent, done=DONE.get(request.args.get("done", "")))


@blueprint.post("/<payment_intent>/accept")
@needs(Permission.ORDERS_WRITE)
def accept(payment_intent: str) -> Response:
    sent = request.form.to_dict()
    try:
        written = ReasonIn().load(sent)
        rest()
        form = Acceptance(written["reason"], written["form_token"])
        accept_payment(_payments(), actor(), payment_intent, form, _secret_key(), now())
    except ValidationError as refusal:
        return make_response(_sheet(payment_intent, _form(sent, refusal.messages_dict)), 422)
    except Conflict as refusal:
        return make_response(_sheet(payment_intent, _form(sent), notice=str(refusal)), 409)
    except PaymentUnavailable:
        return make_response(_sheet(payment_intent, _form(sent), notice=AWAY), 503)
    return redirect(url_for(".show", payment_intent=payment_intent, done="accepted"), 303)


@blueprint.post("/<payment_intent>/refund")
@needs(Permission.REFUNDS_WRITE)
def refund(payment_intent: str) -> Response:
    refunds: Refunds = current_app.extensions["refunds"]
    try:
        written = Once().load(request.form.to_dict())
        refunds.refund_unapplied(actor(), payment_intent, written["form_token"])
    except ValidationError as refusal:
        return make_response(_sheet(payment_intent, notice=refusal.messages_dict["form_token"][0]), 422)
    except Conflict as refusal:
        return make_response(_sheet(payment_intent, notice=str(refusal)), 409)
    return redirect(url_for(".show", payment_intent=payment_intent, done="refunded"), 303)


def _payments() -> Payments:
    found: Payments = current_app.extensions["payments"]
    return found


def _secret_key() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.secret_key


def _form(sent: dict[str, str], errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"values": sent, "errors": errors or {}, "summary": []}


def _sheet(
    payment_intent: str, form: dict[str, Any] | None = None, notice: str | None = None, done: str | None = None
) -> str:
    known = get_known(reader(), payment_intent)
    view = view_payment(known.payment, known.checkout, known.order)
    names = named(reader(), [one.actor for one in known.refunds] + [view.accepted_by or "system"])
    subjects = [f"payment:{payment_intent}", *(f"refund:{one.id}" for one in known.refunds)]
    return render_template(
        "admin/payments/show.html",
        payment=view,
        accepted_by=names.get(view.accepted_by or ""),
        checkout=known.checkout,
        sessions=known.sessions,
        refunds=view_refunds(known.refunds, known.order if known.payment.order_id else None, names),
        bookings=[view_booking(entry) for entry in known.entries],
        events=[view_event(event) for event in known.events],
        matters=view_matters(reader(), list_about(reader(), subjects), actor(), now()),
        not_accepted=_why_not_accepted(known),
        may_accept=actor().may(Permission.ORDERS_WRITE),
        may_refund=actor().may(Permission.REFUNDS_WRITE),
        can_refund=view.why is not None and view.left > 0,
        form=form or _form({}),
        tokens={name: secrets.token_urlsafe(18) for name in ("accept", "refund", "repay")},
        notice=notice,
        done=done,
    )


def _why_not_accepted(known: Known) -> str | None:
    """Asked only of money that has no order."""
    if known.payment.unapplied_reason is None:
        return "It is not unapplied."
    number = known.order.number if known.order else None
    return why_not_accepted(known.payment, known.checkout, _payments().ours(), number)
