"""Reading matters for a page: with whose they are, and who has closed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.admin.attention.presentation import Matter, view_matter
from store.admin.attention.repository import belongs_to
from store.admin.people import named
from store.audit.models import Attention


def view_matters(session: Session, matters: Sequence[Attention], actor: Actor, now: datetime) -> list[Matter]:
    homes = belongs_to(session, [matter.subject for matter in matters])
    names = named(session, [matter.closed_by for matter in matters if matter.closed_by])
    return [view_matter(matter, homes, names, actor, now) for matter in matters]
