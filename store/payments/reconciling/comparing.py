"""Holds Stripe's lists of sessions, refunds, disputes and warnings against ours, and joins what differs.

Ours is looked at first, without a lock: what agrees writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.audit.models import Attention
from store.audit.repository import raise_attention, tell_anew
from store.money import Money, show
from store.orders.standing import SETTLED
from store.payments.bought import ask_what_was_bought
from store.payments.disputes.facts import read_dispute
from store.payments.disputes.joining import Told
from store.payments.disputes.models import Dispute, FraudWarning
from store.payments.disputes.taking_in import READ_AGAIN
from store.payments.facts import SessionFact
from store.payments.gateway import Refused
from store.payments.joins import join_payment, join_session
from store.payments.models import Payment, SessionState, StripeSession
from store.payments.reconciling import asking
from store.payments.reconciling.portraits import attempts_of
from store.payments.reconciling.rereading import Rereading
from store.payments.refunds.facts import read_refund
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import RefundState, join
from store.payments.settle import SENTENCES, stage_of

AGO = {
    "refund": timedelta(days=30),
    "dispute": timedelta(days=90),
    "radar.early_fraud_warning": timedelta(days=30),
    "review": timedelta(days=30),
}
"""How much older than what is compared an object of a kind may be and still have changed since."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far Stripe's moments may lie from ours."""


@dataclass
class Comparison:
    """One comparison of the account with the shop."""

    rereading: Rereading

    def compare(self, since: datetime, until: datetime | None = None) -> None:
        """Everything made at Stripe between two moments, by default until now, and what of ours was not over yet."""
        gateway, now = self.rereading.payments.gateway, self.rereading.payments.clock()
        self.compare_sessions(gateway.find_sessions(since, until or now + CLOCKS_DIFFER, now))
        for kind, longer in AGO.items():
            self._compare_list(kind, since - longer, until or now + CLOCKS_DIFFER)

    # -- sessions and the payments in them --

    def compare_sessions(self, facts: Iterable[SessionFact]) -> None:
        """Settle those of ours that are known otherwise here; in one that no checkout knows there may be money."""
        store_id = self.rereading.payments.ours().store_id
        ours = (fact for fact in facts if fact.store_id == store_id)
        while page := list(islice(ours, asking.ON_A_PAGE)):
            with self.rereading.payments.db.reader() as reader:
                known = Known.of(reader, page)
            for fact in page:
                if known.differs(fact):
                    self.rereading.settle(fact)
                self._tell_of_sum(fact, known)
                if fact.is_paid and known.attempt(fact) is None and not fact.recovered_from:
                    self._tell_what_was_bought(fact)

    def _tell_what_was_bought(self, fact: SessionFact) -> None:
        """Money of a checkout that we know no more: staff are told enough to make its order (rule 35)."""
        payments, subject = self.rereading.payments, f"payment:{fact.payment_intent}"
        with payments.db.reader() as reader:
            plain = select(Attention.id).where(
                Attention.subject == subject, Attention.closed_at.is_(None), Attention.sentence == SENTENCES["unknown"]
            )
            if reader.scalar(plain) is None:
                return
        now = payments.clock()
        bought = ask_what_was_bought(payments.gateway, fact.session_id, now)
        sentence = (
            f"Paid for a checkout that we do not know (any more): {', '.join(bought.named)};"
            f" for {bought.buyer['name'] or 'somebody who gave no name'}"
            f"{f', to {bought.place}' if bought.place else ''}."
            f" Street and e-mail stand at Stripe, in the session {fact.session_id}."
            " Make the order from it on the payment's page, or refund it."
        )
        payments.db.run(
            lambda session: tell_anew(session, "unapplied_unknown", subject, sentence, now, None, even_if_closed=False),
            repeatable=True,
        )

    def _tell_of_sum(self, fact: SessionFact, known: Known) -> None:
        payment = known.payments.get(fact.payment_intent or "")
        if payment is None or not fact.is_paid or payment.amount is None or payment.amount == fact.amount_total:
            return
        ours = show(Money(payment.amount, payment.currency or fact.currency))
        sentence = (
            f"Stripe has {fact.sum_shown} in the payment {payment.payment_intent}, this shop"
            f" {ours}. Look at it there, and find out who has changed our books."
        )
        self._tell(f"payment:{payment.payment_intent}", sentence)

    # -- refunds, disputes, warnings --

    def _compare_list(self, kind: str, since: datetime, until: datetime) -> None:
        payments, seen, begun = self.rereading.payments, set(), self.rereading.payments.clock()
        for page in asking.pages_between(payments.gateway, kind, since, until):
            seen |= {thing["id"] for thing in page.things}
            with payments.db.reader() as reader:
                differing = list(DIFFERING[kind](reader, page.things, page.told_at))
            for thing in differing:
                self.rereading.take_in(thing, page.told_at)
        with payments.db.reader() as reader:
            unfinished = [name for name in unfinished_of(reader, kind) if name not in seen]
            ours = made_between(reader, kind, since + CLOCKS_DIFFER, min(begun, until) - CLOCKS_DIFFER)
        for name in unfinished:
            self._ask_about(kind, name)
        for name in set(ours) - seen - set(unfinished):
            self._tell_of(
                kind,
                name,
                f"Our books have the {kind} {name}, which Stripe does not list. Look for it there, and find out who has"
                " changed our books.",
            )

    def _ask_about(self, kind: str, name: str) -> None:
        """Something of ours that was not over, and is too old for the list."""
        payments = self.rereading.payments
        try:
            thing, told_at = asking.fetch(payments.gateway, kind, name)
        except Refused as refusal:
            if refusal.status != 404:
                raise
            sentence = f"Our books have the {kind} {name}, of which Stripe knows nothing. Look for it there."
            return self._tell_of(kind, name, sentence)
        with payments.db.reader() as reader:
            differs = any(True for _ in DIFFERING[kind](reader, [thing], told_at))
        if differs:
            self.rereading.take_in(thing, told_at)
        return None

    def _tell_of(self, kind: str, name: str, sentence: str) -> None:
        with self.rereading.payments.db.reader() as reader:
            subject = subject_of(reader, kind, name)
        self._tell(subject, sentence)

    def _tell(self, subject: str, sentence: str) -> None:
        now = self.rereading.payments.clock()
        self.rereading.payments.db.run(
            lambda session: raise_attention(session, "books_differ", subject, sentence, now), repeatable=True
        )


@dataclass(frozen=True)
class Known:
    """What is known here of the sessions on a page."""

    attempts: dict[str, StripeSession]
    """By Stripe's id, and by ours."""
    payments: dict[str, Payment]

    @classmethod
    def of(cls, session: Session, facts: list[SessionFact]) -> Known:
        attempts = session.scalars(select(StripeSession).where(attempts_of(facts))).all()
        intents = [fact.payment_intent for fact in facts if fact.payment_intent]
        payments = session.scalars(select(Payment).where(Payment.payment_intent.in_(intents))).all()
        named = {one.stripe_id: one for one in attempts if one.stripe_id}
        return cls({one.id: one for one in attempts} | named, {one.payment_intent: one for one in payments})

    def attempt(self, fact: SessionFact) -> StripeSession | None:
        return self.attempts.get(fact.session_id) or self.attempts.get(fact.attempt_id or "")

    def differs(self, fact: SessionFact) -> bool:
        """Whether to settle it would change anything."""
        attempt, payment = self.attempt(fact), self.payments.get(fact.payment_intent or "")
        has_place = payment is not None and (payment.order_id is not None or payment.unapplied_reason is not None)
        if fact.is_paid and not has_place:
            return True
        if attempt is None:
            return fact.recovered_from is not None and fact.status != "expired"
        said = SessionState(fact.status)
        if attempt.stripe_id is None or join_session(attempt.state, said) is not attempt.state:
            return True
        if fact.is_dead and not attempt.dead:
            return True
        if said is not SessionState.COMPLETE or fact.payment_intent is None:
            return False
        return payment is None or join_payment(payment.stage, stage_of(fact)) is not payment.stage


Things = Sequence[dict[str, Any]]


def _differing_refunds(session: Session, things: Things, told_at: datetime) -> Iterator[dict[str, Any]]:
    ids = [thing["id"] for thing in things]
    known = {one.stripe_id: one for one in session.scalars(select(Refund).where(Refund.stripe_id.in_(ids)))}
    for thing in things:
        row = known.get(thing["id"])
        if row is None:  # it may be somebody else's, in a currency that we cannot read
            yield thing
            continue
        state = read_refund(thing, told_at).state
        if join(row.state, row.told_at, state, told_at) is not row.state:
            yield thing


def _differing_disputes(session: Session, things: Things, told_at: datetime) -> Iterator[dict[str, Any]]:
    ids = [thing["id"] for thing in things]
    known = {one.stripe_id: one for one in session.scalars(select(Dispute).where(Dispute.stripe_id.in_(ids)))}
    for thing in things:
        row = known.get(thing["id"])
        if row is None:
            yield thing
            continue
        fact = read_dispute(thing)
        if row.withdrawn != -sum(moved.amount for moved in fact.movements):
            yield thing
        elif row.status != fact.status:
            said = Told(fact.status, told_at, READ_AGAIN)
            if said.is_newer_than(Told(row.status, row.told_at, row.told_by)):
                yield thing


def _differing_warnings(session: Session, things: Things, _told_at: datetime) -> Iterator[dict[str, Any]]:
    ids = [thing["id"] for thing in things]
    known = {one.stripe_id: one for one in session.scalars(select(FraudWarning).where(FraudWarning.stripe_id.in_(ids)))}
    for thing in things:
        row, is_open = known.get(thing["id"]), thing.get("open", thing.get("actionable"))
        if row is None or (row.open and not is_open):
            yield thing


DIFFERING = {
    "refund": _differing_refunds,
    "dispute": _differing_disputes,
    "radar.early_fraud_warning": _differing_warnings,
    "review": _differing_warnings,
}
"""Those of Stripe's objects of a kind that are known otherwise here, or not at all."""


def unfinished_of(session: Session, kind: str) -> Sequence[str]:
    """Stripe's ids of what was not over when we last heard of it."""
    if kind == "refund":
        waiting = Refund.state.in_([RefundState.PENDING, RefundState.REQUIRES_ACTION])
        found = session.scalars(select(Refund.stripe_id).where(waiting))
    elif kind == "dispute":
        found = session.scalars(select(Dispute.stripe_id).where(Dispute.status.not_in(SETTLED)))
    else:
        own = FraudWarning.kind == kind.removeprefix("radar.")
        found = session.scalars(select(FraudWarning.stripe_id).where(own, FraudWarning.open))
    return [name for name in found if name]


def made_between(session: Session, kind: str, first: datetime, last: datetime) -> Sequence[str]:
    """Stripe's ids of the refunds or disputes that it has made between these moments, as we know them."""
    if kind == "refund":
        within = (Refund.accepted_at >= first, Refund.accepted_at <= last)
        return [name for name in session.scalars(select(Refund.stripe_id).where(*within)) if name]
    if kind == "dispute":
        within = (Dispute.opened_at >= first, Dispute.opened_at <= last)
        return session.scalars(select(Dispute.stripe_id).where(*within)).all()
    return []


def subject_of(session: Session, kind: str, name: str) -> str:
    """What attention calls an object of ours: refunds by our number, the others by Stripe's id."""
    if kind == "refund":
        name = str(session.scalar(select(Refund.id).where(Refund.stripe_id == name)))
    return f"{kind.removeprefix('radar.')}:{name}"
