"""Refusals of the store and of the framework as problems; `web/errors.py` asks here whenever a program is told."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from store.errors import Conflict, Invalid, PaymentUnavailable, StoreError
from store.web.api.problems import Faults, flat, problem

BY_STATUS = {
    400: ("malformed", "The request could not be read: it is no HTTP or JSON that makes sense."),
    401: ("unauthorized", "Send a token: Authorization: Bearer …"),
    403: ("forbidden", "This is not yours to do."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method", "This address does not take that method."),
    409: ("conflict", "Something has changed meanwhile."),
    410: ("gone", "It was here, and is no longer for sale."),
    412: ("precondition", "It has changed since that version. Read it again, then decide."),
    413: ("too-large", "That is larger than anything this call takes."),
    415: ("media-type", "Send application/json."),
    422: ("invalid", "Some of what you sent cannot be used."),
    428: ("precondition", "This call needs a header that was not sent."),
    429: ("too-many", "That is more than one caller may ask. Wait as long as Retry-After says."),
    500: ("broken", "Something broke on our side, and we have been told."),
    503: ("unavailable", "The shop cannot reach one of its parts just now. The same request may succeed in a moment."),
}
"""Kind and sentence of each status a call may be refused with; the API's page explains the kinds."""
KINDS: dict[type[StoreError], str] = {PaymentUnavailable: "payment-unavailable"}
"""What programs may want to tell from other problems of the same status."""
OWN_WORDS = {401, 403, 412, 415, 428}
"""Where it is we who raise it, with a sentence of ours."""


def of_store(error: StoreError, status: int) -> Response:
    kind = KINDS.get(type(error), BY_STATUS[status][0])
    fields = error.fields if isinstance(error, Invalid) else None
    reasons = error.problems if isinstance(error, Conflict) else ()
    return problem(status, kind, str(error), errors=fields, problems=reasons)


def of_fields(error: ValidationError) -> Response:
    return problem(422, *BY_STATUS[422], errors=flat(error.messages))


def of_http(error: HTTPException, headers: Mapping[str, str]) -> Response:
    """What the framework refuses; webargs leaves its sentences by place and field in `data`."""
    status = error.code or 500
    kind, sentence = BY_STATUS.get(status, BY_STATUS[400 if status < 500 else 500])
    if status in OWN_WORDS and error.description:
        sentence = error.description
    faults: Faults = {}
    for below in (getattr(error, "data", None) or {}).get("messages", {}).values():
        faults |= flat(below)
    return problem(status, kind, sentence, errors=faults, headers=headers)


def of_status(status: int) -> Response:
    return problem(status, *BY_STATUS[status])
