"""Money: whole minor units and an ISO 4217 code, never a float.

The minor unit is the currency's own: cents for USD, whole yen for JPY, a thousandth of a dinar for KWD. What Stripe
calls the unit of a currency differs for a few; `payments/units.py` alone knows about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.numbers import format_currency, get_currency_symbol

# ISO 4217 (2024 table): decimals of the currencies this store can sell in. A currency that is not here is refused
# when the shop starts, so that nobody's yen are ever multiplied by a hundred.
_WITHOUT = "bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf"
_WITH_TWO = (
    "aed aud bgn brl cad chf cny cop czk dkk eur gbp hkd huf idr ils inr mad mxn myr ngn nok nzd pen php pln ron rsd"
    " sar sek sgd thb try twd uah usd uyu zar"
)
_WITH_THREE = "bhd jod kwd omr tnd"
EXPONENTS = {
    code: places for places, codes in ((0, _WITHOUT), (2, _WITH_TWO), (3, _WITH_THREE)) for code in codes.split()
}
EXPONENTS["mga"] = 0  # a fifth of an ariary is not decimal; Stripe counts whole ones


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency, for showing and handing on; sums are made on the integers."""

    amount: int
    currency: str

    def __bool__(self) -> bool:
        return self.amount != 0


def exponent(currency: str) -> int:
    """Decimals of `currency`; raises KeyError for one the store does not know."""
    return EXPONENTS[currency]


@lru_cache(maxsize=4096)
def show(money: Money, locale: str = "en_US") -> str:
    """`$34.00`, `¥3,400`, `KWD 3.400`: with all decimals, as at a till."""
    places = exponent(money.currency)
    code = money.currency.upper()
    gap = "\xa0" if get_currency_symbol(code, locale)[-1].isalpha() else ""  # CLDR's rule, which Babel leaves to us
    pattern = f"¤{gap}#,##0" + ("." + "0" * places if places else "")
    value = Decimal(money.amount).scaleb(-places)
    return format_currency(value, code, pattern, locale=locale, currency_digits=False)


def show_price(money: Money, locale: str = "en_US") -> str:
    """As `show`, but a round price has no decimals: `$34`, as on a label."""
    shown = show(money, locale)
    places = exponent(money.currency)
    whole = places and money.amount % 10**places == 0
    return shown[: -places - 1] if whole else shown


def plain(money: Money) -> str:
    """`34.00`, as a spreadsheet takes for a number: all decimals, no sign of the currency, nothing between digits."""
    return str(Decimal(money.amount).scaleb(-exponent(money.currency)))


def half_even(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole unit, ties to the even one (the store's one rounding)."""
    return round(Fraction(numerator, denominator))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` so that the parts add up to it exactly.

    Largest remainder: every part is rounded down, and what is left goes one unit each to the largest remainders,
    the earlier line first on a tie. Weights are not negative; when all are 0 they count as equal.
    """
    if not weights:
        if amount:
            raise ValueError("nothing to spread the amount over")
        return []
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda line: (-remainders[line], line))
    for line in by_remainder[: amount - sum(parts)]:
        parts[line] += 1
    return parts
