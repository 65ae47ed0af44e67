"""What the worker does about Stripe's events that could not be handled the moment they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from store.audit.repository import raise_attention
from store.jobs.models import Job
from store.payments import inbox, repository
from store.payments.disputes import service as disputes
from store.payments.facts import read_event
from store.payments.gateway import API_VERSION, Refused
from store.payments.models import WebhookEvent
from store.payments.reconciling import asking
from store.payments.reconciling.repairs import Repairs
from store.payments.reconciling.rereading import Rereading
from store.payments.service import Payments

T = TypeVar("T")

KEEP_BODIES = timedelta(days=30)


@dataclass(frozen=True)
class EventJobs:
    """Handlers of the jobs find_owner, read_again, retry_event and forget_bodies."""

    payments: Payments

    def read_again(self, job: Job) -> None:
        """An event came in another API version: ask for its object in ours, and join that (rule 3).

        One that Stripe no longer has is let go, and one of somebody else's is forgotten. Of what this version does not
        mirror staff are told: the endpoint's version is ours to set right.
        """
        object_id, kind = job.payload["object_id"], job.payload["object_kind"]
        if kind in ("checkout.session", "payment_intent"):
            self._settle_again(object_id, kind)
        elif kind in disputes.KINDS or kind in asking.ONE:
            self._join_again(object_id, kind, job.payload["event"])
        else:
            self._tell_staff(job)

    def _settle_again(self, object_id: str, kind: str) -> None:
        gateway, now = self.payments.gateway, self.payments.clock()
        ask = gateway.fetch_session if kind == "checkout.session" else gateway.find_session_of
        fact = if_there(lambda: ask(object_id, now))
        if fact is not None:
            self.payments.settle(fact)

    def _join_again(self, object_id: str, kind: str, event_id: str) -> None:
        is_ours = if_there(lambda: self._read(kind, object_id))
        if is_ours is False:
            now = self.payments.clock()
            self.payments.db.run(lambda session: repository.forget_event(session, event_id, now), repeatable=True)

    def _read(self, kind: str, object_id: str) -> bool:
        """Ask how it stands and join that; whether it is ours. Raises Refused when Stripe knows none."""
        if kind in disputes.KINDS:
            return disputes.Disputes(self.payments).read(kind, object_id)
        thing, told_at = asking.fetch(self.payments.gateway, kind, object_id)
        rereading = Rereading(self.payments, Repairs(are_kept=False))
        return rereading.take_in_charge(thing) if kind == "charge" else rereading.take_in(thing, told_at)

    def find_owner(self, job: Job) -> None:
        """A fact about a payment we do not know (rules 1 and 10): ours after all, or forgotten with the fact."""
        now, ours = self.payments.clock(), self.payments.ours()
        fact = if_there(lambda: self.payments.gateway.find_session_of(job.payload["payment_intent"], now))
        if fact is None or fact.store_id != ours.store_id:
            self.payments.db.run(
                lambda session: repository.forget_event(session, job.payload["event"], now), repeatable=True
            )
            return
        self.payments.settle(fact)
        self.payments.db.run(lambda session: inbox.look_again(session, job.payload["event"], now), repeatable=True)

    def _tell_staff(self, job: Job) -> None:
        event, now = job.payload["event"], self.payments.clock()
        sentence = f"Stripe's event {event} came in another API version and cannot be read. Look at it at Stripe."
        self.payments.db.run(
            lambda session: raise_attention(session, "event_unread", f"event:{event}", sentence, now), repeatable=True
        )

    def retry(self, job: Job) -> None:
        """Try an event again that failed too often for Stripe to go on."""
        with self.payments.db.reader() as reader:
            row = reader.get(WebhookEvent, job.payload["event"])
        if row is None or row.body is None:
            return
        event = read_event(row.body, API_VERSION)
        inbox.receive(self.payments.db, event, self.payments.ours(), self.payments.clock())

    def forget_bodies(self, _job: Job) -> None:
        before = self.payments.clock() - KEEP_BODIES
        self.payments.db.run(lambda session: repository.forget_bodies(session, before), repeatable=True)


def if_there(ask: Callable[[], T | None]) -> T | None:
    """What Stripe answers; None also when it knows no such thing."""
    try:
        return ask()
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None
