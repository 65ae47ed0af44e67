"""The OpenAPI document: made of what is declared above each call, when somebody first asks for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Blueprint, Flask, Response, current_app, json, render_template

from store.actors import scope_of
from store.web.api import API, DOCS
from store.web.api.calls import Calls, Repeat, Terms
from store.web.api.explaining import by_area, with_code
from store.web.api.fields import MOST_ID
from store.web.api.problems import MEDIA_TYPE, Problem
from store.web.api.refusals import explained
from store.web.api.replays import HEADER, LONGEST
from store.web.front import for_everybody
from store.web.headers import cache_publicly
from store.web.routing import RowId

VERSION = "1"
BEARER = "bearer"
PICTURES = ("image/jpeg", "image/png", "image/webp")
"""What a call takes that takes bytes as they are."""
ALWAYS = (400, 429, 500, 503)
Document = dict[str, Any]
blueprint = Blueprint("api_docs", __name__)
blueprint.app_template_filter("with_code")(with_code)

ABOUT = """What the pages can do, programs can do: the same rules, the same prices, the same stock.

Money is whole minor units with its currency, times are RFC 3339 in UTC. Lists are read page by page: send the `next` of
one as the `cursor` of the following. Fields and parameters that a call does not know are refused. Every refusal is
`application/problem+json` (RFC 9457), and has changed nothing.

Calls that must not happen twice need an `Idempotency-Key`, others take one: the same key with the same body, within two
days, is answered as the first time and does nothing more."""


class Described(flask_smorest.Api):  # type: ignore[misc] # it has no types
    """Flask-smorest's reading of the calls; answering and refusing them is the app's own."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """`web/errors.py` has them."""


@blueprint.get(f"{API}/openapi.json")
@for_everybody()
def openapi() -> Response:
    answer = Response(json.dumps(document(), sort_keys=False), mimetype="application/json")
    cache_publicly(answer)
    return answer


@blueprint.get(DOCS)
@for_everybody()
def docs() -> Response:
    made = document()
    page = render_template("api/docs.html", document=made, areas=by_area(made), problems=explained())
    answer = current_app.make_response(page)
    cache_publicly(answer)
    return answer


def document() -> Document:
    """Of the app that is asked; made once."""
    extensions = current_app.extensions
    if "openapi" not in extensions:
        extensions["openapi"] = _make(current_app._get_current_object(), extensions["api_calls"])  # type: ignore[attr-defined] # noqa: SLF001
    made: Document = extensions["openapi"]
    return made


def _make(app: Flask, areas: tuple[Calls, ...]) -> Document:
    settings = app.extensions["settings"]
    kwargs = {
        "title": f"{settings.shop_name} API",
        "version": VERSION,
        "openapi_version": "3.1.0",
        "info": {"description": ABOUT},
        "servers": [{"url": settings.public_url}],
    }
    api = Described(spec_kwargs=kwargs)
    api.register_converter(RowId, lambda _converter: {"type": "integer", "minimum": 1, "maximum": MOST_ID})
    api.init_app(app)
    spec = api.spec
    spec.components.security_scheme(BEARER, {"type": "http", "scheme": "bearer"})
    for calls in areas:
        calls.register_views_in_doc(api, app, spec, name=calls.name, parameters=None)
        spec.tag({"name": calls.name, "description": calls.description})
    made: Document = spec.to_dict()
    del made["components"]["responses"], made["components"]["schemas"]["PaginationMetadata"]  # smorest's; not our ways
    told = {f"{calls.name}.{name}": terms for calls in areas for name, terms in calls.told.items()}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in told:
            path = made["paths"][api.flask_plugin.flaskpath2openapi(rule.rule)]
            method = next(
                name.lower() for name in rule.methods or () if name in ("GET", "POST", "PUT", "PATCH", "DELETE")
            )
            _complete(path[method], rule.endpoint, told[rule.endpoint], has_path=bool(rule.arguments))
    return made


def _complete(operation: Document, endpoint: str, terms: Terms, *, has_path: bool) -> None:
    """What follows for every call from what is declared of it: who may, with which headers, and how it is refused."""
    operation["operationId"] = endpoint.removeprefix("api_").replace(".", "_")
    parameters = operation.setdefault("parameters", [])
    if terms.is_guarded:
        operation["security"] = [{BEARER: []}]
        operation["x-scopes"] = [scope_of(permission) for permission in terms.needs] or [terms.scope]
    if terms.repeat is not Repeat.SAFE:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"}
        parameters.append(
            {"in": "header", "name": HEADER, "required": terms.repeat is Repeat.NEEDS_KEY, "schema": schema}
        )
    if terms.by_version:
        parameters.append({"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}})
    if terms.has_body and "requestBody" not in operation:
        operation["requestBody"] = {"required": True, "content": {kind: {} for kind in PICTURES}}
    responses = operation["responses"]
    for undeclared in ("default", "422"):
        responses.pop(undeclared, None)
    for status in sorted(_refusals(terms, has_path=has_path)):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _refusals(terms: Terms, *, has_path: bool) -> set[int]:
    found = {*ALWAYS, 401, 422, *terms.refuses}  # a bad token is refused wherever it is sent
    if terms.is_guarded:
        found.add(403)
    if has_path:
        found.add(404)
    if terms.has_body or terms.repeat is not Repeat.SAFE:
        found |= {413, 415}
    if terms.repeat is not Repeat.SAFE:
        found.add(409)
    if terms.repeat is Repeat.NEEDS_KEY or terms.by_version:
        found.add(428)
    if terms.by_version:
        found.add(412)
    return found
