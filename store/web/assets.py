"""Addresses of our own files with a digest of what is in them, so that a browser may keep them for a year.

Style sheets are written for people and sent without what is only for them; all that is text is sent packed.
"""

from __future__ import annotations

import gzip
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
TEXTS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


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
def _text(file: str, _changed: int) -> tuple[bytes, bytes]:
    """A file of ours as it is sent, and the same packed once."""
    written = Path(file).read_bytes()
    body = lighter(written.decode()).encode() if file.endswith(".css") else written
    return body, gzip.compress(body, 9, mtime=0)


def _send_text(filename: str) -> Response | None:
    """A style sheet, script or drawing of ours, packed for whoever takes it so; None when there is no such file."""
    file = safe_join(str(paths.STATIC), filename)
    if file is None or not Path(file).is_file():
        return None
    plain, packed = _text(file, Path(file).stat().st_mtime_ns)
    is_packed = request.accept_encodings.quality("gzip") > 0
    body = packed if is_packed else plain
    answer = Response(body, mimetype=TEXTS[Path(file).suffix])
    answer.vary.add("Accept-Encoding")
    if is_packed:
        answer.content_encoding = "gzip"
    answer.add_etag()
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(body))


def register(app: Flask) -> None:
    app.add_template_global(static_url)
    send = app.view_functions["static"]

    def static(filename: str) -> Any:  # noqa: ANN401 - whatever Flask takes from a view
        is_text = Path(filename).suffix in TEXTS
        return (_send_text(filename) if is_text else None) or send(filename=filename)

    app.view_functions["static"] = static

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            # The style sheet and the preload must name a font alike, so fonts carry no digest: theirs never change.
            lasting = "v" in request.args or request.path.endswith(".woff2")
            response.headers["Cache-Control"] = YEAR if lasting else "no-cache"
        return response
