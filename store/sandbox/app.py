"""Puts the sandbox together; decides nothing itself."""

from __future__ import annotations

import re
from email.utils import formatdate

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from store.sandbox import aftermath, controls, gate
from store.sandbox.courier import Courier
from store.sandbox.errors import ApiError
from store.sandbox.hosted_page import index, views
from store.sandbox.routes import ROUTES
from store.sandbox.state import State

LARGEST_BODY = 1024 * 1024


def create_app(state: State, courier: Courier, demo_key: str | None = None) -> Flask:
    app = Flask("store.sandbox", template_folder="hosted_page/templates", static_folder="hosted_page/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.strict_slashes = False
    app.extensions |= {"state": state, "courier": courier, "faults": courier.faults, "demo_key": demo_key}
    for route in ROUTES:
        rule = re.sub(r"{(\w+)}", r"<\1>", route.path)
        app.add_url_rule(rule, f"{route.method} {route.path}", gate.view(route), methods=[route.method])
    app.register_blueprint(aftermath.blueprint)
    app.register_blueprint(controls.blueprint)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(index.blueprint)

    @app.after_request
    def date(response: Response) -> Response:
        response.headers.setdefault("Date", formatdate(usegmt=True))
        return response

    @app.errorhandler(HTTPException)
    def say_in_json(error: HTTPException) -> tuple[Response, int] | HTTPException:
        if not request.path.startswith(("/v1/", "/_test/")):
            return error
        status = 404 if error.code == 405 else error.code or 500
        kind = "api_error" if status >= 500 else "invalid_request_error"
        message = f"Unrecognized request ({request.method}: {request.path})." if status == 404 else error.name
        answer = jsonify(ApiError(message, kind=kind).body())
        # The rest of an oversized body is not read, so the connection cannot serve another request.
        if status == 413:
            answer.headers["Connection"] = "close"
        return answer, status

    return app
