"""The SQL of accounts. `find_` may return None."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from store.actors import Role
from store.db import insert
from store.mail.addresses import mail_key
from store.members.models import ApiToken, Grant, Member, MemberSession, RecoveryCode


def find_member(session: Session, email: str) -> Member | None:
    return session.scalar(select(Member).where(Member.email_key == mail_key(email)))


def find_by_uniquifier(session: Session, uniquifier: str) -> Member | None:
    return session.scalar(select(Member).where(Member.fs_uniquifier == uniquifier))


def lock_proven(session: Session, email_key: str) -> int | None:
    """The id of the active member who has proven this address.

    Locked, proven or not: who is about to prove it waits, and then finds what was given to nobody.
    """
    owner = select(Member.id, Member.confirmed_at, Member.active).where(Member.email_key == email_key)
    row = session.execute(owner.with_for_update(key_share=True)).one_or_none()
    return row.id if row is not None and row.confirmed_at is not None and row.active else None


def list_staff(session: Session) -> list[Member]:
    staff = select(Member).where(Member.id.in_(select(Grant.member_id))).order_by(Member.email_key)
    return list(session.scalars(staff))


def emails(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The address of each, for pages that name who did something."""
    rows = session.execute(select(Member.id, Member.email).where(Member.id.in_(member_ids)))
    return {row.id: row.email for row in rows}


# -- sessions


def find_session(session: Session, digest: str) -> MemberSession | None:
    return session.scalar(select(MemberSession).where(MemberSession.digest == digest))


def list_sessions(session: Session, member_id: int) -> list[MemberSession]:
    """The sessions of a member, the one last used first."""
    own = select(MemberSession).where(MemberSession.member_id == member_id)
    return list(session.scalars(own.order_by(MemberSession.seen_at.desc(), MemberSession.id.desc())))


def replace_session(session: Session, ended: int | None, row: dict[str, Any]) -> None:
    """Begin a session; the one it grew out of ends in the same transaction."""
    if ended is not None:
        end_session(session, ended)
    session.add(MemberSession(**row))


def touch_session(session: Session, session_id: int, data: dict[str, Any], now: datetime) -> None:
    """Keep what a session holds. One that was ended meanwhile stays ended."""
    session.execute(update(MemberSession).where(MemberSession.id == session_id).values(data=data, seen_at=now))


def count_code(session: Session, session_id: int) -> int | None:
    """Count one more code tried in a session, before it is looked at; how many that makes, None when it has ended."""
    tried = update(MemberSession).where(MemberSession.id == session_id)
    counted = tried.values(codes_tried=MemberSession.codes_tried + 1).returning(MemberSession.codes_tried)
    return session.scalar(counted)


def end_session(session: Session, session_id: int) -> None:
    session.execute(delete(MemberSession).where(MemberSession.id == session_id))


def end_sessions(session: Session, member_id: int, besides: int | None = None) -> None:
    """End all sessions of a member, but for the one they are in."""
    ended = delete(MemberSession).where(MemberSession.member_id == member_id)
    session.execute(ended if besides is None else ended.where(MemberSession.id != besides))


def end_own_session(session: Session, member_id: int, session_id: int) -> bool:
    """End one session of a member; whether there was such a one."""
    own = delete(MemberSession).where(MemberSession.id == session_id, MemberSession.member_id == member_id)
    return session.scalar(own.returning(MemberSession.id)) is not None


def purge_sessions(session: Session, begun_before: datetime, seen_before: datetime, halfway_before: datetime) -> None:
    """Forget sessions that no cookie can open any more."""
    halfway = MemberSession.member_id.is_(None) & (MemberSession.created_at < halfway_before)
    session.execute(
        delete(MemberSession).where(
            or_(MemberSession.created_at < begun_before, MemberSession.seen_at < seen_before, halfway)
        )
    )


# -- second factors


def use_totp_step(session: Session, member_id: int, counter: int) -> bool:
    """Use up a time step of the authenticator; False when it, or a later one, was used before."""
    unused = update(Member).where(
        Member.id == member_id, or_(Member.totp_last_counter.is_(None), Member.totp_last_counter < counter)
    )
    return session.scalar(unused.values(totp_last_counter=counter).returning(Member.id)) is not None


def replace_recovery_codes(session: Session, member_id: int, digests: Collection[str]) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    session.add_all(RecoveryCode(member_id=member_id, digest=digest) for digest in digests)


def use_recovery_code(session: Session, member_id: int, digest: str) -> bool:
    """Use up a code; False when it is none of theirs, or was used before."""
    used = delete(RecoveryCode).where(RecoveryCode.member_id == member_id, RecoveryCode.digest == digest)
    return session.scalar(used.returning(RecoveryCode.id)) is not None


def count_recovery_codes(session: Session, member_id: int) -> int:
    return len(session.scalars(select(RecoveryCode.id).where(RecoveryCode.member_id == member_id)).all())


# -- roles


def grant(session: Session, member_id: int, role: str, granted_by: str, now: datetime) -> bool:
    """Give a role; False when they have it already."""
    row = insert(session, Grant).values(member_id=member_id, role=role, granted_by=granted_by, granted_at=now)
    given = row.on_conflict_do_nothing(index_elements=["member_id", "role"]).returning(Grant.member_id)
    return session.scalar(given) is not None


def take_away(session: Session, member_id: int, role: str) -> None:
    session.execute(delete(Grant).where(Grant.member_id == member_id, Grant.role == role))


def lock_owners(session: Session) -> set[int]:
    """Who runs the shop and can sign in, locked: of two who put each other out at once, one waits, and sees it."""
    owners = select(Grant.member_id).join(Member, Member.id == Grant.member_id)
    owners = owners.where(Grant.role == Role.OWNER, Member.active).order_by(Grant.member_id)
    return set(session.scalars(owners.with_for_update()))


# -- tokens of programs


def find_token(session: Session, digest: str) -> tuple[ApiToken, Member] | None:
    query = select(ApiToken, Member).join(Member, Member.id == ApiToken.member_id).where(ApiToken.digest == digest)
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def list_tokens(session: Session, member_id: int | None = None) -> list[tuple[ApiToken, str]]:
    """Each with its owner's address, of one member or of everybody (None), the newest first."""
    query = select(ApiToken, Member.email).join(Member, Member.id == ApiToken.member_id).order_by(ApiToken.id.desc())
    if member_id is not None:
        query = query.where(ApiToken.member_id == member_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def note_use(session: Session, token_id: int, now: datetime) -> None:
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_on=now))


def end_tokens(session: Session, member_id: int) -> None:
    session.execute(delete(ApiToken).where(ApiToken.member_id == member_id))
