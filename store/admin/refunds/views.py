"""The staff pages of refunds: what to pay back, the sum before the click, and what is left to say of those made."""

from __future__ import annotations

import secrets
from typing import Any

from babel.numbers import get_currency_symbol
from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.orders.schemas import Once
from store.admin.refunds import schemas
from store.admin.refunds.presentation import shipping_left, view_items, view_sum
from store.errors import Conflict, Invalid, NotFound
from store.money import Money
from store.orders import repository as orders
from store.orders.models import Order
from store.payments.models import Payment
from store.payments.refunds import repository
from store.payments.refunds.models import Refund
from store.payments.refunds.reserving import Asked
from store.payments.refunds.rules import UNKNOWN, RefundState, Sum, Wish
from store.payments.refunds.service import NOTHING_PAID, Refunds
from store.payments.repository import find_payment_of_order, payment_of_id
from store.web.access import needs
from store.web.current import actor, reader

blueprint = Blueprint("admin_refunds", __name__)

Values = dict[str, str]
Errors = dict[str, list[str]]


@blueprint.get("/admin/orders/<number>/refund")
@needs(Permission.REFUNDS_WRITE)
def begin(number: str) -> str:
    order, payment = _paid(number)
    boxes = {f"restock-{line.id}": "yes" for line in order.lines}
    return _sheet(order, payment, {"reason": next(iter(schemas.REASONS)), **boxes})


@blueprint.post("/admin/orders/<number>/refund/sum")
@needs(Permission.REFUNDS_WRITE)
def work_out(number: str) -> Response:
    """The same page with the exact sum and its parts; nothing is sent yet."""
    order, payment = _paid(number)
    sent = request.form.to_dict()
    try:
        wish = schemas.wish(schemas.refund_form(sent, order.currency, confirmed=False).load(sent), sent)
        sum_ = _refunds().work_out(actor(), number, wish)
    except ValidationError as refusal:
        return make_response(_sheet(order, payment, sent, refusal.messages_dict), 422)
    except Invalid as refusal:
        return make_response(_sheet(order, payment, sent, refusal.fields, notice=str(refusal)), 422)
    except Conflict as refusal:
        return make_response(_sheet(order, payment, sent, notice=str(refusal)), 409)
    return make_response(_sheet(order, payment, sent, worked_out=(wish, sum_)))


@blueprint.post("/admin/orders/<number>/refund")
@needs(Permission.REFUNDS_WRITE)
def refund(number: str) -> Response:
    """Send exactly what was shown."""
    order, payment = _paid(number)
    sent = request.form.to_dict()
    try:
        written = schemas.refund_form(sent, order.currency, confirmed=True).load(sent)
        wish = schemas.wish(written, sent)
        asked = Asked(
            number, wish, written["reason"], written["note"], written["form_token"], expected=written["expected"]
        )
        made = _refunds().refund(actor(), asked)
    except ValidationError as refusal:
        return make_response(_sheet(order, payment, sent, refusal.messages_dict), 422)
    except Invalid as refusal:
        return make_response(_sheet(order, payment, sent, refusal.fields, notice=str(refusal)), 422)
    except Conflict as refusal:
        again = _work_out_again(number, wish)
        return make_response(_sheet(order, payment, sent, notice=str(refusal), worked_out=again), 409)
    return _to_order(number, made)


def _work_out_again(number: str, wish: Wish) -> tuple[Wish, Sum] | None:
    """What it comes to now, if it still can be paid at all."""
    try:
        return wish, _refunds().work_out(actor(), number, wish)
    except (Invalid, Conflict):
        return None


@blueprint.post("/admin/refunds/<id:refund_id>/repay")
@needs(Permission.REFUNDS_WRITE)
def repay(refund_id: int) -> Response:
    sent = Once().load(request.form.to_dict())
    made = _refunds().repay(actor(), refund_id, sent["form_token"])
    payment = payment_of_id(reader(), made.payment_id)
    if payment.order_id is None:
        return redirect(url_for("admin_payments.show", payment_intent=payment.payment_intent, done="refunded"), 303)
    return _to_order(orders.get_order(reader(), payment.order_id).number, made)


@blueprint.get("/admin/refunds/<id:refund_id>/units")
@needs(Permission.REFUNDS_WRITE)
def ask_units(refund_id: int) -> str:
    order, made = _made(refund_id)
    return _units_sheet(order, made, {f"restock-{line.id}": "yes" for line in order.lines})


@blueprint.post("/admin/refunds/<id:refund_id>/units")
@needs(Permission.REFUNDS_WRITE)
def name_units(refund_id: int) -> Response:
    """Which units a refund made at Stripe was for; a form without any says that it was for none."""
    order, made = _made(refund_id)
    sent = request.form.to_dict()
    try:
        written = schemas.units_form(sent).load(sent)
        _refunds().explain(actor(), refund_id, schemas.lines(written, sent), written["form_token"])
    except ValidationError as refusal:
        return make_response(_units_sheet(order, made, sent, refusal.messages_dict), 422)
    except Conflict as refusal:
        return make_response(_units_sheet(order, made, sent, notice=str(refusal)), 409)
    return redirect(url_for("admin_orders.show", number=order.number, done="explained"), 303)


def _refunds() -> Refunds:
    found: Refunds = current_app.extensions["refunds"]
    return found


def _paid(number: str) -> tuple[Order, Payment]:
    order = orders.get_order_by_number(reader(), number)
    payment = find_payment_of_order(reader(), order.id)
    if payment is None:
        raise NotFound(NOTHING_PAID)
    return order, payment


def _made(refund_id: int) -> tuple[Order, Refund]:
    made = repository.get_refund(reader(), refund_id)
    payment = payment_of_id(reader(), made.payment_id)
    if payment.order_id is None:
        raise NotFound("This refund's money belonged to no order, so there are no units to name.")
    return orders.get_order(reader(), payment.order_id), made


def _to_order(number: str, made: Refund) -> Response:
    if made.state is RefundState.REJECTED:
        what = "refund-refused"
    else:
        what = "refund-kept" if made.state in UNKNOWN else "refunded"
    return redirect(url_for("admin_orders.show", number=number, done=what), 303)


def _sheet(
    order: Order,
    payment: Payment,
    values: Values,
    errors: Errors | None = None,
    *,
    notice: str | None = None,
    worked_out: tuple[Wish, Sum] | None = None,
) -> str:
    """The form with what was typed; with its sum, once that is worked out, and the button that sends it."""
    reader().expire_all()  # others may have changed the order since it was read
    standing = repository.standing(reader(), payment, order)
    return render_template(
        "admin/refunds/new.html",
        number=order.number,
        items=view_items(order, repository.refundables(reader(), order)),
        form=_form(values, errors),
        reasons=list(schemas.REASONS.items()),
        sign=get_currency_symbol(order.currency.upper(), "en_US"),
        left=Money(standing.left, order.currency),
        shipping_left=shipping_left(standing),
        sum=Money(worked_out[1].amount, order.currency) if worked_out else None,
        parts=view_sum(worked_out[1], worked_out[0], order) if worked_out else [],
        kept={name: text for name, text in values.items() if name not in ("csrf_token", "form_token", "expected")},
        form_token=secrets.token_urlsafe(18),
        notice=notice,
    )


def _units_sheet(
    order: Order, made: Refund, values: Values, errors: Errors | None = None, *, notice: str | None = None
) -> str:
    reader().expire_all()
    return render_template(
        "admin/refunds/units.html",
        number=order.number,
        refund_id=made.id,
        amount=Money(made.amount, made.currency),
        at=made.created_at,
        is_asked=made.is_unexplained,
        items=view_items(order, repository.refundables(reader(), order)),
        form=_form(values, errors),
        form_token=secrets.token_urlsafe(18),
        notice=notice,
    )


def _form(values: Values, errors: Errors | None) -> dict[str, Any]:
    """Sentences about what no field of the page holds stand above it."""
    told = dict(errors or {})
    summary = told.pop("form_token", []) + (["Work out the sum first."] if told.pop("expected", None) else [])
    return {"values": values, "errors": told, "summary": summary}
