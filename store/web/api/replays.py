"""Calls that may be repeated: the same `Idempotency-Key` again is answered as the first time, with one effect.

What was refused has changed nothing and is forgotten, so that the same key may be used once more. A call that a crash
cut off is taken for over after a minute; it then runs again with the same `request_key`, by which each use case knows
what it has done already. Use cases without such a key ask `has_taken_effect` within their own transaction.
Follows draft-ietf-httpapi-idempotency-key-header-07, section 2.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, g, json, request
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from store.clock import from_epoch
from store.db import Database, insert
from store.web.api.models import ApiReplay
from store.web.api.problems import problem
from store.web.current import actor, db, now
from store.web.limits import network

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = timedelta(days=2)
"""For how long a key is known."""
UNDER_WAY = timedelta(minutes=1)
"""How long a call may take: longer than Stripe's calls in a request ever do."""
TOLD = ("Content-Type", "Location", "ETag")
EFFECT = 0
"""The status of a call whose effect was committed, while its answer was not kept yet."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known of a key somebody sends again; `status` is None, then EFFECT while the first call is under way."""

    request: str
    status: int | None
    body: str | None
    headers: str | None


def request_key() -> str:
    """By which a use case knows this call again: the same for each repetition, another for every other call."""
    found: str = g.request_key
    return found


def new_key() -> str:
    """For a call without a key, which is not to be known again."""
    return f"api:{secrets.token_urlsafe(24)}"


def has_taken_effect(session: Session) -> bool:
    """Whether a call that was cut off has done this already; if not, what this transaction does is its effect."""
    name = g.get("replayed_as")
    if name is None:
        return False
    fresh = update(ApiReplay).where(ApiReplay.digest == name, ApiReplay.status.is_(None)).values(status=EFFECT)
    return session.scalar(fresh.returning(ApiReplay.digest)) is None


def once(view: Callable[[], Response]) -> Response:
    """The answer of `view`, run once for the key that was sent."""
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        sentence = f"{HEADER} is 1 to {LONGEST} plain characters, such as a random UUID."
        return problem(400, "idempotency-key", sentence)
    name, sent = _name(key), hashlib.sha256(request.get_data(cache=True)).hexdigest()
    g.request_key, g.replayed_as = f"api:{name}", name
    known = _take(db(), name, sent, now())
    if known is None:
        return _first(name, view)
    if known.request != sent:
        return problem(422, "idempotency-key", f"This {HEADER} was sent before with another body. Use a new one.")
    if known.status in (None, EFFECT):
        sentence = f"A call with this {HEADER} is under way. Ask again in a moment."
        return problem(409, "idempotency-key", sentence, headers={"Retry-After": "1"})
    answer = Response(known.body, known.status, json.loads(known.headers or "{}"))
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def forget(db: Database, moment: datetime) -> None:
    """Keys that nobody sends any more."""
    old = delete(ApiReplay).where(ApiReplay.begun_at < moment - KEPT)
    db.run(lambda session: session.execute(old), repeatable=True)


def _first(name: str, view: Callable[[], Response]) -> Response:
    try:
        answer = view()
    except BaseException:
        _let_go(db(), name)
        raise
    if answer.status_code >= 300:
        _let_go(db(), name)
        return answer
    headers = json.dumps({header: answer.headers[header] for header in TOLD if header in answer.headers})
    done = update(ApiReplay).where(ApiReplay.digest == name)
    kept = done.values(status=answer.status_code, body=answer.get_data(as_text=True), headers=headers)
    db().run(lambda session: session.execute(kept), repeatable=True)
    return answer


def _take(db: Database, name: str, sent: str, moment: datetime) -> Taken | None:
    """None when the key is new, or its call was cut off, and it is ours now; else what is known of it."""

    def work(session: Session) -> Taken | None:
        begun = insert(session, ApiReplay).values(digest=name, request=sent, begun_at=moment)
        unanswered = ApiReplay.status.is_(None) | (ApiReplay.status == EFFECT)
        cut_off = unanswered & (ApiReplay.begun_at < moment - UNDER_WAY) & (ApiReplay.request == sent)
        mine = begun.on_conflict_do_update(index_elements=["digest"], set_={"begun_at": moment}, where=cut_off)
        if session.scalar(mine.returning(ApiReplay.digest)) is not None:
            return None
        row = session.get_one(ApiReplay, name, populate_existing=True)
        return Taken(row.request, row.status, row.body, row.headers)

    return db.run(work)


def _let_go(db: Database, name: str) -> None:
    """The key may be used again at once; where there is an effect already, for its answer alone."""

    def work(session: Session) -> None:
        call = ApiReplay.digest == name
        session.execute(delete(ApiReplay).where(call, ApiReplay.status.is_(None)))
        session.execute(update(ApiReplay).where(call, ApiReplay.status == EFFECT).values(begun_at=from_epoch(0)))

    db.run(work, repeatable=True)


def _name(key: str) -> str:
    """Of a key, its caller and its call. Who has no account is told apart by network; their bags by the address."""
    asking = actor()
    caller = asking.name if asking.member_id is not None else network()
    return hashlib.sha256(f"{caller}\n{request.method} {request.path}\n{key}".encode()).hexdigest()
