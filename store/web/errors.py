"""Where refusals become HTTP. Every one of them is a page of ours: what happened, then what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from marshmallow import ValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from store.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PaymentUnavailable,
    StoreError,
    TooMany,
    Unavailable,
)
from store.web.api import refusals
from store.web.api.problems import is_for_a_program
from store.web.current import known_actor
from store.web.origin import ForeignOrigin

log = logging.getLogger(__name__)

STATUS: dict[type[StoreError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Gone: 410,
    Invalid: 422,
    Conflict: 409,
    ForeignOrigin: 403,
    TooMany: 429,
    Unavailable: 503,
    PaymentUnavailable: 503,
}
TITLES = {
    400: "We could not read that",
    403: "Not for you",
    404: "Nothing in this groove",
    405: "Not that way",
    409: "Something has changed",
    410: "Gone for good",
    413: "That is too much",
    415: "Wrong kind of form",
    422: "Something does not fit",
    429: "A moment, please",
    500: "Our fault",
    503: "Back in a moment",
}
TOO_MANY = 429
TOLD = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")
"""Headers that belong to a status and go along with its page."""
SENTENCES = {
    400: "The request was cut off or garbled. Go back and send it again.",
    403: "This page is not yours to open.",
    404: "There is no such page. The shop starts at the front page.",
    405: "This address does not take that kind of request. Go back and use the page's own buttons.",
    413: "What you sent is larger than anything this page takes.",
    415: "This address takes forms, and what came was none.",
    429: "You are quicker than we can serve. Wait a minute, then try again.",
    500: "Something broke on our side, and we have been told. Nothing you sent was lost or charged twice.",
    503: "The shop cannot reach one of its parts just now. Please try again in a moment.",
}


def page(status: int, sentence: str | None = None, fields: dict[str, list[str]] | None = None) -> tuple[str, int]:
    """The page of a refusal; staff at work stay within the frame of their pages."""
    kin = 400 if status < 500 else 500
    said = sentence or SENTENCES.get(status, SENTENCES[kin])
    title = TITLES.get(status, TITLES[kin])
    template = "admin/refused.html" if _among_staff() else "errors/page.html"
    return render_template(
        template, status=status, title=title, sentence=said, fields=fields, cards=_instead(status)
    ), status


def _instead(status: int) -> list[object]:
    """What to look at where there is nothing to see; in trouble nothing more is asked of the database."""
    if status not in (404, 410):
        return []
    found: list[object] = current_app.extensions["navigation"].suggestions()
    return found


def _among_staff() -> bool:
    somebody = known_actor()
    return somebody is not None and somebody.is_staff and (request.blueprint or "").startswith("admin")


Refusal = tuple[str, int] | tuple[str, int, dict[str, str]] | Response | HTTPException


def _refuse(error: StoreError) -> Refusal:
    status = STATUS.get(type(error), 500)
    if isinstance(error, Forbidden):
        somebody = known_actor()
        log.warning("%s was refused %s %s", somebody.name if somebody else "?", request.method, request.endpoint)
    if is_for_a_program():
        return refusals.of_store(error, status)
    return page(status, str(error), error.fields if isinstance(error, Invalid) else None)


def _explain(error: ValidationError) -> Refusal:
    if is_for_a_program():
        return refusals.of_fields(error)
    return page(422, "Some of what you sent cannot be used.", error.messages_dict)


def _misdirect(_error: SecurityError) -> Refusal:
    # A page could only link to the host we do not know.
    return "This shop is not at that address.", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _answer(error: HTTPException) -> Refusal:
    if error.code is None or error.code < 400:
        return error  # a redirect that the routing itself has raised
    if error.code == TOO_MANY:
        log.warning("a limit was reached at %s", request.endpoint)
    kept = {name: value for name, value in error.get_headers() if name in TOLD}
    return refusals.of_http(error, kept) if is_for_a_program() else (*page(error.code), kept)


def _wait(error: Exception) -> Refusal:
    log.error("the database does not answer: %s", type(error).__name__)
    return refusals.of_status(503) if is_for_a_program() else page(503)


def _apologize(error: Exception) -> Refusal:
    log.error("unexpected: %s", type(error).__name__, exc_info=error)
    return refusals.of_status(500) if is_for_a_program() else page(500)


HANDLERS: dict[type[Exception], Callable[[Any], Refusal]] = {
    StoreError: _refuse,
    ValidationError: _explain,
    SecurityError: _misdirect,
    HTTPException: _answer,
    OperationalError: _wait,
    PoolTimeout: _wait,
    Exception: _apologize,
}


def register(app: Flask) -> None:
    for error, handler in HANDLERS.items():
        app.register_error_handler(error, handler)
