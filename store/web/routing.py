"""Ids in addresses: bounded, so that no number of digits reaches the database."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter


class RowId(BaseConverter):
    """A positive id as a database can hold it."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)


def register(app: Flask) -> None:
    app.url_map.converters["id"] = RowId
