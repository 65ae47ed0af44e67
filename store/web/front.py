"""Stands before the app: what is the same for everybody is answered from bytes, or with 304 and none at all.

Only GET and HEAD of views marked `for_everybody`, from visitors without a session, with a query that the view has
named; everything else goes through untouched. Each page belongs to an edition of the catalogue, which is asked for
first: what is rendered while another one begins is kept under the old one, where nobody will look for it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from store.errors import Unavailable
from store.settings import Settings
from store.web import cookies, headers
from store.web.api import API
from store.web.current import EDITION
from store.web.pages import Page, Pages, make_page
from store.web.release import release

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Edition = Callable[[], str]
SHORT = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""What a value in a query may be that a page is kept under; others are rendered each time."""
OF_CAMPAIGNS = re.compile(r"utm_[a-z]+|gclid|fbclid|mc_[a-z]+")
"""What others append to our addresses: it changes nothing on a page, and is taken off."""
MOST_QUERY = 400
OWN = ("content-length", "etag", "vary", "date")


def for_everybody(*names: str) -> Callable[[View], View]:
    """The view below shows everybody the same; besides its path only these names of a query tell its pages apart."""

    def mark(view: View) -> View:
        view.tells_apart = frozenset(names)  # type: ignore[attr-defined]
        return view

    return mark


class Asked:
    """A request that may be answered from bytes: the address that its page is kept under, and what it can take."""

    def __init__(self, path: str, query: str, environ: WSGIEnvironment) -> None:
        self.query = query
        self.address = f"{path}?{query}" if query else path
        self.is_head = environ["REQUEST_METHOD"] == "HEAD"
        self.known = environ.get("HTTP_IF_NONE_MATCH", "")
        self.takes_gzip = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))


class Front:
    """A WSGI application before the app's own."""

    def __init__(self, app: Flask, settings: Settings, edition: Edition, pages: Pages) -> None:
        self._app: WSGIApplication = app.wsgi_app
        self._edition, self._pages = edition, pages
        self._settings = settings
        self._fixed = [*headers.fixed(settings).items(), ("Cache-Control", headers.PUBLIC)]
        self._session = f"{cookies.SESSION}="
        self._hosts = {settings.public_url.split("://")[1]}
        self._is_strict = settings.in_production
        self._made: bytes | None = None
        self._plain: dict[str, frozenset[str]] = {}
        self._shaped: list[tuple[re.Pattern[str], frozenset[str]]] = []
        for rule in app.url_map.iter_rules():
            names = getattr(app.view_functions[rule.endpoint], "tells_apart", None)
            if names is not None and rule.arguments:
                parts = re.split("<[^>]+>", rule.rule)
                self._shaped.append((re.compile(SHORT.pattern.join(map(re.escape, parts))), names))
            elif names is not None:
                self._plain[rule.rule] = names

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = self._read(environ)
        if asked is None:
            return self._app(environ, start_response)
        try:
            edition = self._edition()
        except (Unavailable, SQLAlchemyError):
            return self._app(environ, start_response)  # which says so in its own words
        mark = hashlib.blake2b(f"{edition} {asked.address}".encode(), key=self._key(), digest_size=12).hexdigest()
        if mark in asked.known and _knows(asked.known, mark):
            tag = _tag(mark, packed=asked.takes_gzip)
            start_response("304 NOT MODIFIED", [*self._fixed, ("ETag", tag), ("Vary", "Accept-Encoding")])
            return []
        page = self._pages.get(asked.address, mark)
        if page is not None:
            return _send(page, asked, start_response)
        return self._render(asked, edition, mark, environ, start_response)

    def _key(self) -> bytes:
        """Of marks: nobody else can make one, and another release or other settings make others."""
        if self._made is None:
            self._made = hashlib.sha256(f"{release()} {self._settings!r}".encode()).digest()
        return self._made

    def _read(self, environ: WSGIEnvironment) -> Asked | None:
        """The request, if its page may be everybody's; whoever is signed in sees pages of their own."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or self._session in environ.get("HTTP_COOKIE", ""):
            return None
        path: str = environ.get("PATH_INFO", "")
        names = self._names(path)
        if names is None or environ.get("SCRIPT_NAME") or not self._is_ours(environ.get("HTTP_HOST", "")):
            return None
        if environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ:
            return None
        if "HTTP_AUTHORIZATION" in environ and path.startswith(f"{API}/"):
            return None  # a token that has ended is refused wherever it is sent
        query = canonical(environ.get("QUERY_STRING", ""), names)
        return None if query is None else Asked(path, query, environ)

    def _names(self, path: str) -> frozenset[str] | None:
        plain = self._plain.get(path)
        if plain is not None:
            return plain
        return next((names for shape, names in self._shaped if shape.fullmatch(path)), None)

    def _is_ours(self, host: str) -> bool:
        """A laptop is reached by more names than one; the app itself refuses those it does not know."""
        return host in self._hosts or (not self._is_strict and host.split(":")[0] in ("localhost", "127.0.0.1"))

    def _render(
        self, asked: Asked, edition: str, mark: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let the app answer as it answers a GET of the plain address, and keep what may be kept."""
        plain = {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": asked.query, EDITION: edition}
        told: list[Any] = []

        def begin(status: str, given: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            told.append((status, given))
            return lambda _bytes: None  # the app answers with an iterable

        answer = self._app(plain, begin)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, given = told[-1]
        if not status.startswith("200 ") or not _is_everybodys(given):
            start_response(status, given)
            return [b"" if asked.is_head else body]
        own = tuple((name, value) for name, value in given if name.lower() not in OWN)
        page = make_page(mark, own, body)
        self._pages.put(asked.address, page)
        return _send(page, asked, start_response)


def canonical(query: str, names: frozenset[str]) -> str | None:
    """The query in one order and without what campaigns append; None where it holds anything that is not expected."""
    if not query:
        return ""
    if len(query) > MOST_QUERY:
        return None
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if not OF_CAMPAIGNS.fullmatch(pair[0])]
    told = dict(pairs)
    if len(told) < len(pairs) or not all(name in names and SHORT.fullmatch(told[name]) for name in told):
        return None
    return "&".join(f"{name}={told[name]}" for name in sorted(told))


def _takes_gzip(accepted: str) -> bool:
    for one in accepted.lower().split(","):
        coding, _, quality = one.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _tag(mark: str, *, packed: bool) -> str:
    return f'"{mark}-gz"' if packed else f'"{mark}"'


def _knows(known: str, mark: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return not tags.isdisjoint({_tag(mark, packed=False), _tag(mark, packed=True)})


def _is_everybodys(given: list[tuple[str, str]]) -> bool:
    """Only what a view has called public, and what brings no cookie and depends on none."""
    told = [(name.lower(), value) for name, value in given]
    return ("cache-control", headers.PUBLIC) in told and not any(
        name == "set-cookie" or (name == "vary" and "cookie" in value.lower()) for name, value in told
    )


def _send(page: Page, asked: Asked, start_response: StartResponse) -> Iterable[bytes]:
    packs = asked.takes_gzip and bool(page.packed)
    body = page.packed if packs else page.body
    more = [("Content-Length", str(len(body))), ("ETag", _tag(page.mark, packed=packs)), ("Vary", "Accept-Encoding")]
    start_response("200 OK", [*page.headers, *more, *([("Content-Encoding", "gzip")] if packs else [])])
    return [] if asked.is_head else [body]
