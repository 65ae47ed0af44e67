"""What a password must be: long, and not among those everybody guesses first. No rules about digits and signs.

The guessing is zxcvbn's (Wheeler, USENIX Security 2016), with its lists of passwords that were published after
break-ins; it looks at the first 72 characters, for its time grows faster than the text.
"""

from __future__ import annotations

from typing import Any

import zxcvbn
from flask_security import PasswordUtil

SHORTEST, SHORTEST_OF_STAFF, LONGEST = 10, 15, 256
READ_BY_ZXCVBN = 72
GUESSES = 10**8
OWN_WORDS = ["nastymixx", "nastymixxstore", "nasty", "mixx"]


class Passwords(PasswordUtil):
    """Flask-Security asks before it sets a password."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:  # noqa: ANN401
        user = about.get("user")
        email = about.get("email") or getattr(user, "email", "")
        text = self.normalize(password)
        fault = fault_of(text, str(email), staff=bool(getattr(user, "is_staff", False)))
        return ([fault] if fault else None), text


def fault_of(password: str, email: str, *, staff: bool) -> str | None:
    """What is wrong with a new password, in a sentence; None when nothing is."""
    shortest = SHORTEST_OF_STAFF if staff else SHORTEST
    if len(password) < shortest:
        return f"At least {shortest} characters, please. A few words in a row are easy to keep in mind."
    if len(password) > LONGEST:
        return f"At most {LONGEST} characters, please."
    known = [*OWN_WORDS, email, *email.replace("@", ".").split(".")]
    if zxcvbn.zxcvbn(password[:READ_BY_ZXCVBN], user_inputs=known)["guesses"] < GUESSES:
        return "This one is among the first that people guess. Take a few words that do not belong together."
    return None
