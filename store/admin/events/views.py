"""The staff page of Stripe's events: what came, what became of it, and what to try again."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.attention.views import tabs
from store.admin.events.presentation import OUTCOMES, view_event
from store.admin.events.repository import count_by_outcome, count_foreign, list_events
from store.errors import Conflict
from store.payments.gateway import EVENT_TYPES
from store.payments.models import EventOutcome
from store.payments.trying_again import try_event_again
from store.web.access import needs
from store.web.current import actor, now, reader

blueprint = Blueprint("admin_events", __name__, url_prefix="/admin/webhook-events")

ON_A_PAGE = 50
LONGEST = 255
FOREIGN_DAYS = 30
DONE = {
    "applied": "Handled. It is applied now.",
    "ignored": "Handled. There was nothing to do.",
    "attention": "Handled, and it still needs a person: see the open matters.",
    "failed": "It failed again. Its error says why; have that mended first.",
}


@blueprint.get("")
@needs(Permission.ORDERS_READ)
def index() -> str:
    return _list()


@blueprint.post("/<event_id>/again")
@needs(Permission.ORDERS_WRITE)
def again(event_id: str) -> Response:
    try:
        outcome = try_event_again(current_app.extensions["payments"], actor(), event_id, now())
    except Conflict as refusal:
        return make_response(_list(str(refusal)), 409)
    return redirect(url_for(".index", q=event_id, done=outcome.value), 303)


def _list(notice: str | None = None) -> str:
    asked = _asked()
    found = list_events(
        reader(),
        EventOutcome(asked["outcome"]) if asked["outcome"] else None,
        asked["type"],
        asked["q"] or "",
        request.args.get("after"),
        ON_A_PAGE + 1,
    )
    page = found[:ON_A_PAGE]
    since = (now().astimezone(UTC) - timedelta(days=FOREIGN_DAYS - 1)).date()
    said = request.args.get("done", "")
    return render_template(
        "admin/events/index.html",
        events=[view_event(event) for event in page],
        tabs=tabs("events"),
        outcomes=_outcomes(asked),
        types=EVENT_TYPES,
        asked=asked,
        foreign=count_foreign(reader(), since),
        foreign_days=FOREIGN_DAYS,
        may_try=actor().may(Permission.ORDERS_WRITE),
        notice=DONE["failed"] if said == "failed" else notice,
        done=DONE.get(said) if said != "failed" else None,
        first_url=_url(asked) if "after" in request.args else None,
        next_url=_url(asked, page[-1].id) if len(found) > ON_A_PAGE else None,
    )


def _asked() -> dict[str, str | None]:
    """How the list is narrowed; what makes no sense narrows nothing."""
    outcome, kind = request.args.get("outcome"), request.args.get("type")
    return {
        "outcome": outcome if outcome in list(EventOutcome) else None,
        "type": kind if kind in EVENT_TYPES else None,
        "q": request.args.get("q", "").strip()[:LONGEST] or None,
    }


def _url(asked: dict[str, str | None], after: str | None = None) -> str:
    return url_for(".index", outcome=asked["outcome"], type=asked["type"], q=asked["q"], after=after)


def _outcomes(asked: dict[str, str | None]) -> list[dict[str, Any]]:
    """The list narrowed to each outcome; those that wait with how many there are."""
    counts = count_by_outcome(reader())
    narrowed = [{"label": "All", "url": _url(asked | {"outcome": None}), "current": asked["outcome"] is None}]
    narrowed += [
        {
            "label": OUTCOMES[one][0],
            "url": _url(asked | {"outcome": one.value}),
            "current": asked["outcome"] == one,
            "count": counts.get(one),
        }
        for one in (EventOutcome.FAILED, EventOutcome.ATTENTION, EventOutcome.APPLIED, EventOutcome.IGNORED)
    ]
    return narrowed
