"""The staff pages of what waits for a person."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.attention.reading import view_matters
from store.admin.paging import ON_A_PAGE, page_asked
from store.admin.schemas import DoneIn
from store.audit.matters import close as close_matter
from store.audit.repository import count_open, get_matter, list_closed, list_open
from store.errors import Conflict
from store.web.access import needs
from store.web.current import actor, db, now, reader

blueprint = Blueprint("admin_attention", __name__, url_prefix="/admin/attention")

DONE = {"closed": "Closed. It stands among the closed ones, with your note."}


@blueprint.get("")
@needs(Permission.ORDERS_READ)
def index() -> str:
    """Open matters, the most urgent first; or, with `?state=closed`, the closed ones, the latest first."""
    state = "closed" if request.args.get("state") == "closed" else None
    number = page_asked(request.args)
    read = list_closed if state else list_open
    found = read(reader(), (number - 1) * ON_A_PAGE, ON_A_PAGE + 1)
    return render_template(
        "admin/attention/index.html",
        matters=view_matters(reader(), found[:ON_A_PAGE], actor(), now()),
        is_open=state is None,
        tabs=tabs("closed" if state else "open", count_open(reader())),
        done=DONE.get(request.args.get("done", "")),
        earlier_url=url_for(".index", state=state, page=number - 1) if number > 1 else None,
        later_url=url_for(".index", state=state, page=number + 1) if len(found) > ON_A_PAGE else None,
    )


def tabs(current: str, open_matters: int | None = None) -> list[dict[str, Any]]:
    """The pages of this area, above each of its lists."""
    pages = {
        "open": ("Open", url_for("admin_attention.index"), open_matters),
        "closed": ("Closed", url_for("admin_attention.index", state="closed"), None),
        "events": ("Events", url_for("admin_events.index"), None),
        "jobs": ("Jobs", url_for("admin_jobs.index"), None),
    }
    return [
        {"label": label, "url": url, "current": name == current, "count": count}
        for name, (label, url, count) in pages.items()
    ]


@blueprint.get("/<id:matter_id>")
@needs(Permission.ORDERS_READ)
def show(matter_id: int) -> str:
    return _sheet(matter_id)


@blueprint.post("/<id:matter_id>/close")
@needs(Permission.ORDERS_WRITE, Permission.REFUNDS_WRITE)
def close(matter_id: int) -> Response:
    sent = request.form.to_dict()
    try:
        written = DoneIn().load(sent)
        close_matter(db(), actor(), matter_id, written["note"], written["form_token"], now())
    except ValidationError as refusal:
        form = {"values": sent, "errors": refusal.messages_dict, "summary": []}
        return make_response(_sheet(matter_id, form), 422)
    except Conflict as refusal:
        form = {"values": sent, "errors": {}, "summary": []}
        return make_response(_sheet(matter_id, form, notice=str(refusal)), 409)
    return redirect(url_for(".index", done="closed"), 303)


def _sheet(matter_id: int, form: dict[str, Any] | None = None, notice: str | None = None) -> str:
    (matter,) = view_matters(reader(), [get_matter(reader(), matter_id)], actor(), now())
    return render_template(
        "admin/attention/show.html",
        matter=matter,
        form=form or {"values": {}, "errors": {}, "summary": []},
        token=secrets.token_urlsafe(18),
        notice=notice,
    )
