"""How addresses are compared: once for whose something is, once for counting limits. Pure."""

from __future__ import annotations

import unicodedata


def mail_key(email: str) -> str:
    """The address as accounts and orders are found by: nobody's mailbox differs from another's by case alone."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def limit_key(email: str) -> str:
    """The address as limits count it: what stands behind a + reaches the same person."""
    local, _, domain = mail_key(email).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
