"""What is done to accounts: made from the command line, given roles, shut, and their old sessions forgotten.

Passwords come in hashed, for hashing takes longer than a transaction should.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission, Role
from store.audit import history
from store.db import Database, lock
from store.errors import Conflict, NotFound
from store.jobs.repository import enqueue
from store.members import repository
from store.members.models import Member
from store.members.sessions import HALFWAY_LIFE, MEMBER_IDLE, MEMBER_LIFE

LAST_OWNER = "The shop needs one owner at least. Make somebody else an owner first."
OWN_ROLE = "Nobody changes their own roles. Ask another owner."


@dataclass(frozen=True, slots=True)
class Account:
    """A new account: its address counts as proven, for whoever makes it has a shell on the shop's machine."""

    email: str
    password_hash: str
    totp_secret: str | None = None


def create_account(db: Database, actor: Actor, account: Account, now: datetime) -> int:
    """Make an account; its id. Raises Conflict when the address has one."""
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> int:
        if repository.find_member(session, account.email) is not None:
            raise Conflict(f"{account.email} has an account already.")
        member = Member(
            email=account.email,
            password=account.password_hash,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            confirmed_at=now,
            tf_primary_method="authenticator" if account.totp_secret else None,
            tf_totp_secret=account.totp_secret,
            created_at=now,
        )
        session.add(member)
        session.flush()  # the history refers to its id
        history.record(session, actor, "member.create", f"member:{member.id}", {}, {"made": now.isoformat()}, now)
        return member.id

    return db.run(work)


def grant(db: Database, actor: Actor, email: str, role: Role, now: datetime) -> int:
    """Give somebody a role; their id. They are signed out, and told by mail, for they need a second factor now.

    Raises NotFound for an address without a proven account, Conflict when they have the role.
    """
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> int:
        found = repository.find_member(session, email)
        if found is None or found.confirmed_at is None:
            raise NotFound("No member has confirmed this address. They have to join first.")
        member = _lock(session, actor, found.id)
        before = _roles(member)
        if not repository.grant(session, member.id, role, actor.name, now):
            raise Conflict(f"{member.email} has this role already.")
        _note(session, actor, member, before, sorted([*before, role.value]), now)
        enqueue(session, "member_mail", {"kind": "role_given", "member_id": member.id, "to": None}, now)
        return member.id

    return db.run(work)


def take_away(db: Database, actor: Actor, member_id: int, role: Role, now: datetime) -> None:
    """Take a role back; at once, for they are signed out. Raises Conflict for the last owner."""
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> None:
        owners = repository.lock_owners(session)
        member = _lock(session, actor, member_id)
        before = _roles(member)
        if role.value not in before:
            raise NotFound("They do not have this role any more.")
        if role is Role.OWNER and not owners - {member_id}:
            raise Conflict(LAST_OWNER)
        repository.take_away(session, member_id, role)
        _note(session, actor, member, before, [one for one in before if one != role.value], now)

    db.run(work)


def set_active(db: Database, actor: Actor, member_id: int, now: datetime, *, active: bool) -> None:
    """Shut an account, or open it again. A shut one is signed out everywhere and cannot sign in."""
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> None:
        owners = repository.lock_owners(session)
        member = _lock(session, actor, member_id)
        if not active and owners == {member_id}:
            raise Conflict(LAST_OWNER)
        before, member.active = member.active, active
        repository.end_sessions(session, member_id)
        repository.end_tokens(session, member_id)
        history.record(
            session, actor, "member.shut" if not active else "member.open", f"member:{member_id}",
            {"active": before}, {"active": active}, now,
        )  # fmt: skip

    db.run(work)


def end_sessions(db: Database, actor: Actor, member_id: int, now: datetime) -> None:
    """Sign somebody out everywhere, on the day a laptop is stolen; the tokens of their programs end too."""
    actor.require(Permission.STAFF_WRITE)

    def work(session: Session) -> None:
        if session.get(Member, member_id) is None:
            raise NotFound("There is no such member.")
        repository.end_sessions(session, member_id)
        repository.end_tokens(session, member_id)
        ended = {"sessions_ended": now.isoformat()}
        history.record(session, actor, "member.sign_out", f"member:{member_id}", {}, ended, now)

    db.run(work)


def purge_sessions(db: Database, now: datetime) -> None:
    """Forget sessions that no cookie can open any more."""
    db.run(
        lambda session: repository.purge_sessions(session, now - MEMBER_LIFE, now - MEMBER_IDLE, now - HALFWAY_LIFE),
        repeatable=True,
    )


def _lock(session: Session, actor: Actor, member_id: int) -> Member:
    if actor.member_id == member_id:
        raise Conflict(OWN_ROLE)
    member = lock(session, Member, member_id)
    if member is None:
        raise NotFound("There is no such member.")
    return member


def _roles(member: Member) -> list[str]:
    return sorted(grant.role.value for grant in member.grants)


def _note(session: Session, actor: Actor, member: Member, before: list[str], after: list[str], now: datetime) -> None:
    """A change of roles holds from the next request on: the member signs in anew."""
    repository.end_sessions(session, member.id)
    history.record(session, actor, "member.roles", f"member:{member.id}", {"roles": before}, {"roles": after}, now)
