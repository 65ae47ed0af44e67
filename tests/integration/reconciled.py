"""A shop of which nobody has told anything, the reconciler, and what it has mended."""

from __future__ import annotations

from store.payments.reconciling.service import Reconciler
from tests.properties.confluence import work
from tests.shop import Shop


def reconcile(shop: Shop, **how):
    """Everything that has happened by now, and what the worker then has to do; the outcome."""
    outcome = Reconciler(shop.payments).reconcile(**how)
    work(shop)
    return outcome


def repairs(shop: Shop) -> list[tuple]:
    """(kind, subject) of each repair, in the order in which they were made."""
    return shop.rows("SELECT kind, subject FROM repair ORDER BY id")


def written(shop: Shop) -> dict[str, int]:
    """How many rows each table has."""
    tables = [
        *shop.counts(), "webhook_event", "repair", "attention", "order_event", "foreign_count", "posting", "refund",
        "dispute", "fraud_warning", "balance_transaction",
    ]  # fmt: skip
    return {table: shop.value(f'SELECT COUNT(*) FROM "{table}"') for table in tables}
