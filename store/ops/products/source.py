"""From the bytes of a file to its rows of cells, a row at a time. Pure.

Whatever is not a CSV in UTF-8 ends in a sentence; no file is ever read into memory as a whole.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from store.web.spreadsheet import as_typed

MOST_BYTES = 64 * 2**20
MOST_ROWS = 100_000
LONGEST_CELL = 131_072
LONGEST_LINE = 8 * 2**20
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
AS_UTF_8 = "Save it once more as “CSV UTF-8”."
Row = tuple[int, list[str]]


class Unreadable(ValueError):
    """The file as a whole cannot be taken; says why in one sentence."""


def read_rows(source: BinaryIO) -> Iterator[Row]:
    """Each row with its number, as spreadsheets count them; the first is the header. Empty rows are left out.

    Raises Unreadable.
    """
    csv.field_size_limit(LONGEST_CELL)
    number, is_empty = 0, True
    try:
        for number, cells in enumerate(csv.reader(_lines(source), strict=True), start=1):
            if number > MOST_ROWS + 1:
                raise Unreadable(f"A file may have {MOST_ROWS} rows. Divide it, with all rows of a product together.")
            if any(cells):
                is_empty = False
                yield number, [as_typed(cell) for cell in cells]
    except csv.Error as fault:
        raise Unreadable(f"Row {number + 1} is no CSV: {fault}.") from None
    if is_empty:
        raise Unreadable("The file is empty.")


def _lines(source: BinaryIO) -> Iterator[str]:
    size = 0
    for number, line in enumerate(iter(lambda: source.readline(LONGEST_LINE), b""), start=1):
        size += len(line)
        if size > MOST_BYTES:
            raise Unreadable(f"A file may have {MOST_BYTES // 2**20} MiB. Divide it.")
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if number == 1 and line.startswith(UTF_16):
            raise Unreadable(f"The file is in UTF-16, and must be in UTF-8. {AS_UTF_8}")
        if b"\0" in text:
            raise Unreadable(f"Line {number} has a NUL byte: this is no text, or it is in UTF-16. {AS_UTF_8}")
        if len(line) == LONGEST_LINE:
            raise Unreadable(f"Line {number} is too long for a row of products.")
        try:
            yield text.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable(f"Line {number} is not in UTF-8. {AS_UTF_8}") from None
