"""Test controls under `/_test/` for what happens to money after it was paid: the dashboard, banks, time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint

from store.sandbox import metadata, refunding, timers
from store.sandbox.account import Account, Body
from store.sandbox.controls import given_body, opened_account, registrar
from store.sandbox.errors import ApiError
from store.sandbox.resources import refunds

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
    wish = {name: given[name] for name in ("amount", "reason") if name in given}
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


def _refund_outcome(account: Account, refund: Body, given: Body) -> Body:
    outcome, reason = given.get("outcome"), given.get("reason", "expired_or_canceled_card")
    if reason not in refunding.FAILURES:
        raise ApiError(f"reason is one of {', '.join(refunding.FAILURES)}.", param="reason")
    if outcome == "fail":
        return refunding.fail(account, refund, reason)
    outcomes = {"succeed": refunding.succeed, "cancel": refunding.cancel, "require_action": refunding.require_action}
    if outcome not in outcomes:
        raise ApiError("outcome is succeed, fail, cancel or require_action.", param="outcome")
    return outcomes[outcome](account, refund)
