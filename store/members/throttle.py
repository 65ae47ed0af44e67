"""How often somebody may try a password, a code or an address, without anybody being locked out of their own account.

Only refused attempts count. Beside the limit for one account from one network there is one for the account from
everywhere; a browser in which its owner has signed in before is exempt from that one, so that guessing from a thousand
networks tires the guessers and not the owner (OWASP's device cookies).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, session
from werkzeug.wrappers import Response

from store.mail.addresses import mail_key
from store.members.sessions import HALFWAY, MEMBER
from store.web import cookies
from store.web.limits import limiter, network

Key = Callable[[], str]


def typed_address() -> str:
    """The address in the form, hashed: limits are kept where anybody with the cache could read them."""
    return digest_of(request.form.get("email", ""))


def digest_of(email: str) -> str:
    return hashlib.sha256(mail_key(email).encode()).hexdigest()[:32]


def address_and_network() -> str:
    return f"{typed_address()} {network()}"


def everybody() -> str:
    return "everybody"


def whoever_is_halfway() -> str:
    return str(session.get(HALFWAY) or session.get(MEMBER) or network())


def is_known_device() -> bool:
    """Whether the owner of the typed address has signed in in this browser before."""
    return cookies.known_device() == typed_address()


def was_refused(response: Response) -> bool:
    return response.status_code not in (302, 303)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in a time, for each value of `key`. A guess counts when it was refused, anything else always."""

    rate: str
    key: Key
    guess: bool = False
    spares_known_devices: bool = False


LIMITS = {
    "login": [
        Limit("10 per 15 minutes", address_and_network, guess=True),
        Limit("30 per 15 minutes", network, guess=True),
        Limit("50 per hour", typed_address, guess=True, spares_known_devices=True),
        Limit("600 per 15 minutes", everybody, guess=True, spares_known_devices=True),
    ],
    "two_factor_token_validation": [
        Limit("20 per hour", whoever_is_halfway, guess=True),
        Limit("60 per day", whoever_is_halfway, guess=True),
    ],
    "mf_recovery": [Limit("10 per hour", whoever_is_halfway, guess=True)],
    "verify": [Limit("10 per 15 minutes", whoever_is_halfway, guess=True)],
    "change_password": [Limit("10 per 15 minutes", whoever_is_halfway, guess=True)],
    "register": [Limit("3 per hour", typed_address), Limit("10 per hour", network)],
    "forgot_password": [Limit("3 per hour", typed_address), Limit("10 per hour", network)],
    "send_confirmation": [Limit("3 per hour", typed_address), Limit("10 per hour", network)],
    "reset_password": [Limit("20 per hour", network)],
    "confirm_email": [Limit("20 per hour", network)],
    "change_email": [Limit("5 per hour", whoever_is_halfway)],
}


def guard(app: Flask) -> None:
    """Lay the limits before Flask-Security's views."""
    for name, limits in LIMITS.items():
        endpoint = f"security.{name}"
        for limit in limits:
            lay = limiter.limit(
                limit.rate,
                key_func=limit.key,
                methods=["POST"],
                deduct_when=was_refused if limit.guess else None,
                exempt_when=is_known_device if limit.spares_known_devices else None,
            )
            limited: Any = lay(app.view_functions[endpoint])
            app.view_functions[endpoint] = limited
