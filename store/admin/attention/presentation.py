"""Matters as the staff pages show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.actors import Actor
from store.admin.attention.subjects import Place, place
from store.audit.kinds import Urgency, kind_of
from store.audit.models import Attention

ITSELF = "It has settled itself."


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter, open or closed."""

    id: int
    label: str
    sentence: str
    todo: str
    settles: str | None
    """When it will close by itself; None for what only a person closes."""
    about: Place
    is_urgent: bool
    opened_at: datetime
    due_at: datetime | None
    is_overdue: bool
    closed_at: datetime | None
    closed_by: str
    """In words; empty while it is open."""
    note: str
    may_close: bool


def view_matter(
    matter: Attention, belongs_to: Mapping[str, str], names: Mapping[str, str], actor: Actor, now: datetime
) -> Matter:
    """`belongs_to` leads from a subject to what shows it, `names` from a member to an address."""
    kind = kind_of(matter.kind)
    is_open = matter.closed_at is None
    return Matter(
        id=matter.id,
        label=kind.label,
        sentence=matter.sentence,
        todo=kind.todo,
        settles=kind.settles,
        about=place(matter.subject, belongs_to, actor),
        is_urgent=kind.urgency is Urgency.NOW,
        opened_at=matter.opened_at,
        due_at=matter.due_at,
        is_overdue=is_open and matter.due_at is not None and matter.due_at < now,
        closed_at=matter.closed_at,
        closed_by="" if is_open else names.get(matter.closed_by or "", matter.closed_by or ITSELF),
        note=matter.note or "",
        may_close=is_open and actor.may(*kind.permissions),
    )
