"""The books as pages show them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.money import Money
from store.payments.ledger.accounts import ACCOUNTS, account_label, kind_label
from store.payments.ledger.comparing import Difference
from store.payments.ledger.models import Payout
from store.payments.ledger.reports import Entry, Member
from store.payments.ledger.trial import Trial

STORIES = {
    "captured": "Captured",
    "refunded": "Refunded",
    "disputed": "Disputed",
    "paid out": "What left in it",
    "banked": "Sent to the bank",
    "net": "Amount less fee",
    "booked": "Booked to the balance",
    "unexplained": "Unexplained",
    "other": "In clearing",
}
KINDS = {"payment": "Payment", "payout": "Payout", "movement": "Movement"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the trial balance. Zero is None: an empty cell says it better."""

    account: str
    label: str
    opening: Money | None
    debit: Money | None
    credit: Money | None
    closing: Money | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The trial balance of one currency."""

    currency: str
    rows: list[Row]
    debit: Money
    credit: Money
    balances: bool
    off_by: Money


@dataclass(frozen=True, slots=True)
class Told:
    """A difference in words; `here` and `there` are what we say and what Stripe says."""

    kind: str
    subject: str
    name: str
    order_number: str | None
    story: str
    here: Money
    there: Money
    cause: str


@dataclass(frozen=True, slots=True)
class Line:
    """A posting: one of debit and credit."""

    account: str
    label: str
    meaning: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry in a list or on its own page; `amount` is what it moved: on one account, signed, or in all."""

    id: int
    kind: str
    booked_at: datetime
    created_at: datetime
    source_type: str
    source_id: str
    payment_intent: str | None
    order_number: str | None
    amount: Money
    lines: list[Line]


def view_trial(trial: Trial) -> Sheet:
    def money(amount: int) -> Money | None:
        return Money(amount, trial.currency) if amount else None

    rows = [
        Row(
            line.account,
            account_label(line.account),
            money(line.opening),
            money(line.debit),
            money(line.credit),
            money(line.closing),
        )
        for line in trial.lines
    ]
    off_by = trial.debit - trial.credit or trial.closing
    sums = (Money(trial.debit, trial.currency), Money(trial.credit, trial.currency))
    return Sheet(trial.currency.upper(), rows, *sums, trial.balances, Money(off_by, trial.currency))


def tell(difference: Difference) -> Told:
    return Told(
        KINDS[difference.kind],
        difference.kind,
        difference.name,
        difference.order_number,
        STORIES[difference.what],
        Money(difference.here, difference.currency),
        Money(difference.there, difference.currency),
        difference.cause,
    )


def view_entry(entry: Entry, account: str | None = None) -> Booked:
    """With `account` the amount is what the entry did to it, else all that it moved."""
    row = entry.entry
    debits = sum(posting.amount for posting in row.postings if posting.amount > 0)
    return Booked(
        id=row.id,
        kind=kind_label(row.kind),
        booked_at=row.booked_at,
        created_at=row.created_at,
        source_type=row.source_type.replace("_", " ").capitalize(),
        source_id=row.source_id,
        payment_intent=entry.payment_intent,
        order_number=entry.order_number,
        amount=Money(entry.on(account) if account else debits, row.currency),
        lines=[_line(posting.account, posting.amount, row.currency) for posting in row.postings],
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """A payout; `state` is Stripe's word, `cue` the badge that fits it."""

    id: int
    stripe_id: str
    state: str
    cue: str
    amount: Money
    created_at: datetime
    arrives_at: datetime
    automatic: bool
    expanded: bool


CUES = {"paid": "done", "pending": "todo", "in_transit": "part", "failed": "bad", "canceled": "off"}


def view_payout(payout: Payout) -> Sent:
    return Sent(
        payout.id,
        payout.stripe_id,
        payout.status.replace("_", " ").capitalize(),
        CUES.get(payout.status, "info"),
        Money(payout.amount, payout.currency),
        payout.created_at,
        payout.arrives_at,
        payout.automatic,
        payout.expanded_at is not None,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A movement that left in a payout."""

    stripe_id: str
    type: str
    order_number: str | None
    entry_id: int | None
    amount: Money
    fee: Money
    net: Money
    happened_at: datetime


def view_member(member: Member) -> Part:
    moved = member.movement
    return Part(
        moved.stripe_id,
        moved.type.replace("_", " ").capitalize(),
        member.order_number,
        member.entry_id,
        Money(moved.amount, moved.currency),
        Money(moved.fee, moved.currency),
        Money(moved.net, moved.currency),
        moved.happened_at,
    )


def balances(entries: Sequence[Entry]) -> list[Line]:
    """What some entries together leave on each account, one line for each currency it was touched in."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for posting in entry.entry.postings:
            sums[entry.entry.currency, posting.account] += posting.amount
    order = {account: position for position, account in enumerate(ACCOUNTS)}
    keys = sorted(sums, key=lambda key: (key[0], order.get(key[1], len(order)), key[1]))
    return [_line(account, sums[currency, account], currency) for currency, account in keys]


def _line(account: str, amount: int, currency: str) -> Line:
    known = ACCOUNTS.get(account)
    return Line(
        account,
        account_label(account),
        known.meaning if known else "",
        Money(amount, currency) if amount >= 0 else None,
        Money(-amount, currency) if amount < 0 else None,
    )
