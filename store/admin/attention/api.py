"""What waits for a person, for staff's programs."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from store.actors import Permission
from store.audit.repository import list_closed, list_open
from store.web.api.calls import Calls
from store.web.api.fields import Out, PageIn, Time, page_of
from store.web.api.paging import number
from store.web.current import reader

calls = Calls("admin_attention", __name__, "Attention: what waits for a person. For staff.")
FURTHEST = 100_000


class MattersIn(PageIn):
    state = fields.String(load_default="open", validate=validate.OneOf(["open", "closed"]))


class MatterOut(Out):
    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "What it is about, as `payment:pi_…`."})
    sentence = fields.String(required=True, metadata={"description": "What happened and what to do."})
    opened_at = Time(required=True)
    due_at = Time(required=True, allow_none=True)
    closed_at = Time(required=True, allow_none=True)


@calls.get("/admin/attention", query=MattersIn, answers=page_of(MatterOut), needs=(Permission.ORDERS_READ,))
def list_matters(query: dict[str, Any]) -> dict[str, Any]:
    """Open matters, the most urgent first; or the closed ones, the latest first."""
    skip, limit = min(number(query["cursor"]) or 0, FURTHEST), query["limit"]
    listed = list_open if query["state"] == "open" else list_closed
    found = listed(reader(), skip, limit + 1)
    return {"items": found[:limit], "next": str(skip + limit) if len(found) > limit else None}
