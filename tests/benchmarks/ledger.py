"""The page of the ledger over the books of many orders: `python -m tests.benchmarks.ledger [ORDERS]`, both databases.

Generates two years of orders, each sold and settled, one in ten refunded and one in fifty exchanged, then times what
the page asks. Prints milliseconds, warm.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from store.db import Database
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
            {series} SELECT {first} + n, '{kind}', '{source}', '{source}_' || n, n, {currency}, {moment}, {moment}
            FROM series WHERE {where}"""

    def postings(first, account, amount, where="true"):
        return f"""INSERT INTO posting (entry_id, account, amount) {series}
            SELECT {first} + n, '{account}', {amount} FROM series WHERE {where}"""

    sale, settled, refund = 0, orders, 2 * orders
    total, fee = "(3550 + n % 1000)", "(130 + n % 30)"
    tenth = "n % 10 = 0"
    statements = [
        f"""INSERT INTO payment (id, payment_intent, stage, amount, currency, livemode, created_at, paid_at)
            {series} SELECT n, 'payment_intent_' || n, 'paid', {total}, 'usd', false, {moment}, {moment} FROM series""",
        f"""INSERT INTO balance_transaction (id, stripe_id, type, payment_id, source_id, currency, amount, fee, net,
            happened_at) {series} SELECT n, 'balance_transaction_' || n, 'charge', n, 'ch_' || n, 'usd', {total}, {fee},
            {total} - {fee}, {moment} FROM series""",
        entries("sale", "payment_intent", sale),
        entries("settlement", "balance_transaction", settled),
        entries("refund", "refund", refund, tenth),
        postings(sale, "stripe_clearing", total),
        postings(sale, "sales", f"550 - {total}"),
        postings(sale, "shipping", "-550"),
        postings(settled, "stripe_balance", f"{total} - {fee}"),
        postings(settled, "fees", fee),
        postings(settled, "stripe_clearing", f"-{total}"),
        postings(refund, "refunds", "1000", tenth),
        postings(refund, "stripe_clearing", "-1000", tenth),
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


def main() -> None:
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 85_000
    with tempfile.TemporaryDirectory() as folder:
        for factory in (SqliteFactory, PostgresqlFactory):
            place = Path(folder) / factory.__name__
            place.mkdir()
            db = Database(factory(place).make())
            begun = time.perf_counter()
            generate(db, orders)
            print(db.engine.dialect.name, f"generated in {time.perf_counter() - begun:.1f} s")
            with db.reader() as reader:
                print(reader.execute(text("SELECT COUNT(*) FROM posting")).scalar(), "postings")
                for name, query in QUERIES.items():
                    print(f"  {timed(lambda: reader.execute(text(query)).all()):8.1f} ms  {name}")
            db.engine.dispose()


QUERIES = {
    "sum of everything": """SELECT entry.currency, posting.account,
        SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END)
        FROM journal_entry entry JOIN posting ON posting.entry_id = entry.id GROUP BY 1, 2""",
    "sum of a month": """SELECT entry.currency, posting.account,
        SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END)
        FROM journal_entry entry JOIN posting ON posting.entry_id = entry.id
        WHERE entry.booked_at >= '2026-10-24' AND entry.booked_at < '2026-11-24' GROUP BY 1, 2""",
    "clearing by payment, all": """SELECT entry.payment_id, entry.currency, SUM(amount) FROM posting
        JOIN journal_entry entry ON posting.entry_id = entry.id
        WHERE posting.account = 'stripe_clearing' GROUP BY 1, 2 HAVING SUM(amount) <> 0""",
}

if __name__ == "__main__":
    main()
