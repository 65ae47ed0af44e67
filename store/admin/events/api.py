"""The inbox of Stripe's events, for staff's programs."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from store.actors import Permission
from store.admin.events.repository import list_events
from store.payments.models import EventOutcome
from store.web.api.calls import Calls
from store.web.api.fields import Out, PageIn, Text, Time, page_of
from store.web.api.paging import cut
from store.web.current import reader

calls = Calls("admin_events", __name__, "Events: what Stripe has told, and what became of it. For staff.")
OUTCOMES = [outcome.value for outcome in EventOutcome]


class EventsIn(PageIn):
    outcome = fields.String(load_default=None, validate=validate.OneOf(OUTCOMES))
    type = Text(100, load_default=None)
    q = Text(255, load_default="", metadata={"description": "The id of an event, or of what it is about."})


class EventOut(Out):
    id = fields.String(required=True)
    type = fields.String(required=True)
    object = fields.String(required=True, attribute="object_id")
    outcome = fields.String(required=True, allow_none=True, metadata={"enum": [*OUTCOMES, None]})
    failures = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)
    happened_at = Time(required=True)
    received_at = Time(required=True)


@calls.get("/admin/webhook-events", query=EventsIn, answers=page_of(EventOut), needs=(Permission.ORDERS_READ,))
def list_all(query: dict[str, Any]) -> dict[str, Any]:
    """The newest first."""
    outcome = EventOutcome(query["outcome"]) if query["outcome"] else None
    found = list_events(reader(), outcome, query["type"], query["q"], query["cursor"], query["limit"] + 1)
    return cut(found, query["limit"], lambda event: event.id)
