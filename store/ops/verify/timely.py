"""What must have happened by now. Beside the others, which hold at every moment, these need to know what time it is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, text

from store.db import Utc
from store.ops.verify.invariant import Invariant

LONG_ENOUGH = timedelta(hours=1)


def overdue(name: str, query: str) -> Invariant:
    """As `never`; the query may speak of `:hour_ago`."""
    return Invariant(name, text(query).bindparams(bindparam("hour_ago", type_=Utc())))


INVARIANTS = (
    overdue(
        "a refund of which Stripe has said nothing for an hour stands before staff",
        """SELECT id, payment_id, state, created_at FROM refund
           WHERE state IN ('reserved', 'sent') AND created_at < :hour_ago AND NOT EXISTS (SELECT 1 FROM attention
              WHERE attention.kind = 'refund_unsent' AND attention.subject = 'refund:' || refund.id)""",
    ),
)
