"""Keeps the books beside Stripe's: reads what moved in our balance, and books each movement once (rule 33).

Events name a movement as it happens; every night all of them are read again, with the payouts they left in, so that
nothing depends on an event. Each movement is mirrored and booked in one transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.audit.repository import close_attention, raise_attention
from store.jobs.models import Job
from store.payments import repository as payments
from store.payments.balance_facts import BalanceFact, PayoutFact
from store.payments.gateway import Refused
from store.payments.ledger import reading, repository
from store.payments.ledger.booking import book
from store.payments.ledger.reading import Unreadable
from store.payments.ledger.settlement import draft, is_of_a_payment
from store.payments.models import PaymentStage
from store.payments.reconciling import cursors
from store.payments.service import Payments

log = logging.getLogger(__name__)

CURSOR = "balance_transactions"
OVERLAP = timedelta(days=1)
REFUSED = "stripe:balance"
PAYOUT_MAY_FAIL = timedelta(days=14)
"""Banks send payouts back within days; until then one that is paid is looked at again."""


@dataclass(frozen=True)
class Books:
    """Handlers of the jobs read_balance_transaction and read_balance."""

    payments: Payments

    def read_one(self, job: Job) -> None:
        """Read the one that an event has named."""
        stripe_id = job.payload["id"]
        with self.payments.db.reader() as reader:
            if repository.find_mirrored(reader, [stripe_id]):
                return
        try:
            self._take_in(reading.read_one(self.payments.gateway, stripe_id))
        except Refused as refusal:
            if refusal.status != 404:
                raise
            sentence = f"Stripe's event named {stripe_id}, which Stripe does not know. Look for it in the dashboard."
            subject, now = f"balance_transaction:{stripe_id}", self.payments.clock()
            self.payments.db.run(lambda session: raise_attention(session, "balance_missing", subject, sentence, now))

    def read_all(self, _job: Job | None = None) -> None:
        """Read everything since the last time, and the payouts; nothing that was read before is booked again.

        Where Stripe refuses, staff are told instead: to ask once more would not help.
        """
        since = self._since()
        if since is None:
            return
        try:
            self._read_since(since)
        except Refused as refusal:
            sentence = (
                f"Stripe does not let the shop read its balance and payouts: {refusal}. Give its key the right to read"
                " both; the books catch up the night after."
            )
            now = self.payments.clock()
            self.payments.db.run(lambda session: raise_attention(session, "balance_refused", REFUSED, sentence, now))

    def _read_since(self, since: datetime) -> None:
        newest = since
        for page in reading.pages_since(self.payments.gateway, since - OVERLAP):
            newest = max([newest, *(fact.happened_at for fact in page if isinstance(fact, BalanceFact))])
            self._take_in_new(page)
        self._read_payouts(since)
        now = self.payments.clock()

        def done(session: Session) -> None:
            cursors.advance(session, CURSOR, newest, now)
            close_attention(session, "balance_refused", REFUSED, now)

        self.payments.db.run(done, repeatable=True)

    def _since(self) -> datetime | None:
        """How far the list was read; never yet: when we first asked for money. None before that."""
        with self.payments.db.reader() as reader:
            return cursors.find_position(reader, CURSOR) or repository.first_session_at(reader)

    def _take_in_new(self, page: Iterable[BalanceFact | Unreadable]) -> None:
        facts = list(page)
        with self.payments.db.reader() as reader:
            known = repository.find_mirrored(reader, [fact.stripe_id for fact in facts])
        for fact in facts:
            if fact.stripe_id not in known:
                self._take_in(fact)

    def _take_in(self, fact: BalanceFact | Unreadable) -> None:
        now = self.payments.clock()
        if isinstance(fact, Unreadable):
            sentence = f"Stripe's {fact.stripe_id} is in sums this shop cannot keep ({fact.why}). Book it by hand."
            subject = f"balance_transaction:{fact.stripe_id}"
            self.payments.db.run(lambda session: raise_attention(session, "balance_unreadable", subject, sentence, now))
            return
        owner = self._owner(fact) if is_of_a_payment(fact) else None
        self.payments.db.run(lambda session: record(session, fact, owner, now), repeatable=True)

    def _owner(self, fact: BalanceFact) -> int | None:
        """The payment of ours that it belongs to; of one we do not know as paid, Stripe is asked whose it is."""
        if fact.payment_intent is None:
            return None
        with self.payments.db.reader() as reader:
            known = payments.find_payment(reader, fact.payment_intent)
        if known is not None and known.stage is PaymentStage.PAID:
            return known.id
        session = self.payments.gateway.find_session_of(fact.payment_intent, self.payments.clock())
        if session is None or session.store_id != self.payments.ours().store_id:
            return None
        self.payments.settle(session)
        with self.payments.db.reader() as reader:
            settled = payments.find_payment(reader, fact.payment_intent)
        return settled.id if settled else None

    def _read_payouts(self, since: datetime) -> None:
        """Every payout as it stands now; the contents of an automatic one are asked for once."""
        with self.payments.db.reader() as reader:
            unfinished = repository.oldest_unfinished_payout(reader)
        earliest = since - PAYOUT_MAY_FAIL
        for fact in reading.payouts_since(self.payments.gateway, min(unfinished or earliest, earliest)):
            if isinstance(fact, Unreadable):
                self._take_in(fact)
            else:
                self._take_in_payout(fact)

    def _take_in_payout(self, fact: PayoutFact) -> None:
        db, now = self.payments.db, self.payments.clock()
        db.run(lambda session: repository.keep_payout(session, fact), repeatable=True)
        with db.reader() as reader:
            if not fact.is_listable or repository.is_expanded(reader, fact.stripe_id):
                return
        members: list[str] = []
        for page in reading.pages_of_payout(self.payments.gateway, fact.stripe_id):
            self._take_in_new(page)
            members += [one.stripe_id for one in page if not _is_itself(one, fact)]

        def expand(session: Session) -> None:
            repository.put_into_payout(session, fact.stripe_id, members)
            repository.mark_expanded(session, fact.stripe_id, now)

        db.run(expand, repeatable=True)


def record(session: Session, fact: BalanceFact, payment_id: int | None, now: datetime) -> bool:
    """Mirror a movement and book it, in the caller's transaction; whether it was new.

    `payment_id` is the payment of ours that it belongs to. What has no known reason is shown to staff.
    """
    if not repository.mirror(session, fact, payment_id):
        return False
    for one in draft(fact, ours=payment_id is not None):
        source, at = fact.stripe_id, fact.happened_at
        book(
            session,
            one.kind,
            "balance_transaction",
            source,
            one.currency,
            one.postings,
            at,
            now,
            payment_id=payment_id,
        )
        if one.kind == "unexplained":
            sentence = (
                f"Stripe has moved money in our balance ({fact.type}, {source}), and this shop does not know why."
                " Look at it in Stripe's dashboard, then tell whoever keeps the books."
            )
            raise_attention(session, "balance_unexplained", f"balance_transaction:{source}", sentence, now)
    return True


def _is_itself(fact: BalanceFact | Unreadable, payout: PayoutFact) -> bool:
    """Stripe lists the payout's own movement among those it has paid out."""
    return isinstance(fact, BalanceFact) and fact.source_id == payout.stripe_id
