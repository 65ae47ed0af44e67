"""Files that are no CSV in UTF-8, or too large, are refused in one sentence."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.ops.products.columns import HEADINGS
from store.ops.products.source import MOST_BYTES, MOST_ROWS, Unreadable, read_rows
from tests.unit.product_sheets import OLD, SIZED, read, refused, sheet


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        ("Handle,Title\r\ntee,Tee\r\n".encode("utf-16"), "The file is in UTF-16, and must be in UTF-8."),
        ("Handle,Title\r\n".encode("utf-16-le"), "Line 1 has a NUL byte: this is no text, or it is in UTF-16."),
        (b"Handle,Title\r\ntee,T\0e\r\n", "Line 2 has a NUL byte"),
        ("Handle,Title\r\ntee,Tée\r\n".encode("latin-1"), "Line 2 is not in UTF-8."),
        (b"SKU,Price\r\n", "The first row names no column “URL handle” or “Handle”, and none “Title”."),
        (b"Handle;Title\r\n", "The first row names no column"),
        (b"Handle,URL handle,Title\r\n", "The columns “Handle” and “URL handle” are the same."),
        (b'Handle,Title\r\ntee,"Tee\r\n', "Row 2 is no CSV"),
        (b'Handle,Title\r\ntee,"T"ee\r\n', "Row 2 is no CSV"),
        (b"Handle,Title\rtee,Tee\r", "Row 1 is no CSV"),
        (b"Handle,Title\r\ntee," + b"x" * 140_000, "Row 2 is no CSV"),
    ],
)
def test_what_is_no_csv_in_utf_8_is_refused_in_one_sentence(content, said):
    assert refused(content).startswith(said)


def test_a_file_is_read_up_to_its_limits_and_no_further():
    assert refused(b"Handle,Title\r\n" + b"tee,Tee\r\n" * (MOST_ROWS + 1)).startswith("A file may have 100000 rows.")
    long = b"Handle,Title\r\n" + (b"x" * 65_000 + b",\r\n") * (MOST_BYTES // 65_000 + 1)
    with pytest.raises(Unreadable, match="A file may have 64 MiB"):
        list(read_rows(io.BytesIO(long)))
    with pytest.raises(Unreadable, match="Line 2 is too long"):
        list(read_rows(io.BytesIO(b"Handle,Title\r\n" + b"x" * 9 * 2**20)))


GOOD = sheet(SIZED, {"Handle": "tee", "Option1 Value": "M", "Variant Price": "34.00"})
CELLS = (
    st.text(alphabet="=+-@'\"\r\n\t;,<>&0123456789.eabTRUE{}[]: ")
    | st.text()
    | st.sampled_from(["tee", "TRUE", "", "34"])
)


@given(st.binary(), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_bytes_that_anybody_has_put_in_end_in_drafts_faults_or_one_sentence(put_in, place, lost):
    read_or_refuse(GOOD[:place] + put_in + GOOD[place + lost :])


@given(st.sampled_from([OLD, ",".join(HEADINGS)]), st.lists(st.dictionaries(st.integers(0, 40), CELLS), max_size=4))
def test_cells_that_anybody_has_written_end_in_drafts_or_faults(header, rows):
    names = header.split(",")
    read_or_refuse(sheet(*({names[n % len(names)]: cell for n, cell in row.items()} for row in rows), header=header))


def read_or_refuse(content):
    try:
        drafts, faults = read(content)
    except Unreadable:
        return
    assert all(faults)
    assert all(draft.handle and draft.title for draft in drafts)
