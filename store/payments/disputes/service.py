"""Disputes, reviews and warnings that nobody told us of, or not so that we could read it: asked for, then joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.payments.disputes.taking_in import take_in_read
from store.payments.service import Payments

_RETRIEVE: dict[str, Callable[[Any, str], Any]] = {
    "dispute": lambda client, dispute: client.v1.disputes.retrieve(dispute),
    "review": lambda client, review: client.v1.reviews.retrieve(review),
    "radar.early_fraud_warning": lambda client, warning: client.v1.radar.early_fraud_warnings.retrieve(warning),
}
KINDS = frozenset(_RETRIEVE)
"""The kinds of Stripe's objects that are read here."""


@dataclass(frozen=True)
class Disputes:
    """For jobs and the reconciler. No call to Stripe is made inside a transaction."""

    payments: Payments

    def read(self, kind: str, object_id: str) -> bool:
        """Ask how an object of one of `KINDS` stands now, and join that; whether its payment is ours.

        Raises Refused, with status 404, when Stripe knows none.
        """
        if not object_id:
            raise ValueError("an empty id would list them all")
        answer, told_at = self.payments.gateway.ask_dated(lambda client: _RETRIEVE[kind](client, object_id))
        return self.join(answer.to_dict(), told_at)

    def join(self, thing: Mapping[str, Any], told_at: datetime) -> bool:
        """Join an object as it was read, after its payment: of one we do not know Stripe is asked (rules 1 and 10)."""
        db, now = self.payments.db, self.payments.clock()

        def work() -> bool:
            return db.run(lambda session: take_in_read(session, thing, told_at, now), repeatable=True)

        intent = thing.get("payment_intent")
        if not intent or work():
            return bool(intent)
        fact = self.payments.gateway.find_session_of(intent, now)
        if fact is None or fact.store_id != self.payments.ours().store_id:
            return False
        self.payments.settle(fact)
        return work()
