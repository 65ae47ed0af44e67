"""What may stand in an address: ids are bounded, and no NUL reaches the database, which could not even compare it."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter


class RowId(BaseConverter):
    """A positive id as a database can hold it."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


def register(app: Flask) -> None:
    app.url_map.converters["id"] = RowId

    @app.before_request
    def refuse_nul() -> None:
        if any("\0" in text for text in (request.path, *request.args.values())):
            raise BadRequest
