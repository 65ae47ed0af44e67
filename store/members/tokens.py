"""Tokens by which programs act for a member: made on the shop's machine, shown once, kept as a digest.

A token ends when its owner's password changes, their account is shut, they are signed out everywhere, or by its date.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.actors import SCOPES, Actor, Permission, Program
from store.audit import history
from store.clock import Clock
from store.db import Database
from store.errors import Invalid, NotFound
from store.members import repository
from store.members.models import ApiToken

PREFIX = "nmx_"
"""By which scanners for lost secrets know one; the last six letters are a checksum, so that they need not ask us."""
LETTERS = string.digits + string.ascii_letters
RANDOM, CHECK = 32, 6
LONGEST_LABEL = 80
LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to be made for somebody. `days` is how long it is good; None is until it is ended."""

    email: str
    scopes: frozenset[str]
    label: str = ""
    days: int | None = None


def create(db: Database, actor: Actor, wanted: Wanted, now: datetime) -> str:
    """The new token, which nobody can read again. Raises Invalid, NotFound."""
    actor.require(Permission.STAFF_WRITE)
    unknown = sorted(wanted.scopes - set(SCOPES))
    if unknown or not wanted.scopes:
        known = ", ".join(SCOPES)
        raise Invalid(f"{', '.join(unknown) or 'Nothing'} is no scope. There are: {known}.", {"scopes": [known]})
    if len(wanted.label) > LONGEST_LABEL or (wanted.days is not None and not 0 < wanted.days <= LONGEST_DAYS):
        raise Invalid(f"A label has at most {LONGEST_LABEL} letters, and a token ends after 1 to {LONGEST_DAYS} days.")
    token = new_token()

    def work(session: Session) -> None:
        member = repository.find_member(session, wanted.email)
        if member is None or not member.active or member.confirmed_at is None:
            raise NotFound(f"{wanted.email} has no account that could be used.")
        row = ApiToken(
            member_id=member.id,
            digest=digest_of(token),
            hint=token[: len(PREFIX) + 4],
            label=wanted.label,
            scopes=sorted(wanted.scopes),
            created_at=now,
            expires_at=now + timedelta(days=wanted.days) if wanted.days else None,
        )
        session.add(row)
        session.flush()  # the history names it by its id
        made = {"token": row.hint, "scopes": row.scopes, "label": row.label}
        history.record(session, actor, "token.create", f"member:{member.id}", {}, made, now)

    db.run(work)
    return token


def revoke(db: Database, actor: Actor, token_id: int, now: datetime) -> None:
    """End a token at once. Raises NotFound."""
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> None:
        row = session.get(ApiToken, token_id)
        if row is None:
            raise NotFound("There is no such token.")
        session.delete(row)
        ended = {"token": row.hint, "scopes": row.scopes, "label": row.label}
        history.record(session, actor, "token.revoke", f"member:{row.member_id}", ended, {}, now)

    db.run(work)


class Tokens:
    """Finds out whose a token is."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def identify(self, token: str) -> Actor | None:
        """Who a program acts for; None for a token that has ended, or was never ours.

        Roles count as in a session of staff: only for who has a second factor.
        """
        if not is_whole(token):
            return None
        now = self.clock()
        with self.db.reader() as reader:
            found = repository.find_token(reader, digest_of(token))
            if found is None:
                return None
            row, member = found
            if not member.active or member.confirmed_at is None or (row.expires_at and row.expires_at <= now):
                return None
            somebody = member.as_actor(in_session_of_staff=True)
            program = Program(somebody.member_id, somebody.email, somebody.roles, frozenset(row.scopes))
        if row.used_on is None or row.used_on.date() != now.date():
            self.db.run(lambda session: repository.note_use(session, row.id, now), repeatable=True)
        return program


def new_token() -> str:
    secret = "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return f"{PREFIX}{secret}{_check(secret)}"


def is_whole(token: str) -> bool:
    """Whether this looks like one of ours, none of its letters mistyped; says nothing about whether it is known."""
    secret = token[len(PREFIX) : -CHECK]
    return token.startswith(PREFIX) and len(secret) == RANDOM and token[-CHECK:] == _check(secret)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _check(secret: str) -> str:
    number, letters = zlib.crc32(secret.encode()), ""
    while number:
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters.rjust(CHECK, "0")
