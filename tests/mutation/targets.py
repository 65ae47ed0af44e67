"""The pure modules of money and stock whose every mutant is tried, each with the tests that have to notice."""

from __future__ import annotations

import tomllib
from pathlib import Path

SURVIVORS = Path(__file__).with_name("survivors.toml")
"""What no test can tell from the original, or need not: each with its reason."""

PURE = {
    "store/money.py": ["test_money.py"],
    "store/stock/levels.py": ["test_levels.py"],
    "store/orders/lifecycle.py": ["test_lifecycle.py", "test_fulfilment_parcels.py"],
    "store/orders/buyers.py": ["test_buyers.py"],
    "store/orders/standing.py": ["test_standing.py"],
    "store/fulfilment/parcels.py": ["test_fulfilment_parcels.py"],
    "store/payments/units.py": ["test_units.py"],
    "store/payments/facts.py": ["test_facts.py"],
    "store/payments/joins.py": ["test_joins.py"],
    "store/payments/skew.py": ["test_skew.py"],
    "store/payments/requests.py": ["test_requests.py"],
    "store/payments/balance_facts.py": ["test_balance_facts.py"],
    "store/payments/refunds/rules.py": ["test_refund_rules.py", "test_refund_states.py"],
    "store/payments/refunds/facts.py": ["test_refund_facts.py"],
    "store/payments/disputes/facts.py": ["test_dispute_facts.py"],
    "store/payments/disputes/joining.py": ["test_dispute_joining.py"],
    "store/payments/disputes/words.py": ["test_dispute_words.py"],
    "store/payments/ledger/accounts.py": ["test_accounts.py"],
    "store/payments/ledger/settlement.py": ["test_settlement.py"],
    "store/payments/ledger/trial.py": ["test_trial.py"],
    "store/payments/ledger/comparing.py": ["test_comparing.py"],
}
PURE = {module: [f"tests/unit/{name}" for name in tests] for module, tests in PURE.items()}

SQL = {
    "store/stock/repository.py": ["test_settling.py", "test_stock_service.py", "test_limits.py", "test_shipping.py"],
    "store/stock/service.py": ["test_stock_service.py"],
    "store/stock/returns.py": ["test_refunds.py", "test_refunds_told.py"],
    "store/stock/shelf.py": ["test_stock_service.py"],
    "store/stock/shortage.py": ["test_stock_service.py"],
    "store/payments/settle.py": [
        "test_settling.py",
        "test_settling_strangers.py",
        "test_delayed_payment.py",
        "test_rule_18_recovered.py",
        "test_rule_19_on_its_way.py",
        "test_inbox.py",
    ],
    "store/payments/inbox.py": [
        "test_inbox.py",
        "test_events_again.py",
        "test_other_versions.py",
        "test_refunds_told.py",
        "test_disputes.py",
    ],
    "store/payments/repository.py": [
        "test_sweeping.py",
        "test_settling.py",
        "test_settling_strangers.py",
        "test_rule_18_recovered.py",
        "test_inbox.py",
        "test_accepting.py",
    ],
    "store/payments/accepting.py": ["test_accepting.py", "test_restored.py"],
    "store/payments/rebuilding.py": ["test_restored.py"],
    "store/payments/releasing.py": ["test_releasing.py"],
    "store/payments/locking.py": ["test_payments_come_along.py", "test_settling.py"],
    "store/payments/restating.py": ["test_refunds.py", "test_disputes.py", "test_accepting.py"],
    "store/payments/refunds/repository.py": ["test_refunds.py", "test_refunds_lost.py", "test_refunds_told.py"],
    "store/payments/refunds/reserving.py": [
        "test_refunds.py",
        "test_refunds_automatic.py",
        "test_refunds_lost.py",
        "test_refunds_told.py",
    ],
    "store/payments/refunds/effects.py": [
        "test_refunds.py",
        "test_refunds_automatic.py",
        "test_refunds_lost.py",
        "test_refunds_told.py",
    ],
    "store/payments/refunds/joining.py": ["test_refunds_told.py", "test_refunds_lost.py", "test_refunds_automatic.py"],
    "store/payments/refunds/sending.py": ["test_refunds_lost.py", "test_refunds_told.py"],
}
"""Modules of which a sample can be tried by hand, on SQLite: minutes each."""
SQL = {module: ["-ksqlite", *(f"tests/integration/{name}" for name in tests)] for module, tests in SQL.items()}


def tests_of(module: str) -> list[str]:
    """What to give to pytest; raises KeyError for a module that is not listed here."""
    return ["--noconftest", *PURE[module]] if module in PURE else SQL[module]


def explained(module: str) -> dict[str, str]:
    """The reason of each survivor of a module that somebody has looked at, by its name."""
    return tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get(module, {})
