"""The trial balance: what every account held, got and gave in a period, currency by currency. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from store.payments.ledger.accounts import ACCOUNTS

Sums = Mapping[tuple[str, str], tuple[int, int]]
"""Debits and credits, both not negative, by currency and account."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account in one currency; a balance is positive when debits prevail."""

    account: str
    opening: int
    debit: int
    credit: int
    closing: int


@dataclass(frozen=True, slots=True)
class Trial:
    """All accounts of a currency, with what they add up to."""

    currency: str
    lines: tuple[Line, ...]
    debit: int
    credit: int
    closing: int

    @property
    def balances(self) -> bool:
        return self.debit == self.credit and self.closing == 0


def trial_balances(before: Sums, until: Sums) -> list[Trial]:
    """From all that was booked before the period and until its end; the currency with the most accounts first."""
    currencies = {currency for currency, _ in until}
    trials = [_of_currency(currency, before, until) for currency in sorted(currencies)]
    return sorted(trials, key=lambda trial: (-len(trial.lines), trial.currency))


def moved_on(account: str, trials: Iterable[Trial]) -> dict[str, int]:
    """What the period added to an account, by currency; where that is nothing, the currency is left out."""
    lines = [(trial.currency, line) for trial in trials for line in trial.lines if line.account == account]
    return {currency: line.debit - line.credit for currency, line in lines if line.debit != line.credit}


def _of_currency(currency: str, before: Sums, until: Sums) -> Trial:
    order = {account: position for position, account in enumerate(ACCOUNTS)}
    accounts = [account for of, account in until if of == currency]
    lines = []
    for account in sorted(accounts, key=lambda account: (order.get(account, len(order)), account)):
        debit_before, credit_before = before.get((currency, account), (0, 0))
        debit, credit = until[currency, account]
        opening = debit_before - credit_before
        lines.append(Line(account, opening, debit - debit_before, credit - credit_before, debit - credit))
    return Trial(
        currency,
        tuple(lines),
        sum(line.debit for line in lines),
        sum(line.credit for line in lines),
        sum(line.closing for line in lines),
    )
