"""A description as text, which is what the shop keeps, and as the HTML that Shopify's file has. Pure."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

IS_HTML = re.compile(r"<[a-zA-Z/!]|&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z]+);")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote dd div dl dt figure figcaption footer form h1 h2 h3 h4 h5 h6 header hr main"
        " ol p pre section table ul",
    )
)
_LINES = frozenset({"li", "tr", "br"})
_UNSEEN = frozenset({"script", "style", "head", "template", "iframe", "noscript"})


def as_html(text: str) -> str:
    """Paragraphs and line breaks; a text that would not come back the same from those stands in `pre`."""
    if not text:
        return ""
    paragraphs = (html.escape(part, quote=False).replace("\n", "<br>") for part in text.split("\n\n"))
    shown = "".join(f"<p>{part}</p>" for part in paragraphs)
    if as_text(shown) == text:
        return shown
    return f"<pre>{html.escape(text, quote=False).replace(chr(13), '&#13;')}</pre>"


def as_text(shown: str) -> str:
    """What of it is read: no tags, no scripts; paragraphs apart, and items of lists with a dot."""
    if not IS_HTML.search(shown):
        return shown.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader()
    reader.feed(shown)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._break = ""
        self._unseen = 0
        self._kept = 0
        self._is_new_line = True
        self._gap = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._parts.append(self._break + "\n" if self._parts else "")
            self._break, self._is_new_line, self._gap = "", True, False
        elif tag in _BLOCKS or tag in _LINES:
            self._part_from_before(tag)
            if tag == "pre":
                self._kept += 1
            elif tag == "li":
                self._write("• ")
                self._is_new_line = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _BLOCKS or tag in _LINES:
            self._part_from_before(tag)
            if tag == "pre":
                self._kept = max(self._kept - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._kept:
            self._write(data)
            return
        words = " ".join(data.split())
        if not words:
            self._gap = self._gap or bool(data)
            return
        leads = (self._gap or data[0].isspace()) and not self._is_new_line and not self._break
        self._write(f" {words}" if leads else words)
        self._gap = data[-1].isspace()

    def _part_from_before(self, tag: str) -> None:
        """The next word stands apart: below an empty line, or on the next line."""
        if self._parts:
            self._break = max(self._break, "\n\n" if tag in _BLOCKS else "\n", key=len)
        self._gap = False

    def _write(self, text: str) -> None:
        self._parts.append(self._break + text)
        self._break, self._is_new_line, self._gap = "", False, False
