"""Lists for spreadsheets: CSV in which no cell can become a formula.

A spreadsheet runs a cell that begins with = + - @ or a tab; some begin a new cell at a semicolon or quote inside one.
Source: OWASP's page on CSV injection. Numbers are written as numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

CELL_BEGINS = re.compile(r"""(^|[;"\t\r\n])([\s']*)([=+\-@＝＋－＠]?)""")
"""Where a cell begins, or one may for a spreadsheet; what of it does not count; the sign of a formula, if one follows.

It never looks at a character twice, however long the cell is.
"""
_ANY, _ANY_MARKED = re.compile(r"(^|[\t\r\n])"), re.compile(r"(^|[\t\r\n])'")
_BLANK, _BLANK_MARKED = re.compile(r"(^|[\t\r\n])(?='*[\t\r])"), re.compile(r"(^|[\t\r\n])'(?='*[\t\r])")
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
    """The text with an apostrophe before whatever a spreadsheet would run.

    Apostrophes that stand there already get one more, so that `as_typed` gives back exactly what was written.
    """
    return CELL_BEGINS.sub(
        lambda found: found[1] + (_ANY if found[3] else _BLANK).sub(r"\1'", found[2]) + found[3], text
    )


def as_typed(cell: str) -> str:
    """The text before `harmless`: what it has put in is taken off again."""
    return CELL_BEGINS.sub(
        lambda found: found[1] + (_ANY_MARKED if found[3] else _BLANK_MARKED).sub(r"\1", found[2]) + found[3], cell
    )
