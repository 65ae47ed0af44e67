"""How much and how often one network may ask for what costs us something; Redis, when there is one, shares the counts.

Limits are sentences at the view they guard: `@limiter.limit("60 per minute")`. They never guard Stripe's webhook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request
from flask_limiter import Limiter
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from store.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])


def network() -> str:
    """Where a request comes from: the address, or for IPv6 the /64 that one customer has."""
    address = request.remote_addr or ""
    return ":".join(address.split(":")[:4]) + "::/64" if ":" in address else address


limiter = Limiter(network, headers_enabled=True)


def register(app: Flask, settings: Settings) -> None:
    app.config.update(
        RATELIMIT_ENABLED=settings.limits_on,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_STRATEGY="moving-window",
    )
    limiter.init_app(app)
    if settings.trusted_proxies:  # else every visitor would come from the proxy, and one could use up all limits
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]

    @app.before_request
    def refuse_large() -> None:
        """At once, and whether or not the view would have read it."""
        view = app.view_functions.get(request.endpoint or "")
        most: int = getattr(view, "most_bytes", app.config["MAX_CONTENT_LENGTH"])
        if (request.content_length or 0) > most:
            raise RequestEntityTooLarge
        request.max_content_length = most


def takes_uploads(most_bytes: int) -> Callable[[View], View]:
    """The view below takes files: it alone may be sent this much; every other one as little as the app allows."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark
