"""Sessions on the server: the browser holds a random cookie, the database only its digest.

An anonymous visitor has none. One begins when a password was right, gets a new cookie when somebody is signed in (what
was known before is worth nothing after), and ends at sign-out, by time, or when its owner ends it from another device.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.wrappers import Response

from store.clock import Clock
from store.db import Database
from store.members import repository
from store.members.models import MemberSession
from store.web import cookies

SIGNED_IN, HALFWAY, MEMBER, STAFF = "_user_id", "tf_user_id", "member_id", "staff"
"""Keys of a session: the first two are Flask-Login's and Flask-Security's, the others ours."""
HALFWAY_LIFE = timedelta(minutes=10)
MEMBER_LIFE, MEMBER_IDLE = timedelta(days=30), timedelta(days=14)
STAFF_LIFE, STAFF_IDLE = timedelta(hours=12), timedelta(minutes=15)
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "Mac"}


class ServerSession(SessionMixin):
    """Flask's session; its row is read when somebody first looks into it, so public pages never ask."""

    def __init__(self, interface: ServerSessions, token: str | None) -> None:
        self._interface = interface
        self.token = token
        self.row: MemberSession | None = None
        self.loaded = self.modified = False
        self.renewed = False
        self._values: dict[str, Any] = {}

    @property
    def contents(self) -> dict[str, Any]:
        if not self.loaded:
            self.loaded = True
            self.row = self._interface.find(self.token) if self.token else None
            self._values = dict(self.row.data) if self.row else {}
        return self._values

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        return self.contents[key]

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401
        if self.contents.get(key) != value:
            self.modified = True
        self.contents[key] = value

    def __delitem__(self, key: str) -> None:
        del self.contents[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)

    def renew(self, member_id: int, *, staff: bool) -> None:
        """Somebody has signed in: a new cookie, and nothing of what was in the old session but who it is."""
        self[MEMBER], self[STAFF] = member_id, staff
        self.pop("csrf_token", None)
        self.renewed = True

    @property
    def is_worth_keeping(self) -> bool:
        return SIGNED_IN in self or HALFWAY in self


class ServerSessions(SessionInterface):
    """Loads and saves sessions, each save one short transaction."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def open_session(self, app: Flask, asked: Request) -> ServerSession:
        return ServerSession(self, cookies.session_token(asked))

    def find(self, token: str) -> MemberSession | None:
        """The live session of a cookie; None for one that has ended, is too old, or was never ours."""
        with self.db.reader() as reader:
            row = repository.find_session(reader, digest_of(token))
        return row if row is not None and is_alive(row, self.clock()) else None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession) or not session.loaded:
            return
        if not session.is_worth_keeping:
            self._end(session, response)
        elif session.row is None or session.renewed:
            self._begin(session, response)
        elif session.modified or self._is_due(session.row):
            row_id, data, now = session.row.id, dict(session), self.clock()
            self.db.run(lambda writing: repository.touch_session(writing, row_id, data, now), repeatable=True)

    def _begin(self, session: ServerSession, response: Response) -> None:
        token, now, before = secrets.token_urlsafe(32), self.clock(), session.row
        row = {
            "digest": digest_of(token),
            "member_id": session.get(MEMBER) if SIGNED_IN in session else None,
            "data": dict(session),
            "device": device_of(request.user_agent.string),
            "created_at": now,
            "seen_at": now,
        }
        self.db.run(lambda writing: repository.replace_session(writing, before.id if before else None, row))
        cookies.remember_session(response, token)

    def _end(self, session: ServerSession, response: Response) -> None:
        ended = session.row
        if ended is not None:
            self.db.run(lambda writing: repository.end_session(writing, ended.id), repeatable=True)
        if session.token is not None:
            cookies.forget_session(response)

    def _is_due(self, row: MemberSession) -> bool:
        """Whether it is time to note that the session is in use: often enough for its idle time, no oftener."""
        return self.clock() - row.seen_at > idle_time(row) / 15


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def idle_time(row: MemberSession) -> timedelta:
    return STAFF_IDLE if row.data.get(STAFF) else MEMBER_IDLE


def is_alive(row: MemberSession, now: datetime) -> bool:
    """Whether a session is younger than it may become, and was used lately."""
    if row.member_id is None:
        return now - row.created_at < HALFWAY_LIFE
    longest = STAFF_LIFE if row.data.get(STAFF) else MEMBER_LIFE
    return now - row.created_at < longest and now - row.seen_at < idle_time(row)


def device_of(agent: str) -> str:
    """`Firefox on Windows`: enough for its owner to recognize, too little to follow anybody by."""
    browser = next((name for name in BROWSERS if name in agent), "A browser")
    system = next((name for name in SYSTEMS if name in agent), "")
    said = NAMES.get(browser, browser)
    return f"{said} on {NAMES.get(system, system)}" if system else said
