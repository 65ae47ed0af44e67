"""A large catalogue beside the demo, made by the database itself: three sizes each, with prices, stock, a picture, and what
lists are sorted by; words to find them by are another benchmark's."""

from __future__ import annotations

from sqlalchemy import text

from store.clock import utc_now
from store.db import Database

FIRST = 1_000_000
NUMBERED = "WITH RECURSIVE made(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < :count)"
SIZES = f"{NUMBERED}, size(k) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2)"
VARIANT = f"{FIRST} + n * 3 + k"
TABLES = (
    ("product (id, slug, number, title, line, description, details, kind, status, published_at, created_at, updated_at)",
     f"{NUMBERED} SELECT {FIRST} + n, 'made-' || n, 'M' || n, 'Made ' || n, 'A thing.', 'Words about it.', '[]', 'physical',"
     " 'active', CAST(:now AS TIMESTAMP), CAST(:now AS TIMESTAMP), CAST(:now AS TIMESTAMP) FROM made"),
    ("variant (id, product_id, sku, label, position, weight_grams, tax_class, stocked)",
     f"{SIZES} SELECT {VARIANT}, {FIRST} + n, 'MADE-' || n || '-' || k, '', k, 200, 'goods', true FROM made, size"),
    ("variant_price (variant_id, currency, amount)", f"{SIZES} SELECT {VARIANT}, 'usd', 2000 + n % 3000 FROM made, size"),
    ("search_price (currency, product_id, lowest, cells)",
     f"{NUMBERED} SELECT 'usd', {FIRST} + n, 2000 + n % 3000, '[[0,' || (2000 + n % 3000) || ',null,null],[1,' || (2000 + n % 3000) || ',null,null],[2,'"
     " || (2000 + n % 3000) || ',null,null]]' FROM made"),
    ("stock_level (variant_id, on_hand, reserved, short, backorder_limit)",
     f"{SIZES} SELECT {VARIANT}, 50, 0, 0, 0 FROM made, size"),
    ("product_picture (id, product_id, picture_id, position, alt, caption)",
     f"{NUMBERED} SELECT {FIRST} + n, {FIRST} + n, (SELECT MIN(id) FROM picture), 0, 'A drawing.', '' FROM made"),
)  # fmt: skip


def fill(db: Database, count: int) -> None:
    """So many products more, all on sale since a moment ago."""
    now = utc_now().replace(tzinfo=None).isoformat(" ", "microseconds")
    for table, rows in TABLES:
        # SQLite takes the WITH of an INSERT before its SELECT, as PostgreSQL does; a cast of its would cut the text.
        told = rows.replace("CAST(:now AS TIMESTAMP)", ":now") if db.is_sqlite else rows
        bound = {"count": count, "now": now} if ":now" in told else {"count": count}
        db.run(lambda session, table=table, told=told, bound=bound: session.execute(text(f"INSERT INTO {table} {told}"), bound))  # fmt: skip
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
