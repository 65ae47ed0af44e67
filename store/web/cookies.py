"""The cookies: a guest's bag, signed and out of scripts' reach, its count, which a script may read; a member's session.

`__Host-` and Secure exactly when the shop is served over https.
"""

from __future__ import annotations

from flask import Request, request
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from store.web.current import settings

BAG = "bag"
COUNT = "bag_count"
SESSION = "session"
DEVICE = "device"
KEEP_SECONDS = 30 * 24 * 3600
KEEP_DEVICE_SECONDS = 365 * 24 * 3600


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if settings().is_https else cookie


def _signer() -> Signer:
    return Signer(settings().secret_key, salt="bag")


def carries_ours(asked: Request) -> bool:
    """Whether a request comes with a right of ours in a cookie."""
    return _name(BAG) in asked.cookies or _name(SESSION) in asked.cookies


def session_token(asked: Request) -> str | None:
    """The secret of the visitor's session, if the browser sent one."""
    return asked.cookies.get(_name(SESSION)) or None


def remember_session(response: Response, token: str) -> None:
    """Until the browser is closed, or longer where it brings its tabs back; the server ends it by time."""
    _set(response, SESSION, token, httponly=True, max_age=None)


def forget_session(response: Response) -> None:
    response.delete_cookie(_name(SESSION), path="/", secure=settings().is_https, httponly=True, samesite="Lax")


def known_device() -> str | None:
    """What `remember_device` was given in this browser."""
    try:
        return (
            Signer(settings().secret_key, salt="known device").unsign(request.cookies.get(_name(DEVICE), "")).decode()
        )
    except (BadSignature, UnicodeError):
        return None


def remember_device(response: Response, owner: str) -> None:
    """Note that `owner`, a digest, has signed in in this browser; it opens nothing."""
    signed = Signer(settings().secret_key, salt="known device").sign(owner).decode()
    _set(response, DEVICE, signed, httponly=True, max_age=KEEP_DEVICE_SECONDS)


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


def forget_bag(response: Response) -> None:
    response.delete_cookie(_name(BAG), path="/", secure=settings().is_https, httponly=True, samesite="Lax")


def forget_count(response: Response) -> None:
    """Whoever signs out leaves their bag behind; a guest's, which could not come along yet, keeps its own cookie."""
    response.delete_cookie(_name(COUNT), path="/", secure=settings().is_https, samesite="Lax")


def _set(response: Response, cookie: str, value: str, *, httponly: bool, max_age: int | None = KEEP_SECONDS) -> None:
    response.set_cookie(
        _name(cookie),
        value,
        max_age=max_age,
        path="/",
        secure=settings().is_https,
        httponly=httponly,
        samesite="Lax",
    )
