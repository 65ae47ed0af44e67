"""Changes to what somebody has read: its ETag comes back as If-Match, so that nobody overwrites another (RFC 9110)."""

from __future__ import annotations

import re

from flask import request
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

HEADER = "If-Match"
TAG = re.compile(r'"v([1-9][0-9]{0,8})"')


def etag(version: int) -> str:
    return f'"v{version}"'


def asked_for(known: int | None = None) -> int:
    """The version that was read; `known` stands in where the header may be left out."""
    sent = request.headers.get(HEADER)
    if sent is None:
        if known is None:
            raise PreconditionRequired(f"Send {HEADER} with the ETag of what you have read.")
        return known
    named = TAG.fullmatch(sent.strip())
    if named is None:
        raise PreconditionFailed
    return int(named[1])
