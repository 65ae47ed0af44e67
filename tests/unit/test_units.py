import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.money import EXPONENTS, Money, plain
from store.payments.units import MINIMUM, factor, from_stripe, minimum, step, to_stripe

currencies = st.sampled_from(sorted(EXPONENTS))


@pytest.mark.parametrize(
    ("currency", "ours", "on_the_wire"),
    [
        ("usd", 3400, 3400),  # 34.00
        ("eur", 1, 1),
        ("jpy", 3400, 3400),  # no decimals on either side
        ("kwd", 3400, 3400),  # 3.400, in steps of ten
        ("isk", 3400, 340000),  # whole krónur here, hundredths there
        ("ugx", 3400, 340000),
        ("mga", 3400, 3400),
    ],
)
def test_stripe_is_sent_its_own_units(currency, ours, on_the_wire):
    assert to_stripe(ours, currency) == on_the_wire
    assert from_stripe(on_the_wire, currency) == ours


@given(currency=currencies, units=st.integers(0, 10**9))
def test_an_amount_comes_back_from_stripe_as_it_went(currency, units):
    amount = units * step(currency)
    assert from_stripe(to_stripe(amount, currency), currency) == amount


@given(amount=st.integers(0, 10**9).filter(lambda amount: amount % 10))
def test_a_thousandth_that_no_card_can_pay_is_never_sent(amount):
    with pytest.raises(ValueError, match="no multiple of 10"):
        to_stripe(amount, "kwd")


@given(amount=st.integers(0, 10**9).filter(lambda amount: amount % 100))
def test_hundredths_of_a_currency_without_any_are_no_amount_of_ours(amount):
    for currency in ("isk", "ugx"):
        with pytest.raises(ValueError, match="no whole amount of ours"):
            from_stripe(amount, currency)


@pytest.mark.parametrize("currency", ["xxx", "", "USD", "btc"])
def test_a_currency_outside_the_table_is_refused_both_ways(currency):
    for convert in (to_stripe, from_stripe):
        with pytest.raises((ValueError, KeyError)):
            convert(100, currency)


def test_the_smallest_charge_is_stripes_and_one_unit_where_it_has_none():
    assert (minimum("usd"), minimum("jpy"), minimum("gbp"), minimum("kwd")) == (50, 50, 30, 1)
    assert set(MINIMUM) <= set(EXPONENTS)


def test_the_smallest_charges_are_those_that_stripe_publishes():
    """In whole units of each currency, as docs.stripe.com/currencies has them."""
    assert " ".join(f"{code} {plain(Money(minimum(code), code))}" for code in MINIMUM) == (
        "usd 0.50 aed 2.00 aud 0.50 bgn 1.00 brl 0.50 cad 0.50 chf 0.50 czk 15.00 dkk 2.50 eur 0.50 gbp 0.30 hkd 4.00"
        " huf 175.00 inr 0.50 jpy 50 mxn 10.00 myr 2.00 nok 3.00 nzd 0.50 pln 2.00 ron 2.00 sek 3.00 sgd 0.50 thb 10.00"
    )


def test_only_two_currencies_are_counted_finer_there_than_here():
    assert {currency for currency in EXPONENTS if factor(currency) != 1} == {"isk", "ugx"}
    assert {currency for currency in EXPONENTS if step(currency) != 1} == {"bhd", "jod", "kwd", "omr", "tnd"}
