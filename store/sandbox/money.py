"""Currencies as Stripe counts them.

Source: Stripe's docs, "Supported currencies": zero-decimal and three-decimal currencies, special
cases and minimum charge amounts. Stripe writes ISK and UGX with two decimals that must be 00.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from store.sandbox.errors import ApiError

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE_HUNDREDS = frozenset(("isk", "ugx"))
LARGEST = 99_999_999
USUAL_MINIMUM = 50
MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
SYMBOL = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def exponent(currency: str) -> int:
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def check_step(amount: int, currency: str, param: str) -> None:
    """Raises ApiError for an amount that the currency cannot have."""
    step = 100 if currency in WHOLE_HUNDREDS else 10 if currency in THREE_DECIMAL else 1
    if amount % step:
        message = f"Invalid amount: in {currency.upper()} it must be a multiple of {step}."
        raise ApiError(message, code="parameter_invalid_integer", param=param)


def check_currency(currency: str, param: str) -> str:
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise ApiError(f"Invalid currency: {currency[:20]}", param=param)
    return currency.lower()


def check_total(amount: int, currency: str, param: str) -> None:
    least = MINIMUM.get(currency, USUAL_MINIMUM)
    if amount < least:
        shown = display(least, currency)
        raise ApiError(f"The total must be at least {shown}.", code="amount_too_small", param=param)
    if amount > LARGEST:
        raise ApiError(f"The total must be at most {display(LARGEST, currency)}.", code="amount_too_large", param=param)


def display(amount: int, currency: str) -> str:
    """1999 usd → $19.99, 1500 jpy → ¥1,500, 12340 kwd → KWD 12.340."""
    places = exponent(currency)
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    whole, rest = divmod(amount, 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    symbol = SYMBOL.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency.upper()} {number}"


def exchange(amount: int, currency: str, into: str, rate: float) -> int:
    """`rate` is for whole units: what one dollar is in yen. Half of a smallest unit counts as one."""
    whole = Decimal(amount).scaleb(-exponent(currency)) * Decimal(str(rate))
    return int(whole.scaleb(exponent(into)).quantize(Decimal(1), ROUND_HALF_UP))
