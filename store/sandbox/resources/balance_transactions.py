"""Balance transactions: every change of the balance, and what of it is a fee.

The fee of a charge is the usual one of a US card, 2.9 % + 30 in the smallest unit; real fees depend
on the contract. A currency for which the account has an exchange rate is settled in the account's
own; every other is kept as it came.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from store.sandbox import cards, lists, money
from store.sandbox.account import Account, Body
from store.sandbox.api import Call

FEE_SHARE, FEE_FIXED = Decimal("0.029"), 30
DISPUTE_FEE = 1500
AVAILABLE_AFTER = 2 * 24 * 3600


class Settled(NamedTuple):
    """An amount as it reaches the balance; no rate when nothing was exchanged."""

    amount: int
    currency: str
    rate: float | None = None


def fee_of(amount: int) -> int:
    return int((amount * FEE_SHARE).quantize(Decimal(1), ROUND_HALF_UP)) + FEE_FIXED


def settled(account: Account, amount: int, currency: str) -> Settled:
    """At the rate of this moment: a refund may be exchanged at another rate than its charge was."""
    own = account.settings.get("settlement_currency", currency)
    rate = account.settings.get("exchange_rates", {}).get(currency)
    if own == currency or rate is None:
        return Settled(amount, currency)
    return Settled(money.exchange(amount, currency, own, rate), own, rate)


def post_charge(account: Account, charge: Body) -> Body:
    due = settled(account, charge["amount_captured"], charge["currency"])
    by_bank = charge["payment_method_details"]["type"] == "sepa_debit"
    facts = {"description": charge["description"], "source": charge["id"], "reporting_category": "charge"}
    at_once = account.private(charge["payment_method"]).get("number") in cards.AVAILABLE_AT_ONCE
    available_on = account.timestamp + (0 if at_once else AVAILABLE_AFTER)
    facts |= {"type": "payment" if by_bank else "charge", "available_on": available_on}
    return _post(account, due, facts, fee_of(due.amount), "Processing fee")


def post_refund(account: Account, refund: Body, charge: Body) -> Body:
    """Out of the balance with the money of the charge, as soon as that itself is available."""
    posted = account.find(charge["balance_transaction"] or "", "balance_transaction")
    with_charge = charge["created"] + AVAILABLE_AFTER if posted is None else posted["available_on"]
    available_on = max(account.timestamp, with_charge)
    kind = "refund" if refund["id"].startswith("re_") else "payment_refund"
    facts = {"description": "Refund", "source": refund["id"], "reporting_category": "refund"}
    facts |= {"type": kind, "available_on": available_on}
    return _post(account, settled(account, -refund["amount"], refund["currency"]), facts)


def reverse_refund(account: Account, refund: Body) -> Body:
    """A refund that did not arrive is back in the balance, to the cent that left it."""
    left = account.get("balance_transaction", refund["balance_transaction"])
    facts = {"description": "Refund failure", "source": refund["id"], "reporting_category": "refund_failure"}
    facts |= {"type": "refund_failure", "available_on": max(account.timestamp, left["available_on"])}
    return _post(account, Settled(-left["amount"], left["currency"], left["exchange_rate"]), facts)


def withdraw(account: Account, dispute: Body) -> Body:
    """The bank takes the money back, and Stripe a fee for it."""
    due = settled(account, -dispute["amount"], dispute["currency"])
    facts = {"description": f"Chargeback withdrawal for {dispute['charge']}", "source": dispute["id"]}
    facts |= {"reporting_category": "dispute", "type": "adjustment", "available_on": account.timestamp}
    return _post(account, due, facts, DISPUTE_FEE, "Dispute fee")


def reinstate(account: Account, dispute: Body, withdrawn: Body) -> Body:
    """What was withdrawn comes back, to the cent, and so does the fee."""
    due = Settled(-withdrawn["amount"], withdrawn["currency"], withdrawn["exchange_rate"])
    facts = {"description": f"Chargeback reversal for {dispute['charge']}", "source": dispute["id"]}
    facts |= {"reporting_category": "dispute_reversal", "type": "adjustment", "available_on": account.timestamp}
    return _post(account, due, facts, -withdrawn["fee"], "Dispute fee")


def post_payout(account: Account, payout: Body) -> Body:
    facts = {"description": payout["description"], "source": payout["id"], "reporting_category": "payout"}
    facts |= {"type": "payout", "available_on": account.timestamp}
    return _post(account, Settled(-payout["amount"], payout["currency"]), facts)


def unpaid(account: Account) -> list[Body]:
    """What no payout has taken yet, oldest first."""
    return [
        as_of(account, posted)
        for posted in account.oldest_first("balance_transaction")
        if "payout" not in account.private(posted["id"])
    ]


def retrieve(call: Call) -> Body:
    return as_of(call.account, call.account.get("balance_transaction", call.path["id"]))


def list_all(call: Call) -> Body:
    """`payout`: what went out with it, and the payout's own transaction."""
    account, payout = call.account, call.params.get("payout")
    if payout is not None:
        account.get("payout", payout, "payout")

    def fits(posted: Body) -> bool:
        return payout is None or account.private(posted["id"]).get("payout") == payout

    filters = ("currency", "source", "type")
    listed = lists.listing(call, "balance_transaction", "/v1/balance_transactions", filters, fits, ("payout",))
    listed["data"] = [as_of(account, posted) for posted in listed["data"]]
    return listed


def as_of(account: Account, posted: Body) -> Body:
    """Money becomes available by the passing of time alone."""
    return posted | {"status": "available" if posted["available_on"] <= account.now else "pending"}


def _post(account: Account, due: Settled, facts: Body, fee: int = 0, fee_name: str = "") -> Body:
    detail = {"amount": fee, "currency": due.currency, "description": fee_name, "type": "stripe_fee"}
    body = {
        "amount": due.amount,
        "balance_type": "payments",
        "currency": due.currency,
        "exchange_rate": due.rate,
        "fee": fee,
        "fee_details": [detail | {"application": None}] if fee else [],
        "net": due.amount - fee,
        "status": "available" if facts["available_on"] <= account.now else "pending",
    }
    return account.add("balance_transaction", body | facts)
