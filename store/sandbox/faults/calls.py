"""What becomes of an API call that a fault strikes: refused before its work, or its answer spoiled afterwards."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from flask import Response, request

from store.sandbox.errors import ApiError
from store.sandbox.faults.plan import Strike

OUTAGE = "An error occurred on our end. The sandbox was asked for it."
HTML = "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class NeverArrived(Exception):
    """The connection is cut before the call has been read; nobody has seen it."""


def before(strike: Strike) -> None:
    """Raises what the call meets instead of its work: ApiError or NeverArrived. Nothing is kept under its key."""
    if "cut_before" in strike:
        raise NeverArrived
    for status in (500, 502, 503):
        if str(status) in strike:
            raise outage(status)
    if "key_in_use" in strike:
        message = "Another request with this idempotency key is still running."
        raise ApiError(message, status=409, code="idempotency_key_in_use")
    if "rate_limited" in strike:
        raise ApiError("Too many requests; slow down.", status=429, code="rate_limit")
    if "lock_timeout" in strike:
        raise ApiError("This object is being worked on by another request.", status=429, code="lock_timeout")


def outage(status: int = 500) -> ApiError:
    return ApiError(OUTAGE, status=status, kind="api_error", executed=True)


def after(strike: Strike, response: Response) -> Response:
    """The answer as it leaves the house, or the response that cuts the connection."""
    if "slow" in strike:
        time.sleep(strike["slow"]["seconds"])
    if "rate_limited" in strike:
        response.headers["Retry-After"] = str(strike["rate_limited"]["retry_after"])
    if "lock_timeout" in strike:
        response.headers["Stripe-Should-Retry"] = "true"
    if "date_off" in strike:
        told = parsedate_to_datetime(response.headers["Date"])
        response.headers["Date"] = format_datetime(told + timedelta(seconds=strike["date_off"]["seconds"]), usegmt=True)
    if "cut_after" in strike:
        return cut()
    if "html" in strike:
        response.status_code = strike["html"]["status"]
        response.set_data(HTML)
        response.mimetype = "text/html"
    if "truncated" in strike:
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
    if "cut_within" in strike:
        body = response.get_data()
        response.response = _half(_connection(), body)
        response.headers["Content-Length"] = str(len(body))
    return response


def cut() -> Response:
    """No answer: the client sees the connection end. What is written to it from here on is lost."""
    _end(_connection())
    return Response(headers={"Connection": "close"})


def _half(connection: socket.socket, body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    _end(connection)


def _connection() -> socket.socket:
    connection: socket.socket = request.environ["werkzeug.socket"]
    return connection


def _end(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)
