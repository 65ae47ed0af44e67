"""Lists for spreadsheets: CSV in which no cell can become a formula.

A spreadsheet runs a cell that begins with = + - @ or a tab; some begin a new cell at a semicolon or quote inside one.
Source: OWASP's page on CSV injection. Numbers are written as numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

STARTS_FORMULA = re.compile(r'(^|[;"\t\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r])')
BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something older."""


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """The rows under their headings."""
    return "".join(csv_lines(headings, rows))


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[str]:
    """The same line by line, for lists that are too long to be held at once."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(headings)
    yield BYTE_ORDER_MARK + lines.getvalue()
    for row in rows:
        lines.seek(0)
        lines.truncate()
        writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in row])
        yield lines.getvalue()


def harmless(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would run."""
    return STARTS_FORMULA.sub(r"\1'", text)
