"""What Stripe calls the unit of a currency, where it is not the ISO minor unit (rule 14).

Stripe's list: zero-decimal currencies are sent as they are; ISK and UGX count as two-decimal but must be whole; the
three-decimal ones must end in 0. Source: docs.stripe.com/currencies (special cases and minimum amounts).
"""

from __future__ import annotations

from store.money import EXPONENTS

WHOLE_HUNDREDS = {"isk", "ugx"}
"""ISO has no decimals for these, Stripe two: factor 100."""

# Smallest charge, in ISO minor units, for currencies where Stripe publishes one; the others have none of their own.
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300,
    "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip


def factor(currency: str) -> int:
    """How many of Stripe's units one ISO minor unit is."""
    if currency not in EXPONENTS:
        raise ValueError(f"the store cannot sell in {currency}")
    return 100 if currency in WHOLE_HUNDREDS else 1


def step(currency: str) -> int:
    """Amounts in ISO minor units must be multiples of this to be payable."""
    return 10 if EXPONENTS[currency] == 3 else 1


def to_stripe(amount: int, currency: str) -> int:
    if amount % step(currency):
        raise ValueError(f"{amount} {currency} is no multiple of {step(currency)}")
    return amount * factor(currency)


def from_stripe(amount: int, currency: str) -> int:
    """Our minor units; raises ValueError for an amount that no multiple of ours can be."""
    whole, rest = divmod(amount, factor(currency))
    if rest:
        raise ValueError(f"{amount} {currency} at Stripe is no whole amount of ours")
    return whole


def minimum(currency: str) -> int:
    """The smallest total that can be charged, in ISO minor units."""
    return MINIMUM.get(currency, 1)
