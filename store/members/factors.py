"""Second factors: codes of an authenticator app, each good once, and codes on paper for the day the phone is gone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Any

import segno
from flask_security import MfRecoveryCodesUtil, Totp
from markupsafe import Markup
from passlib.totp import TokenError

from store.members import repository
from store.web.current import db, reader, settings

CODES = 10
WORD = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0 and o, no 1, i and l: these are copied from paper."""


class Authenticator(Totp):
    """Flask-Security's time-based codes (RFC 6238), of which a second use is refused, also at the same instant."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:  # noqa: ANN401
        digits = re.sub(r"\s", "", str(token))
        if not digits.isascii():
            return False  # other alphabets have digits too, and each would be another spelling of a used code
        try:
            match = self._totp.verify(digits, totp_secret, window=window)
        except TokenError:
            return False
        return db().run(lambda session: repository.use_totp_step(session, user.id, match.counter))

    def seal(self, key: str) -> str:
        """A secret as it is stored, from the key as an app shows it (base32)."""
        return str(self._totp(key=key, format="base32").to_json(encrypt=True))

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """The drawing itself, to stand in the page: its policy knows no pictures made of text."""
        return Markup(segno.make_qr(self.get_totp_uri(username, totp)).svg_inline(scale=5, border=3))  # noqa: S704 - ours


class RecoveryCodes(MfRecoveryCodesUtil):
    """Ten codes, of which only digests are kept: they are shown once, when they are made."""

    def create_recovery_codes(self, user: Any) -> list[str]:  # noqa: ANN401
        codes = ["-".join("".join(secrets.choice(WORD) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]
        digests = [_digest(code) for code in codes]
        db().run(lambda session: repository.replace_recovery_codes(session, user.id, digests))
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:  # noqa: ANN401
        """None can be shown again; only how many are left is known."""
        return [""] * repository.count_recovery_codes(reader(), user.id)

    def check_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ANN401
        """Whether it is one of theirs; asking uses it up, so that of two who ask at once only one is let in."""
        digest = _digest(re.sub(r"[\s-]", "", code.casefold()))
        return db().run(lambda session: repository.use_recovery_code(session, user.id, digest))

    def delete_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ANN401
        return True


def _digest(code: str) -> str:
    plain = code.replace("-", "")
    return hmac.new(settings().secret_key.encode(), f"recovery code:{plain}".encode(), hashlib.sha256).hexdigest()
