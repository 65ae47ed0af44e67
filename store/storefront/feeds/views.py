"""What machines ask for. Everything but security.txt, which has an end, belongs to an edition of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, url_for

from store.catalog.pictures import of_products
from store.errors import NotFound
from store.storefront.feeds import documents, repository
from store.storefront.feeds.documents import Entry, Place
from store.storefront.views import card_terms, share
from store.web.current import now, reader, settings
from store.web.front import for_everybody

blueprint = Blueprint("feeds", __name__)
blueprint.after_request(share)

KEPT_OUT = (
    "/account", "/admin", "/cart", "/checkout", "/confirm", "/dev/", "/join", "/o/", "/orders", "/reset", "/search/",
    "/sign-in", "/sign-out", "/webhooks/",
)  # fmt: skip
"""What is somebody's own, or of no use to a search engine."""
PLAIN = ("catalog.home", "catalog.products", "catalog.terms", "catalog.privacy", "catalog.returns")
MOST = 10_000
"""Addresses in one document; beyond it the sitemap is an index of its parts."""


@blueprint.get("/sitemap.xml")
@for_everybody()
def sitemap() -> Response:
    parts = repository.list_parts(reader(), card_terms())
    if sum(part.count for part in parts) <= MOST:
        products = (row for part in parts for row in _products(part.part))
        return _xml(documents.sitemap([*_pages(), *products]))
    pages = Place(_absolute(url_for(".sitemap_pages")))
    rest = (Place(_absolute(url_for(".sitemap_part", part=part.part)), part.changed) for part in parts)
    return _xml(documents.sitemap_index([pages, *rest]))


@blueprint.get("/sitemap-pages.xml")
@for_everybody()
def sitemap_pages() -> Response:
    return _xml(documents.sitemap(_pages()))


@blueprint.get("/sitemap-<id:part>.xml")
@for_everybody()
def sitemap_part(part: int) -> Response:
    places = list(_products(part)) if part < 10**9 else []
    if not places:
        raise NotFound("There is no such part of the sitemap. It begins at /sitemap.xml.")
    return _xml(documents.sitemap(places))


@blueprint.get("/feeds/products.xml")
@for_everybody()
def products() -> Response:
    rows = repository.list_news(reader(), card_terms())
    pictures = of_products(reader(), [row.id for row in rows])
    entries = [_entry(row, pictures[row.id].full if row.id in pictures else None) for row in rows]
    home, own = _absolute(url_for("catalog.products")), _absolute(url_for(".products"))
    body = documents.feed(settings().shop_name, home, own, entries)
    return Response(body, mimetype="application/atom+xml")


@blueprint.get("/robots.txt")
@for_everybody()
def robots() -> Response:
    return Response(documents.robots(_absolute(url_for(".sitemap")), KEPT_OUT), mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    contact = settings().security_contact or parseaddr(settings().mail_from)[1]
    return Response(documents.security(contact, _absolute(url_for(".security")), now()), mimetype="text/plain")


def _entry(row: Any, picture: str | None) -> Entry:  # noqa: ANN401 - a row of the feed
    host = urlsplit(settings().public_url).hostname
    return Entry(
        tag=f"tag:{host},{row.published_at:%Y-%m-%d}:product:{row.id}",
        url=_absolute(url_for("catalog.product", slug=row.slug)),
        title=f"{row.title}, NMX {row.number}" if row.number else row.title,
        summary=row.line,
        published=row.published_at,
        updated=max(row.updated_at, row.published_at),
        picture=_absolute(picture) if picture else None,
    )


def _pages() -> Iterator[Place]:
    yield from (Place(_absolute(url_for(page))) for page in PLAIN)
    for row in repository.list_shelves(reader(), card_terms()):
        yield Place(_absolute(url_for("catalog.collection", slug=row.slug)), row.changed)


def _products(part: int) -> Iterable[Place]:
    for row in repository.list_of_part(reader(), part, card_terms()):
        yield Place(_absolute(url_for("catalog.product", slug=row.slug)), row.updated_at)


def _absolute(path: str) -> str:
    return settings().public_url + path


def _xml(body: bytes) -> Response:
    return Response(body, mimetype="application/xml")
