"""What every answer carries: the content security policy, and how long it may be kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.wrappers import Response

from store.settings import Settings
from store.web.cookies import session_token

STRIPE_PAGE = "https://checkout.stripe.com"
PUBLIC = "public, no-cache"
"""Everybody's, and asked for again each time: what is left of an item may have changed meanwhile (web/front.py)."""


def policy(settings: Settings) -> str:
    """Nothing but our own files; forms may lead to Stripe's page (outside production to its stand-in)."""
    payment_page = STRIPE_PAGE
    if not settings.in_production and settings.stripe_api_base:
        base = urlsplit(settings.stripe_api_base)
        payment_page = f"{base.scheme}://{base.netloc}"
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "media-src": "'self'",
        "connect-src": "'self'",
        "form-action": f"'self' {payment_page}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def fixed(settings: Settings) -> dict[str, str]:
    """What every answer carries, whatever it is."""
    carried = {
        "Content-Security-Policy": policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.is_https:
        carried["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return carried


def register(app: Flask, settings: Settings) -> None:
    carried = fixed(settings)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in carried.items():
            response.headers.setdefault(name, value)
        # Private unless a view has said otherwise: forgetting costs speed, never somebody's address.
        response.headers.setdefault("Cache-Control", "no-store")
        if "no-store" in response.headers["Cache-Control"]:  # what is not everybody's is no search engine's
            response.headers["X-Robots-Tag"] = "noindex"
        if session_token(request) is not None:
            response.vary.add("Cookie")
        return response


def cache_publicly(response: Response, fresh_seconds: int = 0) -> Response:
    """Mark what is the same for everybody; it is asked for again each time, and mostly answered with 304.

    With `fresh_seconds` it is not asked for again until it is as old as that.

    Whoever is signed in gets no page that anything between us may keep, not even one that says nothing of them.
    """
    if request.method in ("GET", "HEAD") and session_token(request) is None:
        response.headers["Cache-Control"] = f"public, max-age={fresh_seconds}" if fresh_seconds else PUBLIC
    return response
