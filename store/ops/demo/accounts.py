"""The demo's two people: their passwords and the key of the authenticator are printed by `make run`, and public."""

from __future__ import annotations

from store.actors import SYSTEM, Role
from store.clock import Clock
from store.db import Database
from store.members import repository, service
from store.members.credentials import Credentials

MEMBER = ("member@nastymixx.example", "run-out-groove-1210")
STAFF = ("staff@nastymixx.example", "doors-open-at-ten-tonight")
STAFF_KEY = "NASTYMIXXDEMOKEYNASTYMIXXDEMOKEY"
"""Base32, for any authenticator app."""


def make_accounts(db: Database, credentials: Credentials, clock: Clock) -> None:
    """Make both, unless they are there: a demo shop is one that one can sign in to."""
    with db.reader() as reader:
        known = {email for email, _ in (MEMBER, STAFF) if repository.find_member(reader, email) is not None}
    if MEMBER[0] not in known:
        account = service.Account(MEMBER[0], credentials.hash(MEMBER[1]))
        service.create_account(db, SYSTEM, account, clock())
    if STAFF[0] not in known:
        account = service.Account(STAFF[0], credentials.hash(STAFF[1]), credentials.seal_totp(STAFF_KEY))
        service.create_account(db, SYSTEM, account, clock())
        service.grant(db, SYSTEM, STAFF[0], Role.OWNER, clock())


def lines() -> list[str]:
    """As `make run` prints them: `member EMAIL PASSWORD`, `staff EMAIL PASSWORD TOTP-SECRET`."""
    return [f"member {MEMBER[0]} {MEMBER[1]}", f"staff {STAFF[0]} {STAFF[1]} {STAFF_KEY}"]
