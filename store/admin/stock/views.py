"""The staff pages of stock: the list, one variant, and the three things that are done to a shelf."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as Answer

from store.actors import Permission
from store.admin.people import named
from store.admin.stock.schemas import AdjustIn, CountIn, MoveIn, ReceiveIn
from store.errors import Conflict, Invalid
from store.stock import service
from store.stock.reports import Show, Stocked, get_stocked, list_held, list_movements, list_stock
from store.web.access import needs
from store.web.current import actor, db, now, reader, settings
from store.web.spreadsheet import as_csv

blueprint = Blueprint("admin_stock", __name__, url_prefix="/admin/stock")

ON_A_PAGE = 50
MOST_HELD = 100
LONGEST_SEARCH = 100
LABELS = {Show.ALL: "All", Show.LOW: "Low", Show.SOLD_OUT: "Sold out", Show.SHORT: "Short"}
DONE = {"received": "Received", "adjusted": "Adjusted", "counted": "Counted"}
COLUMNS = ("sku", "title", "variant", "on_hand", "promised", "for_sale", "short", "status")
USUAL = {
    "receive": {"reason": "Delivery"},
    "adjust": {"direction": "take"},
    "count": {"reason": "Stocktake"},
}
"""What a form holds before anybody has typed."""
ORDER = ("found", "direction", "quantity", "reason")


@blueprint.get("")
@needs(Permission.STOCK_READ)
def index() -> str:
    words, show = _asked()
    items = list_stock(reader(), words, show, settings().low_stock, _number("after"), ON_A_PAGE + 1)
    page = items[:ON_A_PAGE]
    return render_template(
        "admin/stock/index.html",
        items=page,
        low_stock=settings().low_stock,
        words=words,
        show=show.value,
        tabs=[{"label": LABELS[one], "url": _list_url(words, one), "current": one is show} for one in Show],
        kept=_kept(),
        all_url=_list_url("", Show.ALL),
        first_url=_list_url(words, show) if "after" in request.args else None,
        next_url=_list_url(words, show, page[-1].variant_id) if len(items) > ON_A_PAGE else None,
    )


@blueprint.get("/levels.csv")
@needs(Permission.STOCK_READ)
def levels() -> Response:
    """The list as it is narrowed, all of it, for a spreadsheet."""
    words, show = _asked()
    items = list_stock(reader(), words, show, settings().low_stock, None, None)
    rows = [
        (
            item.sku,
            item.title,
            item.label,
            item.level.on_hand,
            item.level.reserved,
            max(item.level.available, 0),
            item.level.short,
            item.status.value,
        )
        for item in items
    ]
    filename = f"stock-{now().astimezone(settings().zone):%Y-%m-%d}.csv"
    disposition = {"Content-Disposition": f"attachment; filename={filename}"}
    return Response(as_csv(COLUMNS, rows), mimetype="text/csv", headers=disposition)


@blueprint.get("/<id:variant_id>")
@needs(Permission.STOCK_READ)
def show(variant_id: int) -> str:
    return _sheet(variant_id, done=request.args.get("done"))


@blueprint.post("/<id:variant_id>/receive")
@needs(Permission.STOCK_WRITE)
def receive(variant_id: int) -> Answer:
    def deed(sent: dict[str, Any]) -> object:
        return service.receive(db(), actor(), variant_id, sent["quantity"], **_note(sent))

    return _do(variant_id, "receive", ReceiveIn, deed, "received")


@blueprint.post("/<id:variant_id>/adjust")
@needs(Permission.STOCK_WRITE)
def adjust(variant_id: int) -> Answer:
    def deed(sent: dict[str, Any]) -> object:
        change = sent["quantity"] if sent["direction"] == "add" else -sent["quantity"]
        return service.adjust(db(), actor(), variant_id, change, **_note(sent))

    return _do(variant_id, "adjust", AdjustIn, deed, "adjusted")


@blueprint.post("/<id:variant_id>/count")
@needs(Permission.STOCK_WRITE)
def count(variant_id: int) -> Answer:
    def deed(sent: dict[str, Any]) -> object:
        found, expected = sent["found"], sent["expected_on_hand"]
        return service.count(db(), actor(), variant_id, found, expected, **_note(sent))

    return _do(variant_id, "count", CountIn, deed, "counted")


def _note(sent: dict[str, Any]) -> dict[str, Any]:
    return {"reason": sent["reason"], "request_key": sent["form_token"], "now": now()}


def _do(
    variant_id: int, form: str, schema: type[MoveIn], deed: Callable[[dict[str, Any]], object], done: str
) -> Answer:
    sent = request.form.to_dict()
    try:
        deed(schema().load(sent))
    except ValidationError as refusal:
        return make_response(_sheet(variant_id, form, sent, refusal.messages_dict), 422)
    except Invalid as refusal:
        return make_response(_sheet(variant_id, form, sent, refusal.fields), 422)
    except Conflict as refusal:
        return make_response(_sheet(variant_id, form, sent, notice=str(refusal)), 409)
    return redirect(url_for("admin_stock.show", variant_id=variant_id, done=done, **_kept()), 303)


def _sheet(
    variant_id: int,
    refused: str | None = None,
    sent: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    notice: str | None = None,
    done: str | None = None,
) -> str:
    """A variant's page as it is now; the form that was `refused` says why, and holds what was typed."""
    item = get_stocked(reader(), variant_id)
    held = list_held(reader(), variant_id, MOST_HELD + 1)
    moved = list_movements(reader(), variant_id, _number("before"), ON_A_PAGE + 1)
    return render_template(
        "admin/stock/show.html",
        item=item,
        held=held[:MOST_HELD],
        more_held=len(held) > MOST_HELD,
        movements=moved[:ON_A_PAGE],
        earlier=moved[ON_A_PAGE - 1].id if len(moved) > ON_A_PAGE else None,
        names=named(reader(), (movement.actor for movement in moved)),
        forms={
            form: _form(form, sent or {}, errors or {}) if form == refused else _form(form, USUAL[form], {})
            for form in USUAL
        },
        refusal=notice,
        done=_done(item, done),
        kept=_kept(),
    )


def _form(kind: str, typed: dict[str, str], errors: dict[str, list[str]]) -> dict[str, Any]:
    """Three forms of one page have fields of one name, so each is known by its form's name as well."""
    return {
        "values": {f"{kind}-{name}": text for name, text in typed.items()},
        "errors": {f"{kind}-{name}": sentences for name, sentences in errors.items()},
        "summary": [],
        "order": [f"{kind}-{name}" for name in ORDER],
        "token": secrets.token_urlsafe(18),
    }


def _done(item: Stocked, what: str | None) -> str | None:
    verb = DONE.get(what or "")
    return (
        f"{verb}. {item.level.on_hand} on hand now, {max(item.level.available, 0)} of them for sale." if verb else None
    )


def _asked() -> tuple[str, Show]:
    narrowed = request.args.get("show", "")
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return words, Show(narrowed) if narrowed in list(Show) else Show.ALL


def _kept() -> dict[str, Any]:
    """What the list was narrowed to, carried along so that people come back to it."""
    words, show = _asked()
    return {name: text for name, text in {"q": words, "show": show.value}.items() if text not in ("", Show.ALL)}


def _list_url(words: str, show: Show, after: int | None = None) -> str:
    narrowed = None if show is Show.ALL else show.value
    return url_for("admin_stock.index", q=words or None, show=narrowed, after=after)


def _number(name: str) -> int | None:
    """A row's id in the address; nonsense is as good as nothing."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
