"""Order numbers and private links.

A number is random and short: a running one would show how much is sold and put every payment in one queue (rule 36).
The private link is the number with a signature, so whoever steals the database cannot make one.
"""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, Signer

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, no 1, I and L: people read these out on the phone."""
PREFIX = "NM-"
LENGTH = 6


def new_number() -> str:
    """One of 887 million, e.g. `NM-7K4Q2M`."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def private_link(number: str, secret_key: str) -> str:
    return _signer(secret_key).sign(number).decode()


def number_of(link: str, secret_key: str) -> str | None:
    """The order a private link opens; None when the link was not made by us."""
    try:
        return _signer(secret_key).unsign(link).decode()
    except (BadSignature, UnicodeError):
        return None


def _signer(secret_key: str) -> Signer:
    return Signer(secret_key, salt="private order link", sep=".")
