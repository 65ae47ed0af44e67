"""Test controls under `/_test/`: an account's clock, its deliveries, its buyers and banks.

The account is named by the same Authorization header as in the API. Bodies and answers are JSON.
This is no part of Stripe's API.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from store.sandbox import buyer, cards, gate, paying, post, timers
from store.sandbox.account import Account, open_account
from store.sandbox.buyer import Buyer
from store.sandbox.courier import Courier
from store.sandbox.errors import ApiError
from store.sandbox.resources import webhook_endpoints
from store.sandbox.state import State

blueprint = Blueprint("controls", __name__, url_prefix="/_test")
View = Callable[..., dict[str, Any]]


def registrar(controls: Blueprint) -> Callable[[str, str], Callable[[View], View]]:
    """What makes a view of `controls` that answers with a dict as JSON, and with ApiErrors as the API does."""

    def control(rule: str, method: str) -> Callable[[View], View]:
        def register(view: View) -> View:
            @wraps(view)
            def answer(**path: str) -> tuple[Response, int]:
                try:
                    return jsonify(view(**path)), 200
                except ApiError as refusal:
                    return jsonify(refusal.body()), refusal.status

            controls.add_url_rule(rule, f"{method} {view.__name__}", answer, methods=[method])
            return view

        return register

    return control


control = registrar(blueprint)


@contextmanager
def opened_account() -> Iterator[Account]:
    state: State = current_app.extensions["state"]
    with state.transaction() as connection:
        yield open_account(connection, gate.given_key())


def given_body() -> dict[str, Any]:
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def _courier() -> Courier:
    courier: Courier = current_app.extensions["courier"]
    return courier


@control("/clock", "GET")
def read_clock() -> dict[str, Any]:
    with opened_account() as account:
        return {"now": account.now, "offset": account.offset}


@control("/clock", "POST")
def set_clock() -> dict[str, Any]:
    """`{"advance": seconds}` or `{"now": epoch}`; what has fallen due has happened when this answers."""
    given = given_body()
    wish = given.get("advance", given.get("now"))
    if isinstance(wish, bool) or not isinstance(wish, int | float):
        raise ApiError("Give advance (seconds) or now (epoch seconds).", param="advance")
    with opened_account() as account:
        account.offset = account.offset + wish if "advance" in given else wish - time.time()
        change = "UPDATE account SET clock_offset = ? WHERE number = ?"
        account.connection.execute(change, (account.offset, account.number))
        timers.run_due(account)
        return {"now": account.now, "offset": account.offset}


@control("/deliveries", "GET")
def list_attempts() -> dict[str, Any]:
    with opened_account() as account:
        rows = account.connection.execute("SELECT * FROM attempt WHERE account = ? ORDER BY seq", (account.number,))
        return {"mode": account.deliveries, "data": [_row(row) for row in rows]}


@control("/deliveries", "POST")
def set_deliveries() -> dict[str, Any]:
    """`{"mode": "off"}`: nothing is sent by itself, what is owed waits for `drain` or for `"on"`."""
    mode = given_body().get("mode")
    if mode not in ("on", "off"):
        raise ApiError("mode is on or off.", param="mode")
    with opened_account() as account:
        account.connection.execute("UPDATE account SET deliveries = ? WHERE number = ?", (mode, account.number))
        return {"mode": mode}


@control("/deliveries/drain", "POST")
def drain() -> dict[str, Any]:
    """Try everything that is due, once, in this very request; also while deliveries are off."""
    with opened_account() as account:
        timers.run_due(account)
        endpoints = [endpoint["id"] for endpoint in account.oldest_first("webhook_endpoint")]
    return {"data": [asdict(attempt) for endpoint in endpoints for attempt in _courier().deliver_due(endpoint)]}


@control("/events/<event>/redeliver", "POST")
def redeliver(event: str) -> dict[str, Any]:
    """Send an event once more, whatever became of it, and answer with the attempts."""
    with opened_account() as account:
        account.get("event", event)
        endpoints = post.again(account, event)
    return {"data": [asdict(tried) for endpoint in endpoints for tried in _courier().deliver_due(endpoint, {event})]}


@control("/requests", "GET")
def list_requests() -> dict[str, Any]:
    with opened_account() as account:
        rows = account.connection.execute("SELECT * FROM request WHERE account = ? ORDER BY seq", (account.number,))
        return {"data": [_row(row) for row in rows]}


@control("/pay/<session>", "POST")
def pay(session: str) -> dict[str, Any]:
    """`{"card": number}` or `{"iban": …}`, with `email`, `name`, and `bank` = approve|fail for cards that ask."""
    given = given_body()
    who = Buyer(given.get("email", "buyer@example.com"), given.get("name", "Test Buyer"), given.get("postal_code"))
    with opened_account() as account:
        body = buyer.session_now(account, session)
        if "iban" in given:
            iban = cards.clean(str(given["iban"])).upper()
            problem = cards.check_iban(iban)
            if problem:
                raise ApiError(problem, param="iban")
            buyer.pay_by_bank_debit(account, body, iban, who)
        else:
            number, expiry = buyer.checked_card(str(given.get("card", "")), account)
            buyer.pay_by_card(account, body, number, expiry, who)
            if "bank" in given:
                body = account.get("checkout.session", session)
                buyer.answer_bank(account, body, approved=given["bank"] == "approve")
        return account.get("checkout.session", session)


@control("/bank/<intent>", "POST")
def answer_debit(intent: str) -> dict[str, Any]:
    """The bank's answer to a delayed payment, now: `{"outcome": "succeed" | "fail"}`."""
    outcome = given_body().get("outcome")
    if outcome not in ("succeed", "fail"):
        raise ApiError("outcome is succeed or fail.", param="outcome")
    with opened_account() as account:
        return paying.settle_bank_debit(account, intent, outcome)


@control("/webhook_endpoints/<endpoint>/roll", "POST")
def roll_secret(endpoint: str) -> dict[str, Any]:
    """A new secret; the old one signs too for `{"overlap": seconds}`, a day by default."""
    with opened_account() as account:
        overlap = float(given_body().get("overlap", webhook_endpoints.OVERLAP_SECONDS))
        return {"secret": webhook_endpoints.roll(account, endpoint, overlap)}


@control("/faults", "GET")
def list_faults() -> dict[str, Any]:
    with opened_account() as account:
        return _courier().faults.shown(account.number)


@control("/faults", "POST")
def plan_faults() -> dict[str, Any]:
    """`{"seed": 7, "api": [rule…], "deliveries": [rule…]}` instead of what was planned; `{}`: no more faults."""
    with opened_account() as account:
        _courier().faults.put(account.number, given_body())
        return _courier().faults.shown(account.number)


def _row(row: sqlite3.Row) -> dict[str, Any]:
    shown = {name: row[name] for name in row.keys() if name not in ("seq", "account")}  # noqa: SIM118 - a Row iterates values
    shown |= {name: json.loads(shown[name]) for name in ("params", "headers") if name in shown}
    return shown | {name: bool(shown[name]) for name in ("replayed",) if name in shown}
