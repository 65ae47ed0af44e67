"""Flask-Security's door to our tables: it reads through the request's reader, and writes all at once, at the end.

Flask-Security would commit by itself, piece by piece. Here `put` only notes what is to be written; when its view is
done (`members/gate.py`), `write` does it in one transaction: the account, the mails about it, the history, and
whatever depends on an address being proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g
from flask_security import RoleMixin
from flask_security.datastore import UserDatastore
from sqlalchemy import inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit import history
from store.db import Database
from store.errors import Conflict
from store.jobs.repository import enqueue
from store.members import repository
from store.members.models import Member
from store.web.current import reader

Proven = Callable[[Session, int, str, datetime], None]
"""What is done in the transaction in which a member proves an address: (session, member id, address key, now)."""
TOLD = {"password": "password", "email": "address", "tf_totp_secret": "authenticator", "active": "active"}
"""Which changes the history tells of, and how it calls them; it never holds the values."""


@dataclass(slots=True)
class Mail:
    """A mail that is to be written by the worker; secrets in it are made there, and stand in no table."""

    kind: str
    member: Member | None
    to: str | None = None

    def payload(self) -> dict[str, Any]:
        """What the job keeps; once links of the account have ended, those that were asked for before are not sent."""
        member = self.member
        as_of = {"member_id": member.id, "as_of": member.fingerprint} if member else {"member_id": None, "as_of": None}
        return {"kind": self.kind, "to": self.to, **as_of}


@dataclass(slots=True)
class Pending:
    """What one request wants written."""

    members: list[Member] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)


def pending() -> Pending:
    if "pending" not in g:
        g.pending = Pending()
    found: Pending = g.pending
    return found


class NoRole(RoleMixin):
    """Flask-Security's roles are not used: ours are in `store/actors.py`."""


class MemberDatastore(UserDatastore):
    """Members, as Flask-Security asks for them."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(Member, NoRole)
        self.db, self.clock = db, clock
        self.when_proven: list[Proven] = []
        """Filled in by `app.py`, for what depends on members stands above them."""

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Member | None:  # noqa: ANN401
        ((attribute, value),) = by.items()
        if attribute == "email":
            return repository.find_member(reader(), str(value))
        if attribute == "fs_uniquifier":
            return repository.find_by_uniquifier(reader(), str(value))
        raise LookupError(f"members are not found by {attribute}")

    def find_role(self, role: str) -> None:
        return None

    def put(self, model: Any) -> Any:  # noqa: ANN401
        member = plain(model)
        if not any(member is one for one in pending().members):
            pending().members.append(member)
        return model

    def commit(self) -> None:
        """Nothing: the view may still do more."""

    def write(self) -> None:
        """Write what the request has put, all of it or nothing. Raises Conflict when an address was taken meanwhile."""
        wanted = pending()
        if not wanted.members and not wanted.mails:
            return
        try:
            self.db.run(lambda session: self._write(session, wanted))
        except IntegrityError as error:
            new = [member for member in wanted.members if inspect(member).key is None]
            if not new:
                raise Conflict("This address has an account meanwhile. Yours is as it was.") from error
            self._welcome_back(new)
        g.pending = Pending()

    def _write(self, session: Session, wanted: Pending) -> None:
        now = self.clock()
        for member in wanted.members:
            self._write_member(session, member, now)
        for mail in wanted.mails:
            enqueue(session, "member_mail", mail.payload(), now)

    def _write_member(self, session: Session, member: Member, now: datetime) -> None:
        if inspect(member).key is None:
            member.created_at = now
            session.add(member)
            session.flush()  # mails and the history refer to its id
            return
        changes = changes_of(member)
        if not changes:
            return
        as_read = [
            getattr(Member, name).is_not_distinct_from(before)
            for name, before in before_changes(member, changes).items()
        ]
        written = update(Member).where(Member.id == member.id, *as_read).values(**changes).returning(Member.id)
        if session.scalar(written) is None:
            raise Conflict("This account was changed at the same moment elsewhere. Look at it, then try again.")
        if "fs_uniquifier" in changes:
            repository.end_sessions(session, member.id)
            repository.end_tokens(session, member.id)
        if "confirmed_at" in changes or "email" in changes:
            for follow in self.when_proven:
                follow(session, member.id, member.email_key, now)
        told = {name: now.isoformat() for column, name in TOLD.items() if column in changes and member.confirmed_at}
        history.record(session, Actor(member.id), "member.change", f"member:{member.id}", {}, told, now)

    def _welcome_back(self, new: list[Member]) -> None:
        """Somebody else was quicker to join with this address: what they get is what any second join gets."""
        with self.db.reader() as fresh:
            known = [repository.find_member(fresh, member.email) for member in new]
        wanted = Pending(mails=[Mail("already_member", member) for member in known if member])
        self.db.run(lambda session: self._write(session, wanted))


def before_changes(member: Member, changes: Iterable[str]) -> dict[str, Any]:
    """What these columns held when the member was read, and what then stood for the account.

    So a link that is used twice at once, or by somebody whom a new password has just put out, writes over nothing.
    """
    attributes = inspect(member).attrs
    held = {name: attributes[name].history for name in {*changes, "fs_uniquifier"}}
    return {name: (one.deleted or one.unchanged or [None])[0] for name, one in held.items()}


def plain(member: Any) -> Member:  # noqa: ANN401
    """The account itself, where Flask-Login hands over what stands for it."""
    found: Member = member._get_current_object() if hasattr(member, "_get_current_object") else member  # noqa: SLF001
    return found


def changes_of(member: Member) -> dict[str, Any]:
    """The columns that were set since the member was read."""
    state = inspect(member)
    columns = {column.key for column in state.mapper.column_attrs}
    return {
        name: attribute.value
        for name, attribute in ((name, state.attrs[name]) for name in columns)
        if attribute.history.has_changes()
    }
