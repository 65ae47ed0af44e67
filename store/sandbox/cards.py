"""Test cards and test bank accounts, and what happens to a payment with each.

Source: Stripe's docs, "Testing"; the IBANs as Stripe's command line uses them. A number that is not
listed here behaves as an ordinary card that is accepted, if its check digit is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from store.sandbox.errors import ApiError


@dataclass(frozen=True)
class Outcome:
    """How the bank answers: accepted, declined (why), or only after the buyer has confirmed."""

    code: str | None = None  # of the card error; None: accepted
    decline_code: str | None = None
    sentence: str = ""  # for the buyer
    confirm: bool = False
    kind: str = "card_error"  # the type of the error object


ACCEPTED = Outcome()
CONFIRM_FIRST = Outcome(confirm=True)
OUTCOMES = {
    "4000000000000002": Outcome(
        "card_declined", "generic_decline", "Your bank declined this card. Try another card or ask your bank."
    ),
    "4000000000009995": Outcome(
        "card_declined", "insufficient_funds", "There is not enough money on this card. Try another card."
    ),
    "4000000000000069": Outcome("expired_card", "expired_card", "This card has expired. Try another card."),
    "4000000000000127": Outcome(
        "incorrect_cvc", "incorrect_cvc", "The security code does not match this card. Check it and try again."
    ),
    "4000000000000119": Outcome(
        "processing_error", "processing_error", "The bank could not process this card. Try again in a moment."
    ),
    "4000002500003155": CONFIRM_FIRST,
    "4000000000003220": CONFIRM_FIRST,
    "4000002760003184": CONFIRM_FIRST,
}
TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "authenticationRequired": "4000002760003184",
    "threeDSecure2Required": "4000000000003220",
    "pendingRefund": "4000000000007726",
    "refundFail": "4000000000005126",
    "bypassPending": "4000000000000077",
    "createDispute": "4000000000000259",
    "createDisputeProductNotReceived": "4000000000002685",
    "createDisputeInquiry": "4000000000001976",
    "createIssuerFraudRecord": "4000000000005423",
    "riskLevelElevated": "4000000000009235",
}
SETTLED_LATER = {"4000000000007726"}  # a refund to this card waits for a while
FAILS_LATER = {"4000000000005126"}  # a refund to this card succeeds, then comes back
AVAILABLE_AT_ONCE = {"4000000000000077"}
AFTERWARDS = {  # what follows a payment by itself, at once: see timers.DUE
    "4000000000000259": "dispute_charge_as_fraudulent",
    "4000000000002685": "dispute_charge_as_not_received",
    "4000000000001976": "inquire_about_charge",
    "4000000000005423": "warn_of_charge",
    "4000000000009235": "review_charge",
}
BANK_FAILS = {"IT60X0542811101000000123456"}
BANK_DAYS = 3


def number_of_token(token: str, param: str) -> str:
    """`pm_card_visa` and `tok_visa` name the same card. Raises ApiError."""
    name = token.removeprefix("pm_card_").removeprefix("tok_")
    if name not in TOKENS:
        raise ApiError(f"No such test card: '{token}'", status=404, code="resource_missing", param=param)
    return TOKENS[name]


def outcome_of_card(number: str) -> Outcome:
    return OUTCOMES.get(number, ACCEPTED)


def clean(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed)


def check_number(number: str) -> str | None:
    """What is wrong with a card number, in a sentence, or None."""
    if not number:
        return "Enter the card number."
    if not re.fullmatch(r"[0-9]+", number):
        return "A card number has digits only."
    if not 13 <= len(number) <= 19:
        return f"A card number has 13 to 19 digits. This one has {len(number)}."
    return None if _luhn(number) else "This card number has a typing mistake. Check it digit by digit."


def check_expiry(typed: str, now: float) -> tuple[int, int] | str:
    """Month and year, or what is wrong."""
    match = re.fullmatch(r"([0-9]{1,2})\s*/?\s*(?:20)?([0-9]{2})", typed.strip())
    if match is None or not 1 <= int(match[1]) <= 12:
        return "Enter the expiry date as month and year, such as 12/30."
    month, year = int(match[1]), 2000 + int(match[2])
    today = datetime.fromtimestamp(now, UTC)
    return "This card's expiry date is in the past." if (year, month) < (today.year, today.month) else (month, year)


def check_iban(iban: str) -> str | None:
    """What is wrong with an IBAN (ISO 13616), in a sentence, or None."""
    if not iban:
        return "Enter the IBAN."
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        return "An IBAN starts with two letters and two digits and has 15 to 34 characters."
    rotated = iban[4:] + iban[:4]
    if iban not in BANK_FAILS and int("".join(str(int(sign, 36)) for sign in rotated)) % 97 != 1:
        return "This IBAN has a typing mistake. Check it character by character."
    return None


def brand(number: str) -> str:
    if number.startswith(("34", "37")):
        return "amex"
    return "mastercard" if number[0] in "25" else "visa" if number[0] == "4" else "unknown"


def _luhn(number: str) -> bool:
    digits = [int(sign) for sign in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0
