"""Tables of accounts. No password, session id, recovery code or mailed token can be read out of them.

Passwords are argon2id over a keyed hash, sessions and recovery codes digests, TOTP secrets encrypted; what is mailed is
signed and stored nowhere.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import relationship, validates

from store.actors import Actor, Role
from store.db import Base, Id, Mapped, Ref, choice, mapped_column
from store.mail.addresses import mail_key


class Member(UserMixin, Base):
    """An account. Its address is proven once `confirmed_at` is set; until then it can do nothing."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("email_key"), UniqueConstraint("fs_uniquifier"))

    id: Mapped[Id]
    email: Mapped[str]
    email_key: Mapped[str]
    """The address as it is compared (`mail/addresses.py`): one account for each."""
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str]
    """Stands for the account in sessions and mailed tokens; a new one ends all of them."""
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    """Encrypted, with a key made from SECRET_KEY."""
    totp_last_counter: Mapped[int | None] = mapped_column(Ref)
    """The time step of the last code used; a code counts once."""
    created_at: Mapped[datetime]

    grants: Mapped[list[Grant]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    roles: list[Any] = []  # noqa: RUF012 - Flask-Security's own notion of roles is not used; it only has to find none

    @validates("email")
    def _keep_key(self, _name: str, email: str) -> str:
        self.email_key = mail_key(email)
        return email

    def renew_uniquifier(self) -> None:
        """End every session and mailed link of this account."""
        self.fs_uniquifier = uuid.uuid4().hex

    @property
    def fingerprint(self) -> str:
        """Another one as soon as sessions and mailed links of this account have ended; it opens nothing."""
        return hashlib.sha256(self.fs_uniquifier.encode()).hexdigest()[:16]

    @property
    def is_staff(self) -> bool:
        return bool(self.grants)

    def as_actor(self, *, in_session_of_staff: bool) -> Actor:
        """Who acts when this member does.

        Staff have their roles only with a second factor, and only in a session that began as one of staff: that one
        asked for it, and ends as early as theirs do.
        """
        proven = in_session_of_staff and self.tf_totp_secret is not None
        return Actor(self.id, self.email, frozenset(grant.role for grant in self.grants) if proven else frozenset())

    def check_tf_required(self, tf_setup_methods: list[Any], tf_fresh: bool) -> tuple[bool, list[Any]]:
        """Flask-Security asks after the password was right: staff need a second factor, members who set one up too."""
        return self.is_staff or bool(tf_setup_methods), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        return self.is_staff


class Grant(Base):
    """A role that somebody was given."""

    __tablename__ = "member_role"

    member_id: Mapped[int] = mapped_column(Ref, ForeignKey("member.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"), primary_key=True)
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]


class MemberSession(Base):
    """A browser in which somebody is signed in, or is about to be (its password was right, the code is to come)."""

    __tablename__ = "member_session"
    __table_args__ = (UniqueConstraint("digest"), Index("ix_member_session_member_id", "member_id"))

    id: Mapped[Id]
    digest: Mapped[str]
    """SHA-256 of the cookie's value, in hex: the table opens no session."""
    member_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("member.id"))
    """None until the second factor was given."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    codes_tried: Mapped[int] = mapped_column(default=0)
    """How many codes were tried since the password was right."""
    device: Mapped[str]
    """Coarse, for its owner to recognize, e.g. `Firefox on Windows`."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ApiToken(Base):
    """What a program shows to act for a member; only its digest is kept, so it can be shown once."""

    __tablename__ = "api_token"
    __table_args__ = (Index("uq_api_token_digest", "digest", unique=True),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(Ref, ForeignKey("member.id"), index=True)
    digest: Mapped[str]
    hint: Mapped[str]
    """Its first letters, by which its owner tells it from others."""
    label: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_on: Mapped[datetime | None]
    """The day it was last used, to the day: a write a day, not one a call."""


class RecoveryCode(Base):
    """Stands in once for a code of the authenticator app."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("member_id", "digest"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(Ref, ForeignKey("member.id"))
    digest: Mapped[str]
