"""Payouts: what is available goes to the shop's bank account, once a day at Stripe, here when a test says so."""

from __future__ import annotations

from store.sandbox import events, lists
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError
from store.sandbox.resources import balance_transactions


def make(account: Account, currency: str | None = None) -> list[Body]:
    """Pay out all that is available and not paid out yet, one payout per currency. Raises ApiError when nothing is."""
    due: dict[str, list[Body]] = {}
    for posted in balance_transactions.unpaid(account):
        if posted["status"] == "available" and currency in (None, posted["currency"]):
            due.setdefault(posted["currency"], []).append(posted)
    made = [_make_one(account, name, due[name]) for name in sorted(due) if sum(one["net"] for one in due[name]) > 0]
    if not made:
        raise ApiError("Nothing is available to be paid out.", code="balance_insufficient", param="currency")
    return made


def retrieve(call: Call) -> Body:
    return call.account.get("payout", call.path["payout"], "payout")


def list_all(call: Call) -> Body:
    return lists.listing(call, "payout", "/v1/payouts", ("destination", "status"))


def balance(call: Call) -> Body:
    """What payouts have not taken yet."""
    sums: dict[tuple[str, str], int] = {}
    for posted in balance_transactions.unpaid(call.account):
        for status in ("available", "pending"):
            part = posted["net"] if posted["status"] == status else 0
            sums[status, posted["currency"]] = sums.get((status, posted["currency"]), 0) + part
    shown: Body = {"object": "balance", "livemode": False, "available": [], "pending": []}
    for (status, currency), amount in sorted(sums.items()):
        shown[status].append({"amount": amount, "currency": currency, "source_types": {"card": amount}})
    return shown


def _make_one(account: Account, currency: str, due: list[Body]) -> Body:
    body = {
        "amount": sum(posted["net"] for posted in due),
        "arrival_date": account.timestamp,
        "automatic": True,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "in_transit",
        "type": "bank_account",
    }
    payout = account.add("payout", body)
    posted = balance_transactions.post_payout(account, payout)
    payout["balance_transaction"] = posted["id"]
    for one in (*due, posted):
        account.note(one["id"], payout=payout["id"])
    events.emit(account, "payout.created", account.save(payout))
    payout["status"] = "paid"
    events.emit(account, "payout.paid", account.save(payout), {"status": "in_transit"})
    return payout
