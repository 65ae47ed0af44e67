import pytest

from store.admin.paging import page_asked


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2", 2),
        ("", 1),
        ("0", 1),
        ("-1", 1),
        ("x", 1),
        ("1.5", 1),
        ("²", 1),
        ("999999", 10_000),
        ("9" * 30, 1),
    ],
)
def test_a_page_is_a_number_from_1(text, number):
    assert page_asked({"page": text}) == number


def test_nobody_asks_for_a_page_and_gets_the_first():
    assert page_asked({}) == 1
