"""People with accounts, as tests need them: made at once, without anybody having typed anything."""

from __future__ import annotations

import secrets
import time
import uuid
from contextvars import Context
from datetime import datetime

from flask.testing import FlaskClient
from flask_security import hash_password
from itsdangerous import URLSafeTimedSerializer

from store.actors import Role
from store.db import Database
from store.members.models import Grant, Member, MemberSession
from store.members.sessions import digest_of


class Visitor(FlaskClient):
    """A browser: its requests come from our own pages, and none of them shares Flask's context with the test.

    `token`, that of its session, goes along with every request, as our forms would send it.
    """

    token: str | None = None

    def open(self, *args, **kwargs):
        own = {"Sec-Fetch-Site": "same-origin"} | ({"X-CSRFToken": self.token} if self.token else {})
        headers = own | dict(kwargs.pop("headers", {}))
        return Context().run(super().open, *args, headers=headers, **kwargs)


def begin_session(db: Database, member_id: int, now: datetime) -> tuple[str, str]:
    """The row of a session that a member has just begun; its cookie, and what its forms' tokens are made from."""
    cookie, raw = secrets.token_urlsafe(32), secrets.token_hex(20)

    def work(session):
        member = session.get_one(Member, member_id)
        data = {"_user_id": member.fs_uniquifier, "_fresh": True, "fs_paa": time.time(), "csrf_token": raw}
        data |= {"member_id": member_id, "staff": member.is_staff}
        row = MemberSession(
            digest=digest_of(cookie), member_id=member_id, data=data, device="A test", created_at=now, seen_at=now
        )
        session.add(row)

    db.run(work)
    return cookie, raw


class People:
    """The part of `Shop` that knows who is there."""

    def make_member(self, email="ana@example.com", *roles: Role, password=None, proven=True) -> int:
        """An account, without its owner ever having typed anything; the id. Staff have an authenticator."""
        with self.app.app_context():
            hashed = hash_password(password) if password else None
            secret = self.app.extensions["security"].totp_factory.generate_totp_secret() if roles else None
        now = self.clock()

        def work(session):
            member = Member(
                email=email,
                password=hashed,
                active=True,
                fs_uniquifier=uuid.uuid4().hex,
                confirmed_at=now if proven else None,
                tf_primary_method="authenticator" if roles else None,
                tf_totp_secret=secret,
                created_at=now,
            )
            member.grants = [Grant(role=role, granted_by="test", granted_at=now) for role in roles]
            session.add(member)
            session.flush()
            return member.id

        return self.db.run(work)

    def signed_in(self, member_id: int) -> Visitor:
        """A browser in which this member is signed in: the session's row and its cookie, as signing in makes them."""
        cookie, raw = begin_session(self.db, member_id, self.clock())
        client = self.visitor()
        client.set_cookie("session", cookie, domain="localhost")
        client.token = URLSafeTimedSerializer(self.settings.secret_key, salt="wtf-csrf-token").dumps(raw)
        return client

    def member(self, email="ana@example.com") -> Visitor:
        """Somebody with an account, signed in."""
        return self.signed_in(self.make_member(email))

    def staff(self, *roles: Role) -> Visitor:
        """Somebody with these roles, signed in; `client.get("/admin/…")` and so on."""
        number = self.value("SELECT COUNT(*) FROM member") + 1
        return self.signed_in(self.make_member(f"staff{number}@example.com", *roles))
