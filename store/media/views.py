"""Pictures out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from store.media.storage import FileStorage
from store.web.assets import YEAR

blueprint = Blueprint("media", __name__)
TYPES = {"jpeg": "image/jpeg", "avif": "image/avif"}


@blueprint.get("/media/<digest>/<name>")
def picture(digest: str, name: str) -> Response:
    storage: FileStorage = current_app.extensions["storage"]
    form = name.rpartition(".")[2]
    answer = Response(storage.get(f"{digest}/{name}"), mimetype=TYPES.get(form, "image/png"))
    answer.headers["Cache-Control"] = YEAR
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
