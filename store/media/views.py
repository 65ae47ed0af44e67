"""Pictures out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, current_app
from sqlalchemy.orm import Session

from store.actors import Permission
from store.errors import NotFound
from store.media.storage import FileStorage
from store.web.assets import YEAR
from store.web.current import actor, now, reader

blueprint = Blueprint("media", __name__)
TYPES = {"jpeg": "image/jpeg", "avif": "image/avif"}


@blueprint.get("/media/<digest>/<name>")
def picture(digest: str, name: str) -> Response:
    """One rendition. Of products that have not appeared yet, only for staff, and kept by nobody."""
    storage: FileStorage = current_app.extensions["storage"]
    is_public: Callable[[Session, str, datetime], bool] = current_app.extensions["picture_is_public"]
    form = name.rpartition(".")[2]
    content = storage.get(f"{digest}/{name}")
    everybodys = is_public(reader(), digest, now())
    if not everybodys and not actor().may(Permission.CATALOG_READ):
        raise NotFound("We have no such picture.")
    answer = Response(content, mimetype=TYPES.get(form, "image/png"))
    answer.headers["Cache-Control"] = YEAR if everybodys else "private, no-store"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
