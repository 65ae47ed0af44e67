"""Payment methods: a card or a bank account that somebody pays with."""

from __future__ import annotations

from store.sandbox import cards, metadata
from store.sandbox.account import Account, Body
from store.sandbox.api import Call
from store.sandbox.errors import ApiError, unsupported, wanting
from store.sandbox.ids import random_text

BLANK_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def make_card(account: Account, number: str, expiry: tuple[int, int], billing: Body) -> Body:
    checks = dict.fromkeys(("address_line1_check", "address_postal_code_check", "cvc_check"))
    card = {
        "brand": cards.brand(number),
        "checks": checks,
        "country": "US",
        "display_brand": cards.brand(number),
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": random_text(16),
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [cards.brand(number)], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return _make(account, {"type": "card", "card": card}, billing, {"number": number})


def make_bank_account(account: Account, iban: str, billing: Body) -> Body:
    bank = {
        "bank_code": iban[4:9],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": random_text(16),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
    return _make(account, {"type": "sepa_debit", "sepa_debit": bank}, billing, {"iban": iban})


def create(call: Call) -> Body:
    """Cards by number or test token, SEPA accounts by IBAN, as Stripe's command line makes them."""
    given, kind = call.params, call.params.get("type")
    billing = given.get("billing_details", {})
    if kind == "card":
        return _from_card(call.account, given.get("card", {}), billing)
    if kind == "sepa_debit":
        iban = cards.clean(given.get("sepa_debit", {}).get("iban", "")).upper()
        problem = cards.check_iban(iban)
        if problem:
            raise ApiError(problem, code="invalid_bank_account_iban", param="sepa_debit[iban]")
        return make_bank_account(call.account, iban, billing)
    raise wanting("type") if kind is None else unsupported(f"type={kind}")


def of_token(account: Account, identifier: str, param: str = "payment_method") -> Body:
    """A payment method by its id, or a fresh one for a test token such as `pm_card_visa`."""
    if identifier.startswith("pm_card_"):
        return make_card(account, cards.number_of_token(identifier, param), (12, 2034), {})
    return account.get("payment_method", identifier, param)


def retrieve(call: Call) -> Body:
    return call.account.get("payment_method", call.path["payment_method"], "payment_method")


def _from_card(account: Account, card: Body, billing: Body) -> Body:
    if "token" in card:
        return make_card(account, cards.number_of_token(card["token"], "card[token]"), (12, 2034), billing)
    number = cards.clean(card.get("number", ""))
    problem = cards.check_number(number)
    if problem:
        raise ApiError(problem, status=402, kind="card_error", code="incorrect_number", param="card[number]")
    month_and_year = cards.check_expiry(f"{card.get('exp_month', '')}/{card.get('exp_year', '')}", account.now)
    if isinstance(month_and_year, str):
        raise ApiError(
            month_and_year, status=402, kind="card_error", code="invalid_expiry_year", param="card[exp_year]"
        )
    return make_card(account, number, month_and_year, billing)


def _make(account: Account, facts: Body, billing: Body, private: Body) -> Body:
    address = BLANK_ADDRESS | (billing.get("address") or {})
    details = {"email": None, "name": None, "phone": None, "tax_id": None} | billing | {"address": address}
    body = facts | {"allow_redisplay": "limited", "billing_details": details, "metadata": metadata.merge(None, {})}
    return account.add("payment_method", body, private)
