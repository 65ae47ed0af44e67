"""The staff pages of orders: the list, one order, and what is done with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.orders import doubts, schemas
from store.admin.orders.presentation import member_ids, view_awaited, view_row, view_sheet
from store.admin.people import named
from store.admin.refunds.presentation import view_refunds
from store.errors import Conflict
from store.fulfilment import cancelling, service
from store.fulfilment.carriers import CARRIERS
from store.fulfilment.models import FulfilmentBlock
from store.fulfilment.repository import list_blocks
from store.members.repository import emails
from store.money import Money
from store.orders import repository as orders
from store.orders.numbers import private_link
from store.orders.search import LONGEST, PAGE, View, count_orders, list_held, list_noted, list_orders
from store.orders.service import add_note
from store.payments.disputes.repository import list_disputes, list_warnings
from store.payments.models import Payment
from store.payments.refunds.repository import left_of, list_refunds
from store.payments.repository import find_payment_of_order
from store.web.access import needs
from store.web.current import actor, db, now, reader, settings

blueprint = Blueprint("admin_orders", __name__)

LABELS = {
    View.TO_PACK: "To pack",
    View.HELD: "Held back",
    View.SHIPPED: "Shipped",
    View.MONEY_BACK: "Money back",
    View.ALL: "All",
}
DONE = {
    "packed": "Marked packed.",
    "shipped": "The parcel is noted, and the buyer is being told.",
    "noted": "Your note is on the timeline.",
    "let-go": "Let go. It is on the timeline, with your name.",
    "canceled": "Canceled. The buyer is being told.",
    "refunded": "The money is going back, and the buyer is being told.",
    "refund-kept": "Stripe does not answer just now. The refund is set aside and sent as soon as it does.",
    "explained": "Noted. The refund no longer holds the order back.",
}
REFUSED = {"refund-refused": "Stripe refused the refund, and nothing went back. Why stands below."}


@blueprint.get("/admin/orders")
@needs(Permission.ORDERS_READ)
def index() -> str:
    asked = request.args.get("state", "")
    view = View(asked) if asked in list(View) else View.TO_PACK
    text, after = request.args.get("q", "").strip()[:LONGEST], request.args.get("after")
    page, counts = list_orders(reader(), view, text, after), count_orders(reader())
    noted, held = list_noted(reader(), page.orders), list_held(reader(), page.orders)
    return render_template(
        "admin/orders/index.html",
        rows=[view_row(order, view, noted, held) for order in page.orders],
        awaited=[view_awaited(one) for one in orders.list_awaited(reader(), None, PAGE)] if view is View.ALL else [],
        tabs=[
            {"label": LABELS[one], "url": _list_url(one, text), "current": one is view, "count": counts[one]}
            for one in View
        ],
        view=view.value,
        label=LABELS[view],
        text=text,
        first_url=_list_url(view, text) if after else None,
        next_url=_list_url(view, text, page.after) if page.after else None,
        all_url=_list_url(View.ALL, text) if view is not View.ALL else None,
    )


def _list_url(view: View, text: str, after: str | None = None) -> str:
    state = None if view is View.TO_PACK else view.value
    return url_for("admin_orders.index", state=state, q=text or None, after=after)


@blueprint.get("/admin/orders/<number>")
@needs(Permission.ORDERS_READ)
def show(number: str) -> str:
    what = request.args.get("done", "")
    return _sheet(number, done=DONE.get(what), notice=REFUSED.get(what))


@blueprint.post("/admin/orders/<number>/pack")
@needs(Permission.FULFILMENT_WRITE)
def pack(number: str) -> Response:
    try:
        sent = schemas.Once().load(request.form.to_dict())
        service.pack(db(), actor(), number, sent["form_token"], now())
    except ValidationError as refusal:
        return make_response(_sheet(number, notice=refusal.messages_dict["form_token"][0]), 422)
    except Conflict as refusal:
        return make_response(_sheet(number, notice=str(refusal)), 409)
    return _done(number, "packed")


@blueprint.post("/admin/orders/<number>/ship")
@needs(Permission.FULFILMENT_WRITE)
def ship(number: str) -> Response:
    sent = request.form.to_dict()
    try:
        parcel = schemas.parcel_form(sent).load(sent)
        wanted, carrier = schemas.wanted(parcel), schemas.carrier(parcel)
        service.ship(db(), actor(), number, wanted, carrier, parcel["tracking"], parcel["form_token"], now())
    except ValidationError as refusal:
        return make_response(_sheet(number, parcel=_form(sent, refusal.messages_dict)), 422)
    except Conflict as refusal:
        return make_response(_sheet(number, parcel=_form(sent), notice=str(refusal)), 409)
    return _done(number, "shipped")


@blueprint.post("/admin/orders/<number>/let-go")
@needs(Permission.ORDERS_WRITE)
def let_go(number: str) -> Response:
    try:
        sent = schemas.LetGoIn().load(request.form.to_dict())
        service.let_go(db(), actor(), number, sent["block"], sent["form_token"], now())
    except ValidationError as refusal:
        unsaid = ["The form names nothing that holds this order back. Open the order and send the form it shows."]
        (sentence, *_) = refusal.messages_dict.get("form_token", unsaid)
        return make_response(_sheet(number, notice=sentence), 422)
    except Conflict as refusal:
        return make_response(_sheet(number, notice=str(refusal)), 409)
    return _done(number, "let-go")


@blueprint.post("/admin/orders/<number>/cancel")
@needs(Permission.ORDERS_WRITE)
def cancel(number: str) -> Response:
    sent = request.form.to_dict()
    try:
        once = schemas.Once().load(sent)["form_token"]
        cancelling.cancel(db(), actor(), number, restock="restock" in sent, request_key=once, now=now())
    except ValidationError as refusal:
        return make_response(_sheet(number, notice=refusal.messages_dict["form_token"][0]), 422)
    except Conflict as refusal:
        return make_response(_sheet(number, notice=str(refusal)), 409)
    return _done(number, "canceled")


@blueprint.post("/admin/orders/<number>/notes")
@needs(Permission.ORDERS_WRITE)
def note(number: str) -> Response:
    sent = request.form.to_dict()
    try:
        written = schemas.NoteIn().load(sent)
        add_note(db(), actor(), number, written["text"], written["form_token"], now())
    except ValidationError as refusal:
        return make_response(_sheet(number, note=_form(sent, refusal.messages_dict)), 422)
    except Conflict as refusal:
        return make_response(_sheet(number, note=_form(sent), notice=str(refusal)), 409)
    return _done(number, "noted")


def _done(number: str, what: str) -> Response:
    return redirect(url_for("admin_orders.show", number=number, done=what), 303)


def _form(sent: dict[str, str], errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"values": sent, "errors": errors or {}, "summary": []}


def _sheet(
    number: str,
    parcel: dict[str, Any] | None = None,
    note: dict[str, Any] | None = None,
    notice: str | None = None,
    done: str | None = None,
) -> str:
    """An order's page as it is now, with what was typed into a form of it that has been refused."""
    order = orders.get_order_by_number(reader(), number)
    payment, blocks = find_payment_of_order(reader(), order.id), list_blocks(reader(), order.id)
    people = emails(reader(), member_ids(order.events) | doubts.member_ids(blocks))
    refunds = list_refunds(reader(), payment.id) if payment else []
    sheet = view_sheet(order, people, doubts.held_by(blocks))
    unsent = {schemas.units_field(item.id): str(item.left) for item in sheet.items}
    return render_template(
        "admin/orders/show.html",
        order=sheet,
        payment=payment,
        doubts=_doubts(payment, blocks, people),
        refunds=view_refunds(refunds, order, named(reader(), [one.actor for one in refunds])),
        left=Money(left_of(payment), order.currency) if payment else None,
        gone_back=Money(payment.refunded, order.currency) if payment else None,
        held_back=doubts.held_back(blocks, order.fulfilment_state),
        parcel=parcel or _form({**unsent, "carrier": CARRIERS[0]}),
        note=note or _form({}),
        tokens={form: secrets.token_urlsafe(18) for form in ("pack", "ship", "note", "let_go", "repay", "cancel")},
        carriers=[*((name, name) for name in CARRIERS), (schemas.OTHER, "Another")],
        buyers_url=url_for("orders.private", link=private_link(number, settings().secret_key)),
        may_ship=actor().may(Permission.FULFILMENT_WRITE),
        may_write=actor().may(Permission.ORDERS_WRITE),
        may_refund=actor().may(Permission.REFUNDS_WRITE),
        notice=notice,
        done=done,
    )


def _doubts(
    payment: Payment | None, blocks: Sequence[FulfilmentBlock], people: Mapping[int, str]
) -> list[doubts.Doubt]:
    if payment is None:
        return []
    disputes, warnings = list_disputes(reader(), payment.id), list_warnings(reader(), payment.id)
    return doubts.view_doubts(disputes, warnings, blocks, people)
