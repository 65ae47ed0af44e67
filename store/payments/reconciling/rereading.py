"""Objects of Stripe's that were asked for, not sent: they join what is known as if an event had told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.payments import repository
from store.payments.disputes.taking_in import take_in_read
from store.payments.facts import SessionFact
from store.payments.gateway import Refused
from store.payments.ledger.noting import note_named
from store.payments.models import PaymentStage
from store.payments.reconciling.portraits import about_payment, about_session
from store.payments.reconciling.repairs import RepairKind, Repairs
from store.payments.refunds.facts import read_refund
from store.payments.refunds.joining import join_refund
from store.payments.refunds.sending import RefundSender
from store.payments.service import Payments
from store.payments.settle import settle

KINDS = {
    "refund": RepairKind.REFUND,
    "dispute": RepairKind.DISPUTE,
    "review": RepairKind.WARNING,
    "radar.early_fraud_warning": RepairKind.WARNING,
}
"""What is repaired by an object of each kind."""


@dataclass
class Rereading:
    """One run through what Stripe has."""

    payments: Payments
    repairs: Repairs = field(default_factory=Repairs)
    foreign: set[str] = field(default_factory=set)
    """Payments that Stripe was asked about and that are none of ours."""

    def take_in(self, thing: dict[str, Any], told_at: datetime) -> bool:
        """Join a refund, dispute, review or warning as Stripe told of it then; whether it is ours (rule 1)."""
        intent = _intent_of(thing)
        if intent is None or not self.is_ours(intent):
            return False
        now, kind = self.payments.clock(), KINDS[thing["object"]]

        def work(session: Session) -> None:
            payment = repository.lock_payment(session, intent, now)
            note_named(session, thing, now)
            about = about_payment(session, intent)

            def join() -> None:
                if kind is RepairKind.REFUND:
                    join_refund(session, payment, read_refund(thing, told_at), now)
                else:
                    take_in_read(session, thing, told_at, now)

            self.repairs.watch(session, kind, thing["id"], about, now, join)

        self.payments.db.run(work, repeatable=True)
        return True

    def take_in_charge(self, thing: dict[str, Any]) -> bool:
        """Of a charge its refunds are read, and what it has moved in our balance; whether it is ours."""
        intent = _intent_of(thing)
        if intent is None or not self.is_ours(intent):
            return False
        now = self.payments.clock()
        self.payments.db.run(lambda session: note_named(session, thing, now), repeatable=True)
        RefundSender(self.payments).read_all(intent)
        return True

    def is_ours(self, payment_intent: str) -> bool:
        """Whether a payment is ours and paid; of one that we do not know as that, Stripe is asked (rule 10)."""
        if payment_intent in self.foreign:
            return False
        if self._is_paid(payment_intent):
            return True
        try:
            fact = self.payments.gateway.find_session_of(payment_intent, self.payments.clock())
        except Refused as refusal:
            if refusal.status != 404:
                raise
            fact = None
        if fact is None or fact.store_id != self.payments.ours().store_id:
            self.foreign.add(payment_intent)
            return False
        self.settle(fact)
        return self._is_paid(payment_intent)

    def settle(self, fact: SessionFact) -> None:
        """Join a session of ours as Stripe has it now."""
        ours, now = self.payments.ours(), self.payments.clock()

        def work(session: Session) -> None:
            about = about_session(session, fact)
            kind = RepairKind.SESSION if about.checkout_id else RepairKind.UNKNOWN
            self.repairs.watch(session, kind, fact.session_id, about, now, lambda: settle(session, fact, ours, now))

        self.payments.db.run(work, repeatable=True)

    def _is_paid(self, payment_intent: str) -> bool:
        with self.payments.db.reader() as reader:
            known = repository.find_payment(reader, payment_intent)
        return known is not None and known.stage is PaymentStage.PAID


def _intent_of(thing: dict[str, Any]) -> str | None:
    intent = thing.get("payment_intent")
    return (intent["id"] if isinstance(intent, dict) else intent) or None
