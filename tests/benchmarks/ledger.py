"""The page of the ledger over the books of many orders: `python -m tests.benchmarks.ledger [ORDERS]`, both databases.

Generates two years of orders, each sold and settled, one in ten refunded, one in a thousand of the refunds never moved by
Stripe, then times what the page asks. Prints milliseconds, warm.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from store.db import Database
from store.payments.ledger import reports, sides
from store.payments.ledger.accounts import BALANCE
from store.payments.ledger.closing import Closing
from store.payments.ledger.comparing import of_movements, of_payments, of_payouts
from store.payments.ledger.trial import moved_on, trial_balances
from tests.databases import PostgresqlFactory, SqliteFactory

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAYS = 730

SERIES = {
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :orders)",
    "postgresql": "WITH series(n) AS (SELECT generate_series(1, :orders))",
}
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', {epoch} + {step} * n, 'unixepoch') || '000'",
    "postgresql": "to_timestamp({epoch} + {step} * n)",
}


def generate(db: Database, orders: int) -> None:
    """Fills an empty, migrated database; seconds apart, so that every day has its share."""
    dialect = "sqlite" if db.is_sqlite else "postgresql"
    epoch = int((NOW - timedelta(days=DAYS)).timestamp())
    moment = MOMENT[dialect].format(epoch=epoch, step=DAYS * 86400 // orders)
    series = SERIES[dialect]

    def entries(kind, source, first, where="true", currency="'usd'"):
        return f"""INSERT INTO journal_entry (id, kind, source_type, source_id, payment_id, currency, booked_at, created_at)
            {series} SELECT {first} + n, '{kind}', '{source.removesuffix("_back")}', '{source}_' || n, n, {currency}, {moment}, {moment}
            FROM series WHERE {where}"""

    def postings(first, account, amount, where="true"):
        return f"""INSERT INTO posting (entry_id, account, amount) {series}
            SELECT {first} + n, '{account}', {amount} FROM series WHERE {where}"""

    sale, settled, refund, back = 0, orders, 2 * orders, 3 * orders
    total, fee = "(3550 + n % 1000)", "(130 + n % 30)"
    tenth, gone = "n % 10 = 0", "n % 10 = 0 AND n % 10000 > 0"
    statements = [
        f"""INSERT INTO payment (id, payment_intent, stage, amount, currency, livemode, created_at, paid_at)
            {series} SELECT n, 'payment_intent_' || n, 'paid', {total}, 'usd', false, {moment}, {moment} FROM series""",
        f"""INSERT INTO balance_transaction (id, stripe_id, type, payment_id, source_id, currency, amount, fee, net,
            happened_at) {series} SELECT n, 'balance_transaction_' || n, 'charge', n, 'ch_' || n, 'usd', {total}, {fee},
            {total} - {fee}, {moment} FROM series""",
        f"""INSERT INTO balance_transaction (id, stripe_id, type, payment_id, source_id, currency, amount, fee, net,
            happened_at) {series} SELECT {orders} + n, 'balance_transaction_back_' || n, 'refund', n, 're_' || n, 'usd',
            -1000, 0, -1000, {moment} FROM series WHERE {gone}""",
        entries("sale", "payment_intent", sale),
        entries("settlement", "balance_transaction", settled),
        entries("refund", "refund", refund, tenth),
        entries("settlement", "balance_transaction_back", back, gone),
        postings(sale, "stripe_clearing", total),
        postings(sale, "sales", f"550 - {total}"),
        postings(sale, "shipping", "-550"),
        postings(settled, "stripe_balance", f"{total} - {fee}"),
        postings(settled, "fees", fee),
        postings(settled, "stripe_clearing", f"-{total}"),
        postings(refund, "refunds", "1000", tenth),
        postings(refund, "stripe_clearing", "-1000", tenth),
        postings(back, "stripe_balance", "-1000", gone),
        postings(back, "stripe_clearing", "1000", gone),
    ]
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), {"orders": orders})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if db.is_sqlite else "VACUUM ANALYZE")


def timed(work, rounds=5) -> float:
    """Milliseconds, the median of some rounds after a first one."""
    work()
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)[rounds // 2]


def page(db: Database, start: datetime, end: datetime) -> None:
    """All that the page of the ledger asks for a period."""
    with db.reader() as reader:
        trials = trial_balances(reports.sums_until(reader, start), reports.sums_until(reader, end))
        in_sum = moved_on(BALANCE, trials) != sides.net_moved(reader, start, end)
        assert not in_sum
        of_payments(sides.payments_that_differ(reader, start, end), NOW)
        of_payouts(sides.payouts_of(reader, start, end), NOW)
        of_movements(sides.movements_that_differ(reader, start, end, in_sum=in_sum))


def measure(db: Database) -> dict[str, float]:
    month, year = NOW - timedelta(days=31), NOW - timedelta(days=365)
    with db.reader() as reader:
        asked = {
            "the page, a month": lambda: page(db, month, NOW),
            "the page, a year": lambda: page(db, year, NOW),
            "trial balance alone, a month": lambda: (
                reports.sums_until(reader, month),
                reports.sums_until(reader, NOW),
            ),
            "payments that differ, a month": lambda: sides.payments_that_differ(reader, month, NOW),
            "movements that differ, a month": lambda: (
                sides.net_moved(reader, month, NOW),
                sides.movements_that_differ(reader, month, NOW, in_sum=False),
            ),
            "50 entries on an account": lambda: reports.list_entries(reader, month, NOW, 51, account="fees"),
            "50 entries on a rare one": lambda: reports.list_entries(reader, month, NOW, 51, account="bank"),
        }
        return {name: timed(work) for name, work in asked.items()}


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 97_000
    with tempfile.TemporaryDirectory() as folder:
        for factory in (SqliteFactory, PostgresqlFactory):
            place = Path(folder) / factory.__name__
            place.mkdir()
            db = Database(factory(place).make())
            generate(db, orders)
            begun = time.perf_counter()
            Closing(db, lambda: NOW).close_days()
            closing = time.perf_counter() - begun
            with db.reader() as reader:
                postings = reader.execute(text("SELECT COUNT(*) FROM posting")).scalar()
            print(f"{db.engine.dialect.name}: {postings:,} postings, {DAYS} days closed in {closing:.1f} s")
            for name, took in measure(db).items():
                print(f"  {took:8.1f} ms  {name}")
            db.engine.dispose()


if __name__ == "__main__":
    main()
