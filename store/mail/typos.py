"""Addresses that look mistyped: a domain one slip away from one that half the world uses. Pure.

Only asked about, never refused: there are people at gmial.com too.
"""

from __future__ import annotations

from collections.abc import Iterator

MEANT = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.ca",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "icloud.com",
    "protonmail.com",
    "proton.me",
    "comcast.net",
    "verizon.net",
    "btinternet.com",
    "fastmail.com",
)
"""What is proposed, the likelier first."""
REAL = frozenset(
    {*MEANT, "mail.com", "email.com", "ymail.com", "gmx.com", "gmx.net", "hotmail.ca", "hotmail.fr", "hotmail.de"}
    | {"hotmail.it", "hotmail.es", "outlook.de", "outlook.fr", "outlook.es", "yahoo.co", "yahoo.fr", "yahoo.de"}
    | {"yahoo.it", "yahoo.es", "yahoo.in", "yahoo.co.in", "proton.com", "pm.me", "fastmail.fm"}
)
"""Never questioned, however near they are to one of the others."""


def likely_meant(email: str) -> str | None:
    """`ana@gmail.com` for `ana@gmial.com`; None when the address looks as it was meant."""
    local, _, domain = email.rpartition("@")
    domain = domain.lower()
    if not local or domain in REAL:
        return None
    meant = next((known for known in MEANT if domain in set(_slips(known))), None)
    return f"{local}@{meant}" if meant else None


def _slips(word: str) -> Iterator[str]:
    """Everything one letter too few, too many, wrong, or changed with its neighbour."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.-"
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + letter + tail for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
