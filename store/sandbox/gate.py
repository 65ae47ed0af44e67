"""The way of a request through the API, the same for every endpoint.

In this order: key, version, idempotency key, shapes, endpoint, `expand`, shapes of the answer. The
endpoint's work, its events and its kept answer are one transaction. A fault that a test has ordered strikes before
the version is looked at, at the work itself, or after the answer was written.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from flask import Response, current_app, request

from store.sandbox import expansion, forms, idempotency, request_shapes, shapes, timers, versions
from store.sandbox.account import Account, Cause, open_account
from store.sandbox.api import Call, Route
from store.sandbox.errors import ApiError, ShapeError
from store.sandbox.faults import calls
from store.sandbox.faults.plan import NOTHING, Board, Strike
from store.sandbox.ids import new_id
from store.sandbox.state import State

LOGGED_HEADERS = ("Stripe-Version", "Idempotency-Key", "User-Agent", "Content-Type")
log = logging.getLogger(__name__)


@dataclass
class Answer:
    """What goes back; `text` is kept as it was sent, for replays are the same to the byte."""

    status: int
    text: str
    replayed: bool = False


@dataclass
class Visit:
    """One request on its way; the later stages fill it in."""

    route: Route
    path: dict[str, str]
    id: str = field(default_factory=lambda: new_id("request"))
    key: str = ""
    idempotency_key: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    strike: Strike = NOTHING


def view(route: Route) -> Callable[..., Response]:
    """The Flask view of one row of the table."""

    def answer_api(**path: str) -> Response:
        visit = Visit(route, path)
        state: State = current_app.extensions["state"]
        now = time.time()
        try:
            visit.key = given_key()
            with state.transaction() as connection:
                account = open_account(connection, visit.key)
                timers.run_due(account)  # committed even if the request itself is refused
                now = account.now
                _strike(account, visit)
            calls.before(visit.strike)
            answer = _receive(state, visit)
        except calls.NeverArrived:
            return calls.cut()
        except ApiError as refusal:
            answer = _refused(refusal)
        if visit.key:
            _log(state, visit, answer)
        return calls.after(visit.strike, _response(visit, answer, now))

    answer_api.__name__ = f"{route.method} {route.path}"
    return answer_api


def given_key() -> str:
    """The key of `Authorization: Bearer` or Basic, if it is one of a test account. Raises ApiError (401)."""
    authorization = request.authorization
    key = "" if authorization is None else authorization.token or authorization.username or ""
    if not key or not key.isascii():
        raise ApiError("You did not provide an API key.", status=401)
    return key


def _strike(account: Account, visit: Visit) -> None:
    board: Board = current_app.extensions["faults"]
    visit.strike = board.call(account.number, f"{request.method} {request.path}", visit.id)
    if "prune_keys" in visit.strike and (key := request.headers.get("Idempotency-Key")):
        idempotency.release(account, key)


def _receive(state: State, visit: Visit) -> Answer:
    version = request.headers.get("Stripe-Version") or None
    versions.check(version)
    encoded = request.query_string.decode("utf-8", "replace")
    if visit.route.method == "POST":
        encoded = request.get_data(as_text=True)
        visit.idempotency_key = request.headers.get("Idempotency-Key") or None
    visit.params = forms.decode(encoded)
    if visit.idempotency_key is None:
        return _execute(state, visit, _read_params(visit, version))
    kept = _claim(state, visit)
    if kept is not None:
        return Answer(kept.status, kept.body, replayed=True)
    try:
        return _execute(state, visit, _read_params(visit, version))
    except Exception:
        with state.transaction() as connection:
            idempotency.release(open_account(connection, visit.key), visit.idempotency_key)
        raise


def _claim(state: State, visit: Visit) -> idempotency.KeptAnswer | None:
    assert visit.idempotency_key is not None
    print_ = idempotency.fingerprint(request.method, request.path, visit.params)
    with state.transaction() as connection:
        return idempotency.claim(open_account(connection, visit.key), visit.idempotency_key, print_)


def _read_params(visit: Visit, version: str | None) -> Callable[[Account], Call]:
    """The request held against the shapes; what it asks for is bound to an account later."""
    route, base_url = visit.route, request.host_url.rstrip("/")
    params, legacy_types = versions.modernise(version, route.path, visit.params)
    schema = shapes.parameters(route.method, route.path)
    if schema is not None:
        params = request_shapes.read(schema, params)
    elif route.shaped and params:
        name = next(iter(params))
        raise ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    return lambda account: Call(account, params, visit.path, base_url, legacy_types)


def _execute(state: State, visit: Visit, bind: Callable[[Account], Call]) -> Answer:
    """The endpoint's work, in one transaction with the answer kept under the key.

    Raises ApiError, with nothing done, for what fails before execution begins.
    """
    try:
        with state.transaction() as connection:
            account = open_account(connection, visit.key)
            account.cause = Cause(visit.id, visit.idempotency_key)
            try:
                answer = _work(visit, bind(account))
            except ApiError as refusal:
                if not refusal.executed:
                    raise
                answer = _refused(refusal)
            _keep(account, visit, answer)
        return answer
    except ApiError:
        raise
    except Exception as fault:  # a fault of ours is an answer too: 500, kept like any other
        log.exception("The sandbox failed at %s %s", visit.route.method, visit.route.path)
        detail = str(fault) if isinstance(fault, ShapeError) else type(fault).__name__
        answer = _refused(ApiError(f"The sandbox failed: {detail}", status=500, kind="api_error"))
        with state.transaction() as connection:
            _keep(open_account(connection, visit.key), visit, answer)
        return answer


def _work(visit: Visit, call: Call) -> Answer:
    """The endpoint's answer, or the 500 that is kept instead of it: after its work, or without any."""
    if "stored_500" not in visit.strike:
        return _answer(call, visit.route)
    if visit.strike["stored_500"]["work"]:
        _answer(call, visit.route)
    return _refused(calls.outage())


def _answer(call: Call, route: Route) -> Answer:
    body = route.endpoint(call)
    if route.shaped:
        _hold_to_shape(body)
        expansion.expand(call.account, body, call.params.get("expand", []))
    return Answer(200, json.dumps(body, indent=2))


def _hold_to_shape(body: dict[str, Any]) -> None:
    if body.get("object") == "list":
        for child in body["data"]:
            shapes.hold_to_shape(child["object"], child)
    elif not body.get("deleted"):
        shapes.hold_to_shape(body["object"], body)


def _keep(account: Account, visit: Visit, answer: Answer) -> None:
    if visit.idempotency_key is not None:
        idempotency.keep(account, visit.idempotency_key, answer.status, answer.text)


def _refused(refusal: ApiError) -> Answer:
    body = refusal.body()
    shapes.hold_to_shape("error", body)
    return Answer(refusal.status, json.dumps(body, indent=2))


def _log(state: State, visit: Visit, answer: Answer) -> None:
    headers = {name: request.headers[name] for name in LOGGED_HEADERS if name in request.headers}
    with state.transaction() as connection:
        try:
            account = open_account(connection, visit.key)
        except ApiError:
            return
        values = (account.number, visit.id, account.now, request.method, request.path)
        connection.execute(
            "INSERT INTO request (account, id, at, method, path, params, headers, status, replayed) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            (*values, json.dumps(visit.params), json.dumps(headers), answer.status, answer.replayed),
        )


def _response(visit: Visit, answer: Answer, now: float) -> Response:
    response = Response(answer.text, answer.status, mimetype="application/json")
    response.headers["Request-Id"] = visit.id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", shapes.LATEST)
    response.headers["Date"] = formatdate(now, usegmt=True)
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    if visit.idempotency_key:
        response.headers["Idempotency-Key"] = visit.idempotency_key
    if answer.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    return response
