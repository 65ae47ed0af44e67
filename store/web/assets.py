"""Addresses of our own files with a digest of what is in them, so that a browser may keep them for a year.

Style sheets are written for people and sent without what is only for them.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from store import paths

YEAR = "public, max-age=31536000, immutable"


@cache
def _digest(filename: str) -> str:
    return hashlib.sha256((paths.STATIC / filename).read_bytes()).hexdigest()[:12]


def static_url(filename: str) -> str:
    return url_for("static", filename=filename, v=_digest(filename))


def lighter(css: str) -> str:
    """The rules alone: comments, and spaces that are only to be read, would make every page 1.6 KiB heavier."""
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", rules).strip() + "\n"


@cache
def _lighter_file(file: str, _changed: int) -> bytes:
    return lighter(Path(file).read_text(encoding="utf-8")).encode()


def _send_lighter(filename: str) -> Response | None:
    """A style sheet of ours; None when there is no such file."""
    file = safe_join(str(paths.STATIC), filename)
    if file is None or not Path(file).is_file():
        return None
    body = _lighter_file(file, Path(file).stat().st_mtime_ns)
    answer = Response(body, mimetype="text/css")
    answer.add_etag()
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(body))


def register(app: Flask) -> None:
    app.add_template_global(static_url)
    send = app.view_functions["static"]

    def static(filename: str) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
        return (_send_lighter(filename) if filename.endswith(".css") else None) or send(filename=filename)

    app.view_functions["static"] = static

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            # The style sheet and the preload must name a font alike, so fonts carry no digest: theirs never change.
            lasting = "v" in request.args or request.path.endswith(".woff2")
            response.headers["Cache-Control"] = YEAR if lasting else "no-cache"
        return response
