"""Reads all of our events again, through the door by which webhooks come in (rule 35).

What was handled is found handled; what no webhook has brought is handled now, and is a repair. The cursor moves after
each page, so that a run that ends in the middle is gone on with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.jobs.models import Job
from store.payments import inbox
from store.payments.facts import Event, read_event
from store.payments.gateway import API_VERSION, EVENT_TYPES
from store.payments.inbox import DONE, ENOUGH_FAILURES, NotHandled
from store.payments.models import EventOutcome, WebhookEvent
from store.payments.reconciling import asking, cursors
from store.payments.reconciling.portraits import About, about_payment, about_session
from store.payments.reconciling.repairs import RepairKind, Repairs
from store.payments.service import Payments

log = logging.getLogger(__name__)

CURSOR = "events"
OVERLAP = timedelta(hours=1)
"""Stripe may show an event a little later than others that happened after it."""
STRIPE_KEEPS = timedelta(days=30)
MOST_FAILED = 100
MOST_TYPES = 20
"""So many types may be asked for at a time."""

Progress = Callable[[int], None]
"""Is told how many events were read, after each page."""


def silently(_read: int) -> None:
    """Nobody is watching."""


@dataclass
class EventRun:
    """One reading of the list."""

    payments: Payments
    repairs: Repairs = field(default_factory=Repairs)
    give_up_at: datetime | None = None
    """From then on the rest is left to the next run."""
    read: int = 0
    failed: int = 0
    is_cut_short: bool = False
    """Whether something was left to the next run."""

    def read_all(self, since: datetime, until: datetime, progress: Progress = silently) -> None:
        """Handle what happened from an hour before `since` until `until`; a run that takes too long is gone on with."""
        for number, types in enumerate(batches(EVENT_TYPES)):
            self._read_batch(cursor_name(number), types, since, until, progress)

    def _read_batch(
        self, cursor: str, types: Sequence[str], since: datetime, until: datetime, progress: Progress
    ) -> None:
        """The cursor is moved to Stripe's time of what was handled, never to ours: our clock may be wrong (rule 4)."""
        for page in asking.event_pages(self.payments.gateway, types, since - OVERLAP, until):
            self._handle_page(page, cursor)
            progress(self.read)
            if self.give_up_at is not None and self.payments.clock() > self.give_up_at:
                self.is_cut_short = True
                return
        now = self.payments.clock()
        self.payments.db.run(lambda session: cursors.advance(session, cursor, since, now), repeatable=True)

    def _handle_page(self, page: list[dict[str, Any]], cursor: str) -> None:
        events = [event for body in page if (event := _readable(body)) is not None]
        with self.payments.db.reader() as reader:
            known = known_events(reader, [event.id for event in events])
        for event in events:
            if event.id not in known:
                self._handle(event)
        self.read += len(page)
        if events:
            newest, now = max(event.happened_at for event in events), self.payments.clock()
            self.payments.db.run(lambda session: cursors.advance(session, cursor, newest, now), repeatable=True)

    def try_failed_again(self) -> None:
        """Handle once more what failed and is no longer among what is read; the inbox tells staff of the fifth time."""
        with self.payments.db.reader() as reader:
            bodies = list_failed(reader, self.payments.clock() - OVERLAP)
        for event in filter(None, map(_readable, bodies)):
            self._handle(event)

    def _handle(self, event: Event) -> None:
        ours, now = self.payments.ours(), self.payments.clock()
        if inbox.is_foreign(event, ours):
            return

        def watched(session: Session, event: Event, apply: Callable[[], EventOutcome]) -> EventOutcome:
            about = _about(session, event)
            if about is None:
                return apply()
            return self.repairs.watch(session, RepairKind.EVENT, event.id, about, now, apply)

        try:
            inbox.receive(self.payments.db, event, ours, now, around=watched)
        except NotHandled:
            self.failed += 1
            self.repairs.made.pop(event.id, None)


def batches(types: Sequence[str]) -> list[Sequence[str]]:
    return [types[first : first + MOST_TYPES] for first in range(0, len(types), MOST_TYPES)]


def cursor_name(number: int) -> str:
    """Each batch of types is read by itself, and so has a cursor of its own."""
    return f"{CURSOR}_{number + 1}" if number else CURSOR


CURSORS = [cursor_name(number) for number in range(len(batches(EVENT_TYPES)))]


def known_events(session: Session, ids: Sequence[str]) -> set[str]:
    """Those that need no handling: done with, or known to have been somebody else's (a job has asked, and forgot)."""
    handled = select(WebhookEvent.id).where(WebhookEvent.id.in_(ids), WebhookEvent.outcome.in_([*DONE, "attention"]))
    keys = {f"find_owner:{name}": name for name in ids}
    asked = select(Job.unique_key).where(Job.unique_key.in_(keys))
    return {*session.scalars(handled), *(keys[key] for key in session.scalars(asked) if key)}


def list_failed(session: Session, before: datetime) -> Sequence[dict[str, Any]]:
    """The bodies of events that have failed, were tried last or came before this, and that nobody else tries again."""
    failed = select(WebhookEvent.body).where(
        WebhookEvent.outcome == EventOutcome.FAILED,
        WebhookEvent.failures < ENOUGH_FAILURES,
        WebhookEvent.body.is_not(None),
        WebhookEvent.received_at < before,
    )
    return [body for body in session.scalars(failed.order_by(WebhookEvent.happened_at).limit(MOST_FAILED)) if body]


def _about(session: Session, event: Event) -> About | None:
    if event.session is not None:
        return about_session(session, event.session)
    return about_payment(session, event.payment_intent) if event.payment_intent else None


def _readable(body: dict[str, Any]) -> Event | None:
    try:
        return read_event(body, API_VERSION)
    except (KeyError, TypeError, ValueError):
        log.warning("an event of Stripe's list cannot be read")
        return None
