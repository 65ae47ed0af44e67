"""Balance transactions: what a charge leaves in the balance after the fee.

The fee is the usual one of a US card, 2.9 % + 30 in the smallest unit; real fees depend on the contract.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from store.sandbox import lists
from store.sandbox.account import Account, Body
from store.sandbox.api import Call

FEE_SHARE, FEE_FIXED = Decimal("0.029"), 30
AVAILABLE_AFTER = 2 * 24 * 3600


def fee_of(amount: int) -> int:
    return int((amount * FEE_SHARE).quantize(Decimal(1), ROUND_HALF_UP)) + FEE_FIXED


def post_charge(account: Account, charge: Body) -> Body:
    amount, currency = charge["amount_captured"], charge["currency"]
    fee = fee_of(amount)
    detail = {"amount": fee, "currency": currency, "description": "Processing fee", "type": "stripe_fee"}
    detail |= {"application": None}
    body = {
        "amount": amount,
        "available_on": account.timestamp + AVAILABLE_AFTER,
        "balance_type": "payments",
        "currency": currency,
        "description": charge["description"],
        "fee": fee,
        "fee_details": [detail],
        "net": amount - fee,
        "reporting_category": "charge",
        "source": charge["id"],
        "status": "pending",
        "type": "payment" if charge["payment_method_details"]["type"] == "sepa_debit" else "charge",
    }
    return account.add("balance_transaction", body)


def retrieve(call: Call) -> Body:
    return _as_of(call.account, call.account.get("balance_transaction", call.path["id"]))


def list_all(call: Call) -> Body:
    filters = ("currency", "source", "type")
    listed = lists.listing(call, "balance_transaction", "/v1/balance_transactions", filters)
    listed["data"] = [_as_of(call.account, posted) for posted in listed["data"]]
    return listed


def _as_of(account: Account, posted: Body) -> Body:
    """Money becomes available by the passing of time alone."""
    return posted | {"status": "available" if posted["available_on"] <= account.now else "pending"}
