"""The chart of accounts and the kinds of entries, each with what it means. Pure.

Debits are positive and credits negative: what we have or have spent grows by debits, what we owe or have earned by
credits. Every account exists once in each currency that something was booked in.
"""

from __future__ import annotations

from dataclasses import dataclass

CLEARING = "stripe_clearing"
BALANCE = "stripe_balance"
BANK = "bank"
SALES = "sales"
DISCOUNTS = "discounts"
SHIPPING = "shipping"
TAX = "tax"
REFUNDS = "refunds"
DISPUTES = "disputes"
FEES = "fees"
CUSTOMER_LIABILITY = "customer_liability"
FX = "fx"
ACCEPTED_DIFFERENCES = "accepted_differences"
OTHER_BUSINESS = "other_business"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Account:
    """One account: how people call it, and what stands on it."""

    label: str
    meaning: str


ACCOUNTS = {
    CLEARING: Account(
        "Stripe clearing",
        "What buyers have paid, less what goes back to them, in the currency of the charge, until Stripe has moved it"
        " into our balance. 0 once everything is settled.",
    ),
    BALANCE: Account("Stripe balance", "What Stripe holds for us after its fees, in the currency of that balance."),
    BANK: Account("Bank", "What Stripe has paid out to our bank account."),
    SALES: Account("Sales", "Goods of paid orders at their prices before discounts."),
    DISCOUNTS: Account("Discounts", "What we took off the prices of paid orders."),
    SHIPPING: Account("Shipping", "What buyers have paid for delivery, less what of it was refunded."),
    TAX: Account("Tax", "Tax added to orders, less that of refunds: it is the state's."),
    REFUNDS: Account("Refunds", "What of the price of goods went back to buyers."),
    DISPUTES: Account("Disputes", "What buyers' banks have taken back, less what they have returned."),
    FEES: Account("Fees", "What Stripe has kept for its services."),
    CUSTOMER_LIABILITY: Account(
        "Owed to buyers", "Money that has no order, and refunds that failed: we hold it, and it is not ours."
    ),
    FX: Account(
        "Exchange",
        "Where a sum leaves in the currency of the charge and arrives in that of the balance: the two sides of every"
        " exchange. Alone it balances in no currency.",
    ),
    ACCEPTED_DIFFERENCES: Account(
        "Accepted differences",
        "By how much payments that staff accepted differ from the totals of their orders: ours to bear, or to keep.",
    ),
    OTHER_BUSINESS: Account(
        "Other business",
        "What Stripe has moved for sales on the same account that are not this shop's, after fees: it passes through"
        " the same balance and the same payouts.",
    ),
    UNEXPLAINED: Account(
        "Unexplained", "What Stripe has moved for a reason this shop does not know. Somebody must look at it."
    ),
}

KINDS = {
    "sale": "An order was paid",
    "unapplied": "Money came that has no order",
    "accepted": "Staff gave such money an order",
    "refund": "Money went back to a buyer",
    "refund_failed": "A refund failed: the money is owed to the buyer",
    "dispute": "A bank took a payment back, or returned it",
    "settlement": "Stripe moved money into or out of our balance",
    "settlement_fx": "The same sum, exchanged into the currency of our balance",
    "payout": "Stripe paid out to our bank, or the bank sent it back",
    "stripe_fee": "Stripe charged for a service",
    "unexplained": "Stripe moved money for a reason unknown here",
}
"""What an entry of each kind tells; every kind is unique for what caused it."""


def account_label(account: str) -> str:
    """As people call it; an account that this table does not know is called by its name."""
    known = ACCOUNTS.get(account)
    return known.label if known else account.replace("_", " ").capitalize()


def kind_label(kind: str) -> str:
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()
