"""The two cookies of a guest: the bag's id, signed and out of scripts' reach, and its count, which a script may read.

`__Host-` and Secure exactly when the shop is served over https.
"""

from __future__ import annotations

from flask import Request, request
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from store.web.current import settings

BAG = "bag"
COUNT = "bag_count"
KEEP_SECONDS = 30 * 24 * 3600


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if settings().is_https else cookie


def _signer() -> Signer:
    return Signer(settings().secret_key, salt="bag")


def carries_ours(asked: Request) -> bool:
    """Whether a request comes with a right of ours in a cookie."""
    return _name(BAG) in asked.cookies


def bag_id() -> str | None:
    """The visitor's bag; None without a cookie, or with one we did not sign."""
    value = request.cookies.get(_name(BAG), "")
    try:
        return _signer().unsign(value).decode()
    except (BadSignature, UnicodeError):
        return None


def remember_bag(response: Response, cart_id: str, count: int) -> None:
    """Send the bag's id and count along with an answer."""
    _set(response, BAG, _signer().sign(cart_id).decode(), httponly=True)
    remember_count(response, count)


def remember_count(response: Response, count: int) -> None:
    _set(response, COUNT, str(count), httponly=False)


def _set(response: Response, cookie: str, value: str, *, httponly: bool) -> None:
    response.set_cookie(
        _name(cookie),
        value,
        max_age=KEEP_SECONDS,
        path="/",
        secure=settings().is_https,
        httponly=httponly,
        samesite="Lax",
    )
