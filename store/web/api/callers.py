"""Who makes a call: a program with a token, or anybody. Cookies are not looked at (design §5)."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized, UnsupportedMediaType

from store.actors import ANONYMOUS, Actor, Permission, Program
from store.errors import Forbidden
from store.web.api.problems import is_for_a_program
from store.web.current import actor

JSON = "application/json"


def register(app: Flask) -> None:
    @app.before_request
    def find_caller() -> None:
        if is_for_a_program():
            g.actor = _caller()

    @app.before_request
    def refuse_other_bodies() -> None:
        """What a browser can send from a foreign page without asking first is never taken for JSON."""
        carries = (request.content_length or 0) > 0 or "Transfer-Encoding" in request.headers
        if not is_for_a_program() or not carries:
            return
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_pictures", False):
            if not request.mimetype.startswith("image/"):
                raise UnsupportedMediaType("Send the picture itself, as image/jpeg, image/png or image/webp.")
        elif request.mimetype != JSON:
            raise UnsupportedMediaType(f"Send {JSON}.")


def require_token() -> None:
    if actor().member_id is None:
        raise _unknown("Send a token: Authorization: Bearer …")


def require_scope(scope: str) -> None:
    """For what every member may do, if their token was made for it."""
    require_token()
    asking = actor()
    if not isinstance(asking, Program) or not asking.covers(scope):
        raise Forbidden(f"This token was not made for {scope}.")


def require(*permissions: Permission) -> None:
    """One of these, by a role of the token's owner and a scope of the token. Services require the same again."""
    require_token()
    if not actor().may(*permissions):
        raise Forbidden("This token, or its owner's role, does not allow this.")


def _caller() -> Actor:
    sent = request.headers.get("Authorization")
    if sent is None:
        return ANONYMOUS
    kind, _, token = sent.partition(" ")
    known: Actor | None = None
    if kind.lower() == "bearer" and token:
        known = current_app.extensions["identify_program"](token.strip())
    if known is None:
        raise _unknown("This token is not known, has ended, or its owner's account is closed.", error="invalid_token")
    return known


def _unknown(sentence: str, **told: str) -> Unauthorized:
    return Unauthorized(sentence, www_authenticate=WWWAuthenticate("bearer", {"realm": "store", **told}))
