"""What one cell says. Pure: each reader raises ValueError with the sentence that belongs behind its row and column."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from store.catalog.proposals import (
    CUSTOMS,
    LONGEST_CUSTOMS,
    LONGEST_NUMBER,
    LONGEST_SKU,
    LONGEST_SLUG,
    NUMBER,
    SKU,
    SLUG,
)
from store.catalog.typed import (
    LONGEST_ALT,
    LONGEST_CAPTION,
    LONGEST_DESCRIPTION,
    LONGEST_DETAIL,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_OPTION,
    LONGEST_TITLE,
    LONGEST_VALUE,
    MOST_DETAILS,
    MOST_GRAMS,
    MOST_UNITS,
    is_plain,
)
from store.ops.products.drafts import Details
from store.ops.products.prose import as_text
from store.stock.levels import MOST_ON_SHELF

STATUSES = ("active", "draft", "archived")
KINDS = ("physical", "digital", "ticket")
FLAGS = {"true": True, "false": False}
MOST_CELLS = 2_000
LONGEST_SOURCE = 2_048
MOST_PLACES = 100_000
YEARS = range(2000, 2100)


def line(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"At most {longest} characters, please. It has {len(text)}.")
    if not is_plain(text):
        raise ValueError("One line of plain text, please.")
    return text


def paragraphs(shown: str) -> str:
    text = as_text(shown)
    if len(text) > LONGEST_DESCRIPTION:
        raise ValueError(f"At most {LONGEST_DESCRIPTION} characters, please. It has {len(text)}.")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text if char not in "\n\t"):
        raise ValueError("Plain text, please.")
    return text


def value(text: str) -> str:
    """The value of an option. Staff write values with commas between them, so none may have one."""
    if "," in text:
        raise ValueError("A value may have no comma.")
    return line(text, LONGEST_VALUE)


def shaped(text: str, shape: re.Pattern[str], longest: int, sentence: str) -> str:
    if len(text) > longest or not shape.fullmatch(text):
        raise ValueError(f"{sentence} At most {longest} characters.")
    return text


def upper(text: str, shape: re.Pattern[str], longest: int, sentence: str) -> str:
    return shaped(text.upper(), shape, longest, sentence)


def whole(text: str, least: int, most: int) -> int:
    is_digits = text.isascii() and text.isdigit() and len(text) <= 18
    if not is_digits or not least <= int(text) <= most:
        raise ValueError(f"A whole number from {least} to {most}, please.")
    return int(text)


def one_of(text: str, names: tuple[str, ...]) -> str:
    if text.casefold() not in names:
        raise ValueError(f"“{text[:40]}” is none of {', '.join(names)}.")
    return text.casefold()


def flag(text: str) -> bool:
    if text.casefold() not in FLAGS:
        raise ValueError(f"“{text[:40]}” is neither TRUE nor FALSE.")
    return FLAGS[text.casefold()]


def moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and at.year in YEARS:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("Write a time with its zone, like 2026-12-04T20:00:00+00:00.")


def details(text: str) -> Details:
    sentence = 'Write details like [{"label": "Cloth", "text": "Cotton"}], each once and short.'
    rows = _json(text, sentence)
    if not isinstance(rows, list) or len(rows) > MOST_DETAILS or not all(map(_is_detail, rows)):
        raise ValueError(sentence)
    return [{"label": row["label"], "text": row["text"]} for row in rows]


def size_chart(text: str) -> dict[str, Any]:
    sentence = 'Write a chart like {"columns": ["Size", "Chest"], "rows": [["S", "19 in"]]}.'
    chart = _json(text, sentence)
    if not isinstance(chart, dict) or set(chart) != {"columns", "rows"} or not isinstance(chart["rows"], list):
        raise ValueError(sentence)
    lines = [chart["columns"], *chart["rows"]]
    if not all(isinstance(cells, list) and all(map(_is_line, cells)) for cells in lines):
        raise ValueError(sentence)
    if len({len(cells) for cells in lines}) > 1 or sum(map(len, lines)) > MOST_CELLS:
        raise ValueError(sentence)
    return {"columns": chart["columns"], "rows": chart["rows"]}


def _json(text: str, sentence: str) -> Any:  # noqa: ANN401 - whatever it may be
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(sentence) from None


def _is_detail(row: object) -> bool:
    if not isinstance(row, dict) or set(row) != {"label", "text"} or not all(map(_is_line, row.values())):
        return False
    return 0 < len(row["label"]) <= LONGEST_LABEL and 0 < len(row["text"]) <= LONGEST_DETAIL


def _is_line(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) <= LONGEST_DETAIL and is_plain(cell)


READERS: Mapping[str, Callable[[str], Any]] = {
    "handle": partial(
        shaped, shape=SLUG, longest=LONGEST_SLUG, sentence="Small letters, digits and single hyphens, like fader-tee."
    ),
    "title": partial(line, longest=LONGEST_TITLE),
    "description": paragraphs,
    "published": flag,
    "status": partial(one_of, names=STATUSES),
    "sku": partial(upper, shape=SKU, longest=LONGEST_SKU, sentence="Letters, digits, hyphens, like NMX-041-BLCK-L."),
    "option_name": partial(line, longest=LONGEST_OPTION),
    "quantity": partial(whole, least=0, most=MOST_ON_SHELF),
    "grams": partial(whole, least=0, most=MOST_GRAMS),
    "shipping": flag,
    "image": partial(line, longest=LONGEST_SOURCE),
    "image_position": partial(whole, least=0, most=MOST_PLACES),
    "image_alt": partial(line, longest=LONGEST_ALT),
    "number": partial(upper, shape=NUMBER, longest=LONGEST_NUMBER, sentence="Letters and digits, like 041 or LP-7."),
    "line": partial(line, longest=LONGEST_LINE),
    "kind": partial(one_of, names=KINDS),
    "details": details,
    "size_chart": size_chart,
    "limit": partial(whole, least=1, most=MOST_UNITS),
    "published_at": moment,
    "withdrawn_at": moment,
    "customs": partial(shaped, shape=CUSTOMS, longest=LONGEST_CUSTOMS, sentence="Digits and points, like 6109.10."),
    "caption": partial(line, longest=LONGEST_CAPTION),
}
"""How each column is read; prices are read in the shop's currency."""
