"""Is the process alive, and can it serve? For load balancers and for people who start the shop."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError

from store.migrations.commands import is_current
from store.web.current import db

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def alive() -> tuple[str, int]:
    return "alive", 200


@blueprint.get("/readyz")
def ready() -> tuple[str, int]:
    """200 once the database answers and stands at our newest migration."""
    try:
        return ("ready", 200) if is_current(db()) else ("the database is not migrated", 503)
    except SQLAlchemyError:
        return "the database does not answer", 503
