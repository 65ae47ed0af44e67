"""Test controls under `/_test/` for what happens to money after it was paid: the dashboard, banks, time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint

from store.sandbox import disputing, metadata, money, refunding, screening, timers
from store.sandbox.account import Account, Body
from store.sandbox.controls import given_body, opened_account, registrar
from store.sandbox.errors import ApiError
from store.sandbox.resources import payouts, refunds

blueprint = Blueprint("aftermath", __name__, url_prefix="/_test")
control = registrar(blueprint)


@contextmanager
def _account_now() -> Iterator[Account]:
    """The account after everything that is due has happened."""
    with opened_account() as account:
        timers.run_due(account)
        yield account


@control("/refund/<intent>", "POST")
def refund_in_dashboard(intent: str) -> dict[str, Any]:
    """`{"amount": n, "reason": …, "metadata": {}}`, all of them optional: somebody refunds by hand."""
    given = given_body()
    if given.get("reason", refunding.REASONS[0]) not in refunding.REASONS:
        raise ApiError(f"reason is one of {', '.join(refunding.REASONS)}.", param="reason")
    wish: Body = {"amount": _given_amount(given), "reason": given.get("reason")}
    wish["metadata"] = metadata.merge(None, given.get("metadata"))
    with _account_now() as account:
        return refunding.make(account, refunds.charge_of_intent(account, intent), wish)


@control("/refunds/<refund>", "POST")
def end_refund(refund: str) -> dict[str, Any]:
    """`{"outcome": "succeed" | "fail" | "cancel" | "require_action"}`; `fail` takes a `reason`."""
    given = given_body()
    with _account_now() as account:
        return _refund_outcome(account, account.get("refund", refund), given)


@control("/balance", "POST")
def set_balance() -> dict[str, Any]:
    """`{"enough": false}`: new refunds wait for money; `true` lets those that wait succeed."""
    enough = given_body().get("enough")
    if not isinstance(enough, bool):
        raise ApiError("enough is true or false.", param="enough")
    with _account_now() as account:
        refunding.wait_for_funds(account, not enough)
    return {"enough": enough}


@control("/disputes/<intent>", "POST")
def open_dispute(intent: str) -> dict[str, Any]:
    """`{"kind": "chargeback" | "inquiry"}`, with `amount` and `reason` if they matter."""
    given = given_body()
    kind, amount = given.get("kind", "chargeback"), _given_amount(given)
    if kind not in ("chargeback", "inquiry"):
        raise ApiError("kind is chargeback or inquiry.", param="kind")
    with _account_now() as account:
        charge = refunds.charge_of_intent(account, intent)
        reason = given.get("reason", "fraudulent")
        return disputing.open_dispute(account, charge, inquiry=kind == "inquiry", amount=amount, reason=reason)


@control("/disputes/<dispute>/close", "POST")
def close_dispute(dispute: str) -> dict[str, Any]:
    """`{"outcome": "won" | "lost" | "warning_closed" | "prevented"}`."""
    with _account_now() as account:
        return disputing.close(account, account.get("dispute", dispute), given_body().get("outcome", ""))


@control("/disputes/<dispute>/escalate", "POST")
def escalate_dispute(dispute: str) -> dict[str, Any]:
    """An inquiry becomes a chargeback."""
    with _account_now() as account:
        return disputing.escalate(account, account.get("dispute", dispute))


@control("/warnings/<intent>", "POST")
def warn(intent: str) -> dict[str, Any]:
    """An early fraud warning; `{"fraud_type": …}` if it matters."""
    fraud_type = given_body().get("fraud_type", "made_with_stolen_card")
    with _account_now() as account:
        return screening.warn(account, refunds.charge_of_intent(account, intent), fraud_type)


@control("/warnings/<warning>/close", "POST")
def settle_warning(warning: str) -> dict[str, Any]:
    with _account_now() as account:
        return screening.settle_warning(account, account.get("radar.early_fraud_warning", warning))


@control("/reviews/<intent>", "POST")
def open_review(intent: str) -> dict[str, Any]:
    """`{"reason": "rule" | "manual"}`."""
    with _account_now() as account:
        charge = refunds.charge_of_intent(account, intent)
        return screening.open_review(account, charge, given_body().get("reason", "rule"))


@control("/reviews/<review>/close", "POST")
def close_review(review: str) -> dict[str, Any]:
    """`{"reason": "approved" | "canceled" | "disputed" | "refunded" | "refunded_as_fraud"}`."""
    with _account_now() as account:
        return screening.close_review(account, account.get("review", review), given_body().get("reason", "approved"))


@control("/payout", "POST")
def pay_out() -> dict[str, Any]:
    """All that is available, in `{"currency": …}` or in each; answers with `data`, the payouts."""
    with _account_now() as account:
        return {"data": payouts.make(account, given_body().get("currency"))}


@control("/account", "POST")
def set_up_account() -> dict[str, Any]:
    """`{"settlement_currency": "eur", "exchange_rates": {"usd": 0.92}}`: what comes in as one leaves as the other."""
    given = given_body()
    own, rates = given.get("settlement_currency"), given.get("exchange_rates", {})
    if not isinstance(rates, dict) or not all(isinstance(rate, float | int) and rate > 0 for rate in rates.values()):
        raise ApiError("exchange_rates names positive numbers by currency.", param="exchange_rates")
    with _account_now() as account:
        own = money.check_currency(str(own), "settlement_currency")
        account.change_settings(settlement_currency=own, exchange_rates=rates)
        return account.settings


def _given_amount(given: Body) -> int | None:
    amount = given.get("amount")
    if amount is not None and type(amount) is not int:
        raise ApiError("amount is a whole number of the smallest unit.", param="amount")
    return amount


def _refund_outcome(account: Account, refund: Body, given: Body) -> Body:
    outcome, reason = str(given.get("outcome")), given.get("reason", "expired_or_canceled_card")
    if reason not in refunding.FAILURES:
        raise ApiError(f"reason is one of {', '.join(refunding.FAILURES)}.", param="reason")
    if outcome == "fail":
        return refunding.fail(account, refund, reason)
    outcomes = {"succeed": refunding.succeed, "cancel": refunding.cancel, "require_action": refunding.require_action}
    if outcome not in outcomes:
        raise ApiError("outcome is succeed, fail, cancel or require_action.", param="outcome")
    return outcomes[outcome](account, refund)
