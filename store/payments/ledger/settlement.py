"""What each movement of Stripe's balance books. Pure.

A movement for a payment of ours takes its sum out of clearing, where the sale, refund or dispute has put it, into the
balance. In another currency than the charge's these are two entries, one in each, joined by the exchange account.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.payments.balance_facts import BalanceFact
from store.payments.ledger.accounts import BALANCE, BANK, CLEARING, FEES, FX, OTHER_BUSINESS, UNEXPLAINED

OF_PAYMENTS = {
    "charge",
    "payment",
    "refund",
    "payment_refund",
    "refund_failure",
    "payment_failure_refund",
    "payment_reversal",
    "adjustment",
}
"""Types that move the money of charges, refunds and disputes."""
CAUSES = {"charge", "refund", "dispute"}
TO_BANK = {"payout", "payout_cancel", "payout_failure"}
STRIPES_OWN = {"stripe_fee", "stripe_fx_fee", "tax_fee"}


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be booked: its kind, and what it posts in its one currency."""

    kind: str
    currency: str
    postings: dict[str, int]


def is_of_a_payment(fact: BalanceFact) -> bool:
    return fact.type in OF_PAYMENTS and fact.source_kind in CAUSES


def draft(fact: BalanceFact, *, ours: bool) -> list[Draft]:
    """The entries of one movement; `ours`: whether the payment it belongs to is this shop's."""
    into_balance = {BALANCE: fact.net, FEES: fact.fee}
    if is_of_a_payment(fact):
        if not ours:
            return [Draft("settlement", fact.currency, {BALANCE: fact.net, OTHER_BUSINESS: -fact.net})]
        if fact.source_currency in (fact.currency, None):
            return [Draft("settlement", fact.currency, {**into_balance, CLEARING: -fact.amount})]
        charged = claim(fact)
        return [
            Draft("settlement", fact.source_currency or "", {CLEARING: -charged, FX: charged}),
            Draft("settlement_fx", fact.currency, {**into_balance, FX: -fact.amount}),
        ]
    if fact.type in TO_BANK:
        return [Draft("payout", fact.currency, {**into_balance, BANK: -fact.amount})]
    if fact.type in STRIPES_OWN:
        return [Draft("stripe_fee", fact.currency, {BALANCE: fact.net, FEES: -fact.net})]
    return [Draft("unexplained", fact.currency, {**into_balance, UNEXPLAINED: -fact.amount})]


def claim(fact: BalanceFact) -> int:
    """The movement in the currency of the charge: what it settles of clearing, signed like `amount`.

    In one currency it is the sum itself; through an exchange it is what its cause was made out for.
    """
    if fact.source_currency in (fact.currency, None) or fact.source_amount is None:
        return fact.amount
    return (fact.amount > 0) * fact.source_amount - (fact.amount < 0) * fact.source_amount
