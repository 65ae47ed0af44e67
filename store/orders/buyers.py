"""How an address is compared: once for whose order it is, once for counting limits. Pure."""

from __future__ import annotations

import hashlib
import hmac


def mail_key(email: str) -> str:
    """The address as orders are found and claimed by: nobody's mailbox differs from another's by case alone."""
    return email.strip().casefold()


def limit_key(email: str) -> str:
    """The address as limits count it: what stands behind a + reaches the same person."""
    local, _, domain = mail_key(email).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def owner_key(kind: str, value: str, secret: str) -> str:
    """`email:…` or `network:…` with the value hashed: enough to count by, nothing to read."""
    digest = hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
    return f"{kind}:{digest[:32]}"
