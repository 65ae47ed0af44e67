"""Pages of staff lists that are read from their beginning: `?page=2`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

ON_A_PAGE = 50
LAST_PAGE = 10_000


def page_asked(arguments: Mapping[str, str]) -> int:
    """Which page is asked for, from 1; whatever is no number asks for the first."""
    text = arguments.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 1
    return min(max(number, 1), LAST_PAGE)
