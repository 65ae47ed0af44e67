"""The first page: what this is, and the latest of the demo account."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import Blueprint, current_app, render_template

from store.sandbox.account import open_account
from store.sandbox.hosted_page import views
from store.sandbox.state import State

blueprint = Blueprint("index", __name__)
blueprint.after_request(views.protect)
SHOWN = 20


@blueprint.get("/")
def show() -> str:
    state: State = current_app.extensions["state"]
    key: str | None = current_app.extensions["demo_key"]
    sessions: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    if key is not None:
        with state.transaction() as connection:
            account = open_account(connection, key)
            sessions = list(islice(account.newest_first("checkout.session"), SHOWN))
            query = "SELECT * FROM attempt WHERE account = ? ORDER BY seq DESC LIMIT ?"
            attempts = [dict(row) for row in connection.execute(query, (account.number, SHOWN))]
    return render_template("index.html", sessions=sessions, attempts=attempts, has_demo=key is not None)
