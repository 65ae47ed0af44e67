import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.web.spreadsheet import BYTE_ORDER_MARK, as_csv, as_typed, harmless

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("  =1", "'  =1"),
        ("a;=1", "a;'=1"),
        ('a"=1', "a\"'=1"),
        ("a\n=1", "a\n'=1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("Tee, Black, L", "Tee, Black, L"),
        ("NMX-041-BLCK-L", "NMX-041-BLCK-L"),
        ("1+1=2", "1+1=2"),
        ("ana@example.com", "ana@example.com"),
        ("", ""),
        ("'=1", "''=1"),
        ("'a", "'a"),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(typed, written):
    assert harmless(typed) == written


def test_numbers_stay_numbers_and_text_is_quoted_where_it_must_be():
    assert as_csv(["sku", "title", "on_hand"], [("A-1", '7" tape, blue', -3), ("A-2", "Łódź\n=x", 0)]) == (
        f'{BYTE_ORDER_MARK}sku,title,on_hand\r\nA-1,"7"" tape, blue",-3\r\nA-2,"Łódź\n\'=x",0\r\n'
    )


@given(st.text())
def test_no_cell_begins_with_what_starts_a_formula_and_nothing_else_is_lost(text):
    written = harmless(text)
    assert not written.startswith(DANGEROUS)
    assert not written.lstrip().startswith(DANGEROUS[:4])
    assert all(f";{sign}" not in written for sign in DANGEROUS)
    assert written.replace("'", "") == text.replace("'", "")
    (row,) = csv.reader(io.StringIO(as_csv(["a"], []).strip(BYTE_ORDER_MARK)))
    assert row == ["a"]


@given(st.text() | st.text(alphabet="=+-@'\t\r\n \";a＝"))
def test_what_was_made_harmless_comes_back_as_it_was_typed(text):
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize("part", ["\n", "'", "\t'", ";", '"'])
def test_no_cell_is_long_enough_to_take_long(part):
    text = part * 131_072
    assert as_typed(harmless(text)) == text
