"""The inbox as staff read it, and the count of what was not ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer

from store.payments.models import EventOutcome, ForeignCount, WebhookEvent


def list_events(
    session: Session, outcome: EventOutcome | None, kind: str | None, text: str, after: str | None, most: int
) -> Sequence[WebhookEvent]:
    """The newest first, from behind event `after` on; `text` is the id of an event or of its object."""
    query = select(WebhookEvent).options(defer(WebhookEvent.body))
    if outcome is not None:
        query = query.where(WebhookEvent.outcome == outcome)
    if kind is not None:
        query = query.where(WebhookEvent.type == kind)
    if text:
        query = query.where(or_(WebhookEvent.id == text, WebhookEvent.object_id == text))
    last = session.get(WebhookEvent, after) if after else None
    if last is not None:
        same_time = and_(WebhookEvent.received_at == last.received_at, WebhookEvent.id < last.id)
        query = query.where(or_(WebhookEvent.received_at < last.received_at, same_time))
    return session.scalars(query.order_by(WebhookEvent.received_at.desc(), WebhookEvent.id.desc()).limit(most)).all()


def count_by_outcome(session: Session) -> dict[EventOutcome, int]:
    """How many events wait: those that are done with are not counted."""
    waiting = [EventOutcome.FAILED, EventOutcome.ATTENTION]
    query = select(WebhookEvent.outcome, func.count()).where(WebhookEvent.outcome.in_(waiting))
    rows = session.execute(query.group_by(WebhookEvent.outcome))
    return {outcome: count for outcome, count in rows if outcome is not None}


def count_foreign(session: Session, since: date) -> list[tuple[str, int]]:
    """How many events of each kind were not ours since then, the most frequent first."""
    total = func.sum(ForeignCount.count)
    query = select(ForeignCount.kind, total).where(ForeignCount.day >= since).group_by(ForeignCount.kind)
    return [(kind, int(count)) for kind, count in session.execute(query.order_by(total.desc(), ForeignCount.kind))]
