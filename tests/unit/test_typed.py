"""What staff type is read exactly, or refused with a sentence."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from store.catalog.typed import MOST_MONEY, read_moment, read_price, read_values, write_moment, write_price

NEW_YORK = ZoneInfo("America/New_York")
PRICES = {
    ("34", "usd"): 3400, ("34.00", "usd"): 3400, ("34.5", "usd"): 3450, ("0", "usd"): 0, ("0.01", "usd"): 1,
    ("0034.10", "usd"): 3410, ("999999.99", "usd"): MOST_MONEY, ("3400", "jpy"): 3400, ("1", "jpy"): 1,
    ("3.400", "kwd"): 3400, ("3.4", "kwd"): 3400, ("3", "kwd"): 3000, ("0.29", "usd"): 29, ("1.15", "usd"): 115,
}  # fmt: skip
REFUSED = {
    ("34,00", "usd"): "Write the price without commas, like 34.00.",
    ("1,000.00", "usd"): "Write the price without commas, like 34.00.",
    ("34.005", "usd"): "USD has 2 decimals at most.",
    ("34.000", "usd"): "USD has 2 decimals at most.",
    ("3.4001", "kwd"): "KWD has 3 decimals at most.",
    ("34.0", "jpy"): "JPY has no decimals.",
    ("3,400", "jpy"): "Write the price without commas, like 3400.",
    ("1000000", "usd"): "The highest price is 999999.99.",
    ("99999999999999999999", "usd"): "Write the price in plain digits, like 34.00.",
} | {
    (text, "usd"): "Write the price in plain digits, like 34.00."
    for text in (
        "", "1e3", "-1", "+1", "$34", "34 usd", ".5", "5.", "３４", "٣٤", "0x10", "34.00\n", "inf", "NaN", "9" * 5000,
    )
}  # fmt: skip


@pytest.mark.parametrize(("text", "currency"), PRICES)
def test_a_price_is_read_to_the_last_minor_unit(text, currency):
    amount = PRICES[text, currency]
    assert read_price(text, currency) == amount
    assert read_price(write_price(amount, currency), currency) == amount


@pytest.mark.parametrize(("text", "currency"), REFUSED)
def test_what_is_no_price_is_refused_with_a_sentence(text, currency):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        read_price(text, currency)
    assert str(refusal.value) == REFUSED[text, currency]


def test_a_price_is_written_with_all_its_decimals():
    amounts = ((3400, "usd"), (5, "usd"), (3400, "jpy"), (3400, "kwd"))
    assert [write_price(*amount) for amount in amounts] == ["34.00", "0.05", "3400", "3.400"]


def test_values_are_what_stands_between_commas():
    assert read_values("Black, Bone") == ("Black", "Bone")
    assert read_values(" S,M , L,,XL,  2XL ,") == ("S", "M", "L", "XL", "2XL")
    assert read_values("Washed   Black") == ("Washed Black",)
    assert read_values("") == read_values(" , ") == ()


def test_a_value_stands_there_once_and_is_short():
    for text, sentence in {
        "Black, Bo\0ne": "Values are plain text with commas between them, like S, M, L.",
        "Black, black": "black is there twice. Each value may stand there once.",
        "x" * 41: "A value may have 40 characters. “xxxxxxxxxxxx…” has 41.",
        ",".join(map(str, range(41))): "An option may have 40 values. These are 41.",
    }.items():
        with pytest.raises(ValueError, match=r"\.$") as refusal:
            read_values(text)
        assert str(refusal.value) == sentence


def test_a_moment_is_on_the_shops_clock_and_kept_in_utc():
    assert read_moment("2026-12-04T20:00", NEW_YORK) == datetime(2026, 12, 5, 1, 0, tzinfo=UTC)
    assert read_moment("2026-07-04T20:00:00", NEW_YORK) == datetime(2026, 7, 5, 0, 0, tzinfo=UTC)
    assert write_moment(datetime(2026, 12, 5, 1, 0, tzinfo=UTC), NEW_YORK) == "2026-12-04T20:00"


def test_the_hour_that_is_skipped_is_refused_and_the_one_that_comes_twice_is_its_first():
    with pytest.raises(ValueError, match="skip that hour"):
        read_moment("2026-03-08T02:30", NEW_YORK)
    assert read_moment("2026-11-01T01:30", NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-04T20:00", "2026-12-04", "04/12/2026 20:00", "2026-12-04T25:00"]
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match="2026-12-04T20:00"):
        read_moment(text, NEW_YORK)
