"""What a buyer does on the payment page, without the page: the page and the test controls share it."""

from __future__ import annotations

from dataclasses import dataclass

from store.sandbox import cards, paying, timers
from store.sandbox.account import Account, Body
from store.sandbox.errors import ApiError
from store.sandbox.resources import payment_methods

SUCCESS_TOKEN = "{CHECKOUT_SESSION_ID}"  # noqa: S105 - the placeholder in success_url, no secret


@dataclass(frozen=True)
class Buyer:
    """Who pays, as typed."""

    email: str | None = None
    name: str | None = None
    postal_code: str | None = None

    def billing(self) -> Body:
        return {"email": self.email, "name": self.name, "address": {"postal_code": self.postal_code}}


def pay_by_card(account: Account, session: Body, number: str, expiry: tuple[int, int], buyer: Buyer) -> Body:
    """Returns the payment intent. Raises ApiError when the session cannot be paid by card, or not any more."""
    _offered(session, "card")
    return paying.pay_session(account, session, payment_methods.make_card(account, number, expiry, buyer.billing()))


def pay_by_bank_debit(account: Account, session: Body, iban: str, buyer: Buyer) -> Body:
    """Returns the payment intent, `processing`. Raises ApiError as `pay_by_card` does."""
    _offered(session, "sepa_debit")
    return paying.pay_session(account, session, payment_methods.make_bank_account(account, iban, buyer.billing()))


def answer_bank(account: Account, session: Body, *, approved: bool) -> Body:
    """The buyer answers the bank's question. Raises ApiError when there is none."""
    intent = account.get("payment_intent", session["payment_intent"] or "")
    return paying.approve(account, intent) if approved else paying.deny(account, intent)


def session_now(account: Account, identifier: str) -> Body:
    """The session after everything that is due has happened to it."""
    timers.run_due(account)
    return account.get("checkout.session", identifier, "session")


def awaits_bank(account: Account, session: Body) -> bool:
    intent = account.find(session["payment_intent"] or "", "payment_intent")
    return session["status"] == "open" and intent is not None and intent["status"] == "requires_action"


def success_address(session: Body) -> str:
    """Where the buyer goes afterwards; only the literal placeholder is filled in, as at Stripe."""
    address: str = session["success_url"]
    return address.replace(SUCCESS_TOKEN, session["id"])


def completion_of(account: Account, session: Body) -> str | None:
    """The id of the event that told of the session's completion."""
    for event in account.newest_first("event"):
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == session["id"]:
            return str(event["id"])
    return None


def checked_card(number: str, account: Account, expiry: str = "12/34") -> tuple[str, tuple[int, int]]:
    """A card as typed, or a ApiError with the sentence that the page would show."""
    number = cards.clean(number)
    month_and_year = cards.check_expiry(expiry, account.now)
    problem = cards.check_number(number)
    if problem or isinstance(month_and_year, str):
        raise ApiError(problem or str(month_and_year), param="card")
    return number, month_and_year


def _offered(session: Body, kind: str) -> None:
    if kind not in session["payment_method_types"]:
        raise ApiError(f"This session does not offer {kind}.", param="payment_method")
