"""What staff write about an order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import record
from store.db import Database
from store.errors import Conflict
from store.orders import repository


def add_note(db: Database, actor: Actor, number: str, text: str, request_key: str, now: datetime) -> None:
    """Put a note on an order's timeline, for staff only; the same form again adds nothing. Raises NotFound."""
    actor.require(Permission.ORDERS_WRITE)

    def work(session: Session) -> None:
        order = repository.lock_order(session, number)
        if is_repeat(session, order.id, request_key):
            return
        note = repository.add_event(session, order.id, "note", actor.name, now, {"text": text}, request_key)
        session.flush()  # the history names the note; its words may name people, so they stay out of it
        record(session, actor, "order.note", f"order:{number}", {}, {"note": note.id}, now)

    db.run(work, repeatable=True)


def is_repeat(session: Session, order_id: int, request_key: str) -> bool:
    """Whether this form has been on the order's timeline before; raises Conflict when it was sent for another order."""
    earlier = repository.find_event(session, request_key)
    if earlier is not None and earlier.order_id != order_id:
        raise Conflict("This form was sent for another order. Open this one again and fill in its own.")
    return earlier is not None
