"""Addresses of our own files with a digest of what is in them, so that a browser may keep them for a year."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

from store import paths

REMARK = re.compile(r"/\*.*?\*/\s*|(?<=\n)[ \n]+", re.DOTALL)
"""Of a style sheet: what is for those who change it. On the wire it would be an eighth of the whole."""
YEAR = "public, max-age=31536000, immutable"


@cache
def _digest(filename: str) -> str:
    return hashlib.sha256((paths.STATIC / filename).read_bytes()).hexdigest()[:12]


def static_url(filename: str) -> str:
    return url_for("static", filename=filename, v=_digest(filename))


@cache
def _style(filename: str) -> str:
    """A style sheet as browsers need it: without remarks and indentation."""
    return REMARK.sub("", (paths.STATIC / filename).read_text(encoding="utf-8"))


def register(app: Flask) -> None:
    app.add_template_global(static_url)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            # The style sheet and the preload must name a font alike, so fonts carry no digest: theirs never change.
            lasting = "v" in request.args or request.path.endswith(".woff2")
            response.headers["Cache-Control"] = YEAR if lasting else "no-cache"
            if request.path.endswith(".css") and response.status_code == 200:
                file, response.direct_passthrough = response.response, False
                response.set_data(_style((request.view_args or {})["filename"]))
                if close := getattr(file, "close", None):
                    close()
        return response
