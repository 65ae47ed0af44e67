"""Hashes, sealed secrets and signed links as Flask-Security makes them, without a request: for worker and commands."""

from __future__ import annotations

import secrets

from flask import Flask
from flask_security import hash_password
from flask_security.change_email import _generate_token as generate_email_token
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token

from store.members.models import Member


class Credentials:
    """Each call enters the app's context by itself."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def hash(self, password: str) -> str:
        with self.app.app_context():
            return str(hash_password(password))

    def new_password(self) -> str:
        """100 random bits, easy enough to type once."""
        return "-".join(secrets.token_hex(4) for _ in range(4))

    def new_totp(self) -> tuple[str, str]:
        """A secret for an authenticator: sealed as it is stored, and as an app takes it (base32)."""
        factory = self.app.extensions["security"].totp_factory
        sealed = str(factory.generate_totp_secret())
        return sealed, str(factory.get_totp_b32_key(sealed))

    def seal_totp(self, key: str) -> str:
        return str(self.app.extensions["security"].totp_factory.seal(key))

    def confirm(self, member: Member) -> str:
        with self.app.app_context():
            return f"/confirm/{generate_confirmation_token(member)}"

    def reset(self, member: Member) -> str:
        with self.app.app_context():
            return f"/reset/{generate_reset_password_token(member)}"

    def change_email(self, member: Member, email: str) -> str:
        with self.app.app_context():
            return f"/account/email/{generate_email_token(member, email)}"
