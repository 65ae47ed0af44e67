import itertools
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.money import EXPONENTS, Money, exponent, half_even, plain, show, show_price, spread

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=90)
amounts = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("amount", "currency", "till", "label"),
    [
        (3400, "usd", "$34.00", "$34"),
        (3450, "usd", "$34.50", "$34.50"),
        (3420, "usd", "$34.20", "$34.20"),
        (0, "usd", "$0.00", "$0"),
        (5, "usd", "$0.05", "$0.05"),
        (-3400, "usd", "-$34.00", "-$34"),
        (123456789, "usd", "$1,234,567.89", "$1,234,567.89"),
        (3400, "jpy", "¥3,400", "¥3,400"),
        (10000, "jpy", "¥10,000", "¥10,000"),
        (3400, "eur", "€34.00", "€34"),
        (3400, "kwd", "KWD\xa03.400", "KWD\xa03.400"),
        (3000, "kwd", "KWD\xa03.000", "KWD\xa03"),
        (3400, "isk", "ISK\xa03,400", "ISK\xa03,400"),
        (3400, "cad", "CA$34.00", "CA$34"),  # the gap follows a letter, and this sign ends in none
        (123456, "rsd", "RSD\xa01,234.56", "RSD\xa01,234.56"),  # ISO has paras, though nobody in Serbia prints them
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_own_currency(amount, currency, till, label):
    assert (show(Money(amount, currency)), show_price(Money(amount, currency))) == (till, label)


@pytest.mark.parametrize(
    ("amount", "currency", "cell"),
    [
        (3400, "usd", "34.00"),
        (-5, "usd", "-0.05"),
        (123456789, "usd", "1234567.89"),
        (3400, "jpy", "3400"),
        (3400, "kwd", "3.400"),
    ],
)
def test_a_spreadsheet_gets_a_number_without_sign_or_separators(amount, currency, cell):
    assert plain(Money(amount, currency)) == cell


def test_no_money_is_false_and_any_other_sum_is_true():
    assert [bool(Money(amount, "usd")) for amount in (-1, 0, 1, 3400)] == [True, False, True, True]


@given(amount=st.integers(-(10**15), 10**15), currency=st.sampled_from(sorted(EXPONENTS)))
def test_no_unit_is_lost_in_writing(amount, currency):
    shown = show(Money(amount, currency))
    digits = "".join(char for char in shown if char.isdecimal())
    assert int(digits) == abs(amount)
    assert shown.startswith("-") == (amount < 0)


def test_a_currency_the_store_does_not_know_is_refused_rather_than_guessed():
    with pytest.raises(KeyError):
        exponent("xxx")
    with pytest.raises(KeyError):
        show(Money(100, "xxx"))


def test_decimals_follow_iso_4217():
    assert {code: exponent(code) for code in ("usd", "eur", "jpy", "isk", "ugx", "kwd", "bhd", "mga")} == {
        "usd": 2, "eur": 2, "jpy": 0, "isk": 0, "ugx": 0, "kwd": 3, "bhd": 3, "mga": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (100, [50, 30, 20], [50, 30, 20]),
        (7, [0, 0, 1], [0, 0, 7]),
        (5, [0, 0], [3, 2]),
        (0, [3, 4], [0, 0]),
        (0, [], []),
        (2, [3, 3, 4], [1, 0, 1]),
        (1, [1, 10**18], [0, 1]),
    ],
)
def test_an_amount_is_spread_by_largest_remainder(amount, by, parts):
    assert spread(amount, by) == parts


def test_an_amount_is_never_spread_over_nothing():
    with pytest.raises(ValueError, match="nothing to spread"):
        spread(1, [])


@given(amount=amounts, by=weights)
def test_the_parts_add_up_to_the_amount(amount, by):
    parts = spread(amount, by)
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)


@given(amount=amounts, by=weights.filter(any))
def test_no_part_is_a_whole_unit_away_from_its_share(amount, by):
    for part, weight in zip(spread(amount, by), by, strict=True):
        assert abs(part - Fraction(amount * weight, sum(by))) < 1


@given(amount=amounts, by=weights)
def test_a_heavier_line_never_gets_less(amount, by):
    parts = spread(amount, by)
    pairs = sorted(zip(by, parts, strict=True))
    assert all(lighter <= heavier + (a == b) for (a, lighter), (b, heavier) in itertools.pairwise(pairs))


@given(by=weights, share=st.integers(0, 100))
def test_a_discount_within_the_prices_never_makes_a_line_negative(by, share):
    amount = sum(by) * share // 100
    assert all(part <= weight for part, weight in zip(spread(amount, by), by, strict=True))


@given(amount=amounts, by=weights)
def test_the_same_amount_is_always_spread_in_the_same_way(amount, by):
    assert spread(amount, by) == spread(amount, tuple(by))


@pytest.mark.parametrize(
    ("numerator", "denominator", "whole"),
    [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (-1, 2, 0), (-3, 2, -2), (1, 3, 0), (2, 3, 1), (0, 7, 0), (14, 7, 2)],
)
def test_a_half_is_rounded_to_the_even_unit(numerator, denominator, whole):
    assert half_even(numerator, denominator) == whole


@given(numerator=st.integers(), denominator=st.integers(1))
@example(numerator=10**30 + 1, denominator=1)
def test_rounding_is_exact_whatever_the_size(numerator, denominator):
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(net=st.integers(0, 10**8), quantity=st.integers(1, 99))
def test_refunds_of_single_units_add_up_to_the_line(net, quantity):
    steps = [half_even(net * n, quantity) for n in range(quantity + 1)]
    assert (steps[0], steps[-1]) == (0, net)
    assert all(later >= earlier for earlier, later in itertools.pairwise(steps))
