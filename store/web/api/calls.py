"""How a call is declared: one line above its function says who may make it, what it takes and what it answers.

    @calls.put("/carts/<cart_id>/destination", takes=DestinationIn, answers=CartOut)
    def set_destination(body: dict[str, Any], cart_id: str) -> dict[str, Any]: ...

The same line is what the OpenAPI document says of it, so that the two cannot differ.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import flask_smorest
from flask import Request, Response, current_app, g, request
from marshmallow import Schema, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, PreconditionRequired

from store.actors import Permission
from store.web.api import callers, replays
from store.web.api.fields import In
from store.web.front import for_everybody
from store.web.headers import cache_publicly
from store.web.limits import limiter, network, takes_uploads

View = TypeVar("View", bound=Callable[..., Any])
LIMIT = "300 per minute"


class Repeat(enum.Enum):
    """Whether a call takes an Idempotency-Key."""

    SAFE = enum.auto()
    """It changes nothing, or the same again changes nothing more."""
    TAKES_KEY = enum.auto()
    NEEDS_KEY = enum.auto()


@dataclass(frozen=True, slots=True)
class Terms:
    """What is declared of a call besides its schemas."""

    needs: tuple[Permission, ...] = ()
    scope: str | None = None
    repeat: Repeat = Repeat.SAFE
    by_version: bool = False
    """Whether it needs an If-Match with the ETag that was read."""
    refuses: tuple[int, ...] = ()
    """With what statuses besides those that follow from the rest."""
    status: int = 200
    has_body: bool = False

    @property
    def is_guarded(self) -> bool:
        return bool(self.needs) or self.scope is not None


class Nothing(In):
    """A query without parameters, a body without fields."""


class StrictParser(FlaskParser):
    """Leaves it to the schemas what becomes of a field they do not know: it is refused, in addresses too."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012 - webargs' own

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Whatever Python cannot read is no JSON: numbers of a thousand digits, depths without end, NaN, bad UTF-8."""
        sent = req.get_data(cache=True)
        try:
            if not sent:
                return missing
            return json.loads(sent.decode(), parse_constant=_refuse, object_pairs_hook=_unambiguous)
        except (ValueError, RecursionError):
            raise BadRequest from None


def _refuse(_constant: str) -> None:
    raise ValueError("no number of JSON's")


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice, nobody knows which value was meant (RFC 8259, section 4)."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("the same name twice")
    return read


class Calls(flask_smorest.Blueprint):  # type: ignore[misc] # it has no types
    """The calls of one area."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(f"api_{name}", import_name, description=description)
        self.told: dict[str, Terms] = {}
        self.after_request(_keep_private)

    def get(self, rule: str, **declared: Any) -> Callable[[View], View]:  # noqa: ANN401
        return self._call("GET", rule, **declared)

    def post(self, rule: str, **declared: Any) -> Callable[[View], View]:  # noqa: ANN401
        return self._call("POST", rule, **{"repeat": Repeat.TAKES_KEY, "status": 201, **declared})

    def put(self, rule: str, **declared: Any) -> Callable[[View], View]:  # noqa: ANN401
        return self._call("PUT", rule, **{"repeat": Repeat.TAKES_KEY, **declared})

    def patch(self, rule: str, **declared: Any) -> Callable[[View], View]:  # noqa: ANN401
        return self._call("PATCH", rule, **{"repeat": Repeat.TAKES_KEY, **declared})

    def delete(self, rule: str, **declared: Any) -> Callable[[View], View]:  # noqa: ANN401
        return self._call("DELETE", rule, **{"repeat": Repeat.TAKES_KEY, **declared})

    def _call(
        self,
        method: str,
        rule: str,
        *,
        answers: type[Schema],
        takes: type[Schema] | None = None,
        query: type[Schema] | None = None,
        limit: str = LIMIT,
        public: tuple[str, ...] | None = None,
        takes_bytes: int = 0,
        **terms: Any,  # noqa: ANN401 - those of `Terms`
    ) -> Callable[[View], View]:
        declared = Terms(has_body=takes is not None or takes_bytes > 0, **terms)

        def declare(view: View) -> View:
            self.told[view.__name__] = declared
            whole = cast(View, self.response(declared.status, answers)(view))
            if takes is not None:
                whole = cast(View, self.arguments(takes)(whole))
            elif not takes_bytes:  # not a word of it in the document
                whole = cast(View, self.ARGUMENTS_PARSER.use_kwargs(Nothing(), location="json")(whole))
            whole = cast(View, self.arguments(query or Nothing, location="query", as_kwargs=query is None)(whole))
            whole = _guarded(whole, declared)
            whole = cast(View, limiter.limit(limit, key_func=_by_caller)(whole))
            if takes_bytes:
                whole = takes_uploads(takes_bytes)(whole)
                whole.takes_pictures = True  # type: ignore[attr-defined]
            if public is not None:
                whole = for_everybody(*public)(whole)
            self.route(rule, methods=[method])(whole)
            return view

        return declare


def _keep_private(answer: Response) -> Response:
    """What is not everybody's is nobody's to keep."""
    view = current_app.view_functions.get(request.endpoint or "")
    if hasattr(view, "tells_apart") and answer.status_code == 200:
        cache_publicly(answer)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _by_caller() -> str:
    """Whoever has a token has their own allowance, wherever it is used; whoever has none shares their network's."""
    asking = g.get("actor")
    known = asking is not None and asking.member_id is not None
    return asking.name if known else network()


def _guarded(view: View, declared: Terms) -> View:
    """Rights first, then the key: what is not allowed leaves no trace."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:  # noqa: ANN401
        if declared.needs:
            callers.require(*declared.needs)
        elif declared.scope is not None:
            callers.require_scope(declared.scope)
        return _keyed(lambda: _as_response(view(*args, **values)), declared)

    return cast(View, guarded)


def _keyed(view: Callable[[], Response], declared: Terms) -> Response:
    if declared.repeat is not Repeat.SAFE:
        if replays.HEADER in request.headers:
            return replays.once(view)
        if declared.repeat is Repeat.NEEDS_KEY:
            raise PreconditionRequired(f"Send an {replays.HEADER}, such as a random UUID.")
        g.request_key = replays.new_key()
    return view()


def _as_response(answered: Any) -> Response:  # noqa: ANN401
    return current_app.make_response(answered)
