"""What a view may reach for: who asks, the database, the settings and the time of the app it runs in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from store.actors import Actor
from store.clock import Clock
from store.db import Database
from store.settings import Settings

EDITION = "store.edition"
"""Where in a request's environ the edition of the catalogue stands that its page is made of (web/front.py)."""


def edition() -> str | None:
    """What the page is made of, where it is everybody's."""
    found: str | None = request.environ.get(EDITION)
    return found


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def db() -> Database:
    found: Database = current_app.extensions["db"]
    return found


def now() -> datetime:
    clock: Clock = current_app.extensions["clock"]
    return clock()


def actor() -> Actor:
    """Who asks: found out once a request, by what `app.py` has registered as `identify`."""
    if "actor" not in g:
        identify: Callable[[], Actor] = current_app.extensions["identify"]
        g.actor = identify()
    found: Actor = g.actor
    return found


def known_actor() -> Actor | None:
    """Who asks, when something has already found out; asks nobody itself, so a page of refusal may look."""
    found: Actor | None = g.get("actor")
    return found


def reader() -> Session:
    """The request's session for reading; opened at the first call, closed with the request."""
    if "reader" not in g:
        g.reader = db().reader()
    session: Session = g.reader
    return session


def rest() -> None:
    """Give the connection of `reader` back before something that may wait for others; the next read takes one again.

    Else a handful of requests that wait for Stripe would keep everybody else from reading.
    """
    if "reader" in g:
        g.reader.close()


def register(app: Flask) -> None:
    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("reader", None)
        if session is not None:
            session.close()
