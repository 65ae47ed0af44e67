"""What staff do with a matter that waits for them: say that it is done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.history import record
from store.audit.kinds import MONEY, kind_of
from store.audit.models import Attention
from store.audit.repository import find_closed_by_form, lock_matter
from store.db import Database
from store.errors import Conflict


def close(db: Database, actor: Actor, matter_id: int, note: str, request_key: str, now: datetime) -> None:
    """Close a matter with a note of what was done; the same form again changes nothing.

    Raises Forbidden, NotFound; Conflict when somebody else has closed it, or it has settled itself.
    """
    actor.require(*MONEY)

    def work(session: Session) -> None:
        matter = lock_matter(session, matter_id)
        actor.require(*kind_of(matter.kind).permissions)
        if matter.closing_key == request_key:
            return
        if find_closed_by_form(session, request_key) is not None:
            raise Conflict("This form was sent for another matter. Open this one again and fill in its own.")
        if matter.closed_at is not None:
            raise Conflict(_why_closed(matter))
        matter.closed_at, matter.closed_by, matter.note, matter.closing_key = now, actor.name, note, request_key
        told = {"state": "closed", "kind": matter.kind, "about": matter.subject, "note": note}
        record(session, actor, "attention.close", f"attention:{matter_id}", {"state": "open"}, told, now)

    db.run(work, repeatable=True)


def _why_closed(matter: Attention) -> str:
    if matter.closed_by is None:
        return "This matter has settled itself meanwhile. Nothing is left to do."
    return "Somebody has closed this matter meanwhile. Read their note below."
