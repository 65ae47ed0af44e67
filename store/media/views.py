"""Pictures and sound out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from store.actors import Permission
from store.errors import NotFound
from store.media.storage import NO_SUCH, Storage, known
from store.web.assets import YEAR
from store.web.current import actor, now, reader

blueprint = Blueprint("media", __name__)
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "avif": "image/avif", "mp3": "audio/mpeg"}

# Whoever opens a picture by itself sees it in the browser's own frame, which brings its own style along.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/media/<digest>/<name>")
def picture(digest: str, name: str) -> Response:
    """One rendition, or a clip. Of products that have not appeared yet, only for staff, and kept by nobody."""
    storage: Storage = current_app.extensions["storage"]
    is_public: Callable[[Session, str, datetime], bool] = current_app.extensions["media_is_public"]
    key = known(f"{digest}/{name}")
    everybodys = is_public(reader(), digest, now())
    if not everybodys and not actor().may(Permission.CATALOG_READ):
        raise NotFound(NO_SUCH)
    content = storage.get(key)
    # The type is ours to say, whatever the address ends in.
    answer = Response(content, mimetype=TYPES.get(name.rpartition(".")[2], "application/octet-stream"))
    answer.headers["Cache-Control"] = YEAR if everybodys else "private, no-store"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.set_etag(f"{digest[:24]}-{name}")
    # Players ask for a clip in pieces, and Safari plays none that is not given so.
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
