"""Sitemaps and the feed as XML: sitemaps.org's protocol 0.9, RFC 4287 (Atom), and RFC 9116's security.txt. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ATOM = "http://www.w3.org/2005/Atom"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
UNFIT = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot even escape."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the shop, and when what is there was last changed."""

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A product in the feed; `tag` stays its own whatever its address becomes."""

    tag: str
    url: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    picture: str | None


def sitemap(places: Iterable[Place]) -> bytes:
    return _listed("urlset", "url", places)


def sitemap_index(parts: Iterable[Place]) -> bytes:
    return _listed("sitemapindex", "sitemap", parts)


def _listed(root_name: str, each: str, places: Iterable[Place]) -> bytes:
    root = ET.Element(root_name, xmlns=SITEMAP)
    for place in places:
        element = ET.SubElement(root, each)
        ET.SubElement(element, "loc").text = place.url
        if place.changed is not None:
            ET.SubElement(element, "lastmod").text = _moment(place.changed)
    return _written(root)


def feed(shop_name: str, home: str, own: str, entries: Sequence[Entry]) -> bytes:
    """An Atom feed of what has arrived, newest first."""
    root = ET.Element("feed", xmlns=ATOM)
    _text(root, "id", own)
    _text(root, "title", f"{shop_name}: new in the catalog")
    _text(root, "updated", _moment(max((entry.updated for entry in entries), default=NEVER)))
    _text(ET.SubElement(root, "author"), "name", shop_name)
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=own)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=home)
    for entry in entries:
        element = ET.SubElement(root, "entry")
        _text(element, "id", entry.tag)
        _text(element, "title", entry.title)
        _text(element, "published", _moment(entry.published))
        _text(element, "updated", _moment(entry.updated))
        ET.SubElement(element, "link", rel="alternate", type="text/html", href=entry.url)
        if entry.picture:
            ET.SubElement(element, "link", rel="enclosure", type="image/jpeg", href=entry.picture)
        _text(element, "summary", entry.summary)
    return _written(root)


def robots(sitemap_url: str, kept_out: Iterable[str]) -> str:
    return "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in kept_out), "", f"Sitemap: {sitemap_url}", ""])


def security(contact: str, own: str, now: datetime) -> str:
    """Good until the begin of a month half a year from now: whoever reads it later asks again."""
    months = now.year * 12 + now.month - 1 + 7
    expires = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    address = contact if contact.startswith(("https://", "mailto:")) else f"mailto:{contact}"
    lines = [f"Contact: {address}", f"Expires: {_moment(expires)}", "Preferred-Languages: en", f"Canonical: {own}", ""]
    return "\n".join(lines)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = UNFIT.sub("", text)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
