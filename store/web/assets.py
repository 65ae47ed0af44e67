"""Addresses of our own files with a digest of what is in them, so that a browser may keep them for a year.

Style sheets are written to be read, and sent without what only people read.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

from store import paths

YEAR = "public, max-age=31536000, immutable"


@cache
def _digest(filename: str) -> str:
    return hashlib.sha256((paths.STATIC / filename).read_bytes()).hexdigest()[:12]


def static_url(filename: str) -> str:
    return url_for("static", filename=filename, v=_digest(filename))


@cache
def packed(filename: str) -> str:
    """A style sheet without its comments and line ends; no string in ours has two spaces or a comment's signs."""
    text = (paths.STATIC / filename).read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()


def register(app: Flask) -> None:
    app.add_template_global(static_url)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            # The style sheet and the preload must name a font alike, so fonts carry no digest: theirs never change.
            lasting = "v" in request.args or request.path.endswith(".woff2")
            response.headers["Cache-Control"] = YEAR if lasting else "no-cache"
            if response.mimetype == "text/css" and response.status_code == 200:
                response.close()  # the file, in whose place a string comes
                response.direct_passthrough = False
                response.set_data(packed(str((request.view_args or {})["filename"])))
        return response
