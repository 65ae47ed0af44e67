"""Refusals as programs read them: RFC 9457's `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, json, request
from marshmallow import Schema, fields

from store.web.api import API, DOCS

MEDIA_TYPE = "application/problem+json"
Faults = dict[str, list[str]]


class Problem(Schema):
    type = fields.String(
        required=True, metadata={"description": "Which kind of problem; the page it names explains it."}
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What happened and what to do, for people."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Sentences by field; a field within another is written `shipping_address.city`."},
    )
    problems = fields.List(fields.String(), metadata={"description": "Several reasons, one sentence each."})


def is_for_a_program() -> bool:
    """Whether what is asked for is part of the API, so that a refusal is read by a program."""
    return request.path == API or request.path.startswith(f"{API}/")


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: Faults | None = None,
    problems: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    told: dict[str, Any] = {
        "type": f"{DOCS}#{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        told["errors"] = errors
    if problems:
        told["problems"] = list(problems)
    answer = Response(json.dumps(told), status, dict(headers or {}), mimetype=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def flat(messages: object, prefix: str = "") -> Faults:
    """Marshmallow's sentences by field, however deep: `{"lines": {0: {"quantity": [...]}}}` as `lines.0.quantity`."""
    if isinstance(messages, dict):
        found: Faults = {}
        for name, below in messages.items():
            place = prefix if name == "_schema" else f"{prefix}.{name}" if prefix else str(name)
            for field, sentences in flat(below, place).items():
                found.setdefault(field, []).extend(sentences)
        return found
    said: list[object] = messages if isinstance(messages, list) else [messages]
    return {prefix or "request": [str(sentence) for sentence in said]}
