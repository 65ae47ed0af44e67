"""The staff page of a checkout."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.attention.reading import view_matters
from store.admin.checkouts.presentation import view_checkout
from store.admin.payments.presentation import view_payment
from store.admin.payments.repository import list_payments, list_sessions
from store.admin.people import named
from store.admin.schemas import ReasonIn
from store.audit.repository import list_about
from store.errors import Conflict
from store.orders import repository as orders
from store.payments.releasing import UNPAID, why_not_released
from store.payments.releasing import release as release_checkout
from store.payments.repository import has_unapplied
from store.stock.reports import list_holds
from store.web.access import needs
from store.web.current import actor, now, reader

blueprint = Blueprint("admin_checkouts", __name__, url_prefix="/admin/checkouts")

DONE = {"released": "Released. What it held is for sale again."}


@blueprint.get("/<checkout_id>")
@needs(Permission.ORDERS_READ)
def show(checkout_id: str) -> str:
    return _sheet(checkout_id, done=DONE.get(request.args.get("done", "")))


@blueprint.post("/<checkout_id>/release")
@needs(Permission.ORDERS_WRITE)
def release(checkout_id: str) -> Response:
    sent = request.form.to_dict()
    try:
        written = ReasonIn().load(sent)
        payments = current_app.extensions["payments"]
        release_checkout(payments, actor(), checkout_id, written["reason"], written["form_token"], now())
    except ValidationError as refusal:
        return make_response(_sheet(checkout_id, _form(sent, refusal.messages_dict)), 422)
    except Conflict as refusal:
        return make_response(_sheet(checkout_id, _form(sent), notice=str(refusal)), 409)
    return redirect(url_for(".show", checkout_id=checkout_id, done="released"), 303)


def _form(sent: dict[str, str], errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"values": sent, "errors": errors or {}, "summary": []}


def _sheet(
    checkout_id: str, form: dict[str, Any] | None = None, notice: str | None = None, done: str | None = None
) -> str:
    checkout = orders.get_checkout(reader(), checkout_id)
    sessions = list_sessions(reader(), [checkout_id])
    order = orders.find_order_of_checkout(reader(), checkout_id)
    names = named(reader(), [checkout.released_by or "system"])
    subjects = [f"checkout:{checkout_id}", *(f"attempt:{one.id}" for one in sessions)]
    subjects += [f"session:{one.stripe_id}" for one in sessions if one.stripe_id]
    fault = why_not_released(checkout, has_money=has_unapplied(reader(), checkout_id))
    is_waiting = checkout.state in UNPAID and now() < checkout.hold_ends_at
    return render_template(
        "admin/checkouts/show.html",
        checkout=view_checkout(checkout, list_holds(reader(), checkout_id)),
        order=order,
        released_by=names.get(checkout.released_by or ""),
        sessions=sessions,
        payments=[view_payment(one, checkout, order) for one in list_payments(reader(), checkout_id)],
        matters=view_matters(reader(), list_about(reader(), subjects), actor(), now()),
        may_release=actor().may(Permission.ORDERS_WRITE) and fault is None and not is_waiting,
        form=form or _form({}),
        token=secrets.token_urlsafe(18),
        notice=notice,
        done=done,
    )
