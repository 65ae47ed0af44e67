"""The door of the staff pages, and what stands around each of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from store.actors import Actor
from store.admin import navigation
from store.admin.navigation import ATTENTION
from store.audit.repository import count_open
from store.web.access import needs
from store.web.current import actor, known_actor, reader

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin")
@needs(None)
def home() -> Response:
    return redirect(navigation.first_url(actor(), _open_matters(actor())), 303)


@blueprint.app_context_processor
def around() -> dict[str, Any]:
    """`actor` and `areas` for templates of the staff pages; other pages are told of nobody."""
    somebody = known_actor()
    if somebody is None or not (request.blueprint or "").startswith("admin"):
        return {}
    return {"actor": somebody, "areas": navigation.entries(somebody, request.endpoint, _open_matters(somebody))}


def _open_matters(somebody: Actor) -> int:
    return count_open(reader()) if somebody.may(ATTENTION.permission) else 0
