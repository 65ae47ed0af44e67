"""An unsafe request must come from our own pages (design §5).

Refused when `Sec-Fetch-Site`, or without it `Origin`, names another origin, and when a cookie of ours comes with
neither. With no cookie and neither header it is a script or Stripe: it passes, for it carries nobody's rights.
Source: the Fetch Metadata and Fetch standards (w3c.github.io/webappsec-fetch-metadata, fetch.spec.whatwg.org).
"""

from __future__ import annotations

from flask import Flask, Request, request

from store.errors import StoreError
from store.web.api.problems import is_for_a_program
from store.web.cookies import carries_ours
from store.web.current import settings

SAFE = {"GET", "HEAD", "OPTIONS"}


class ForeignOrigin(StoreError):
    """The form was sent from somebody else's page."""


def register(app: Flask) -> None:
    @app.before_request
    def refuse_foreign() -> None:
        if is_for_a_program():
            return  # no cookie is looked at there
        if request.method not in SAFE and not _is_welcome(request):
            raise ForeignOrigin("This form was sent from another site. Open our page and send it from there.")


def _is_welcome(asked: Request) -> bool:
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    if origin is not None:
        return origin in _own_origins(asked)
    return not carries_ours(asked)


def _own_origins(asked: Request) -> set[str]:
    own = {settings().public_url}
    if not settings().in_production:
        own.add(f"{asked.scheme}://{asked.host}")  # a laptop is reached by more than one name
    return own
