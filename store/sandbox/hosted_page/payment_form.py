"""The form of the payment page: what was typed, and what is wrong with it, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.sandbox import cards
from store.sandbox.account import Body
from store.sandbox.buyer import Buyer

LONGEST = 200
FIELDS = ("email", "method", "card_number", "expiry", "cvc", "name", "postal_code", "iban", "holder")


@dataclass
class PaymentForm:
    """Text as typed; `problems` maps the name of a field to one sentence."""

    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    expiry: tuple[int, int] = (0, 0)

    @property
    def by_bank(self) -> bool:
        return self.typed["method"] == "bank"

    @property
    def card_number(self) -> str:
        return cards.clean(self.typed["card_number"])

    @property
    def iban(self) -> str:
        return cards.clean(self.typed["iban"]).upper()

    @property
    def buyer(self) -> Buyer:
        name = self.typed["holder"] if self.by_bank else self.typed["name"]
        return Buyer(self.typed["email"], name, None if self.by_bank else self.typed["postal_code"])


def blank(session: Body) -> PaymentForm:
    known = {"email": session["customer_email"] or "", "method": _first(session)}
    return PaymentForm(dict.fromkeys(FIELDS, "") | known)


def read(session: Body, given: Mapping[str, str], now: float) -> PaymentForm:
    """Check everything at once, so that the buyer corrects once."""
    typed = {name: given.get(name, "").strip()[:LONGEST] for name in FIELDS}
    if session["customer_email"]:
        typed["email"] = session["customer_email"]
    if typed["method"] != "bank" or "sepa_debit" not in session["payment_method_types"]:
        typed["method"] = _first(session)
    form = PaymentForm(typed)
    _check_email(form)
    if form.by_bank:
        _note(form, "iban", cards.check_iban(form.iban))
        _note(form, "holder", None if typed["holder"] else "Enter the name of the account holder.")
    else:
        _check_card(form, now)
    return form


def _check_email(form: PaymentForm) -> None:
    looks_right = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost", form.typed["email"])
    sentence = "Enter an e-mail address such as ana@example.com. The receipt goes there."
    _note(form, "email", None if looks_right else sentence)


def _check_card(form: PaymentForm, now: float) -> None:
    typed = form.typed
    _note(form, "card_number", cards.check_number(form.card_number))
    expiry = cards.check_expiry(typed["expiry"], now)
    if isinstance(expiry, str):
        _note(form, "expiry", expiry)
    else:
        form.expiry = expiry
    if not re.fullmatch("[0-9]{3,4}", typed["cvc"]):
        _note(form, "cvc", "The security code has three digits, or four on American Express.")
    _note(form, "name", None if typed["name"] else "Enter the name on the card.")
    _note(form, "postal_code", None if typed["postal_code"] else "Enter the postal code of the billing address.")


def _note(form: PaymentForm, name: str, problem: str | None) -> None:
    if problem:
        form.problems[name] = problem


def _first(session: Body) -> str:
    return "card" if "card" in session["payment_method_types"] else "bank"
