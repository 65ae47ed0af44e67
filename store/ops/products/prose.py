"""A description as text, which is what the shop keeps, and as the HTML that Shopify's file has. Pure."""

from __future__ import annotations

import html
import re

IS_HTML = re.compile(r"<[a-zA-Z/!]|&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z]+);")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote dd div dl dt figure figcaption footer form h1 h2 h3 h4 h5 h6 header hr main"
        " ol p pre section table ul",
    )
)
_LINES = frozenset({"li", "tr", "br"})
COMMENT = "<!--"
_TAG = re.compile(r"""<!--|<(/?)([a-zA-Z][a-zA-Z0-9-]*+)(?:[^<>"']|"[^"]*"|'[^']*')*+>|<[!?][^<>]*+>""")
"""Never tries a place twice: the library's parser takes 40 seconds for 64 KiB of tags left open."""
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
    place, comments_end = 0, True
    while tag := _TAG.search(shown, place):
        reader.write(html.unescape(shown[place : tag.start()]))
        place = tag.end()
        if tag[0] == COMMENT and comments_end:
            end = shown.find("-->", place)
            place, comments_end = (end + 3, True) if end >= 0 else (place, False)
        elif tag[2]:
            (reader.end if tag[1] else reader.begin)(tag[2].lower())
    reader.write(html.unescape(shown[place:]))
    return reader.text


class _Reader:
    """Puts together what is seen between the tags."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._break = ""
        self._unseen = 0
        self._kept = 0
        self._is_new_line = True
        self._gap = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def begin(self, tag: str) -> None:
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

    def end(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag != "br" and (tag in _BLOCKS or tag in _LINES):
            self._part_from_before(tag)
            if tag == "pre":
                self._kept = max(self._kept - 1, 0)

    def write(self, data: str) -> None:
        if self._unseen or not data:
            return
        if self._kept:
            self._write(data)
            return
        words = " ".join(data.split())
        if not words:
            self._gap = True
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
