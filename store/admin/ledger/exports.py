"""The books as spreadsheets take them: amounts as people write them, debits and credits apart, none negative. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from store.money import Money, plain
from store.payments.ledger.accounts import account_label
from store.payments.ledger.reports import Entry
from store.payments.ledger.trial import Trial

TRIAL_COLUMNS = (
    "currency",
    "account",
    "label",
    "opening_debit",
    "opening_credit",
    "debit",
    "credit",
    "closing_debit",
    "closing_credit",
)


def trial_rows(trials: Iterable[Trial]) -> Iterator[list[str]]:
    for trial in trials:
        for line in trial.lines:
            amounts = (*_apart(line.opening), line.debit, line.credit, *_apart(line.closing))
            cells = [plain(Money(amount, trial.currency)) for amount in amounts]
            yield [trial.currency.upper(), line.account, account_label(line.account), *cells]


ENTRY_COLUMNS = (
    "entry",
    "date",
    "time",
    "kind",
    "source_type",
    "source",
    "order",
    "payment",
    "currency",
    "account",
    "debit",
    "credit",
)


def entry_rows(entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[list[str | int]]:
    """A row for each posting, on Stripe's date as the shop's zone counts it."""
    for entry in entries:
        row, at = entry.entry, entry.entry.booked_at.astimezone(zone)
        begin: list[str | int] = [row.id, f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", row.kind, row.source_type, row.source_id]
        named = [entry.order_number or "", entry.payment_intent or "", row.currency.upper()]
        for posting in row.postings:
            cells = [plain(Money(amount, row.currency)) for amount in _apart(posting.amount)]
            yield [*begin, *named, posting.account, *cells]


def _apart(amount: int) -> tuple[int, int]:
    return max(amount, 0), max(-amount, 0)
