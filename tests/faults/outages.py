"""Databases that are away, full, read-only or refuse one table, each until the test lets it be well again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import event

from tests.shop import Shop

Cure = Callable[[], None]


def goes_away(shop: Shop) -> Cure:
    """New connections fail; those in use are cut (PostgreSQL) or closed as soon as they are given back (SQLite)."""
    if not shop.db.is_sqlite:
        return _postgresql(shop, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")
    shop.db.engine.dispose()
    file = Path(shop.db.engine.url.database)
    file.rename(f"{file}.away")
    file.mkdir()  # what is a folder cannot be opened as a database

    def comes_back() -> None:
        file.rmdir()
        Path(f"{file}.away").rename(file)

    return comes_back


def turns_read_only(shop: Shop) -> Cure:
    """As after a failover to a replica, or on a file system that was mounted read-only."""
    if not shop.db.is_sqlite:
        name = "default_transaction_read_only"
        return _postgresql(shop, f"SET {name} = on", f"RESET {name}")
    return _pragma(shop, "query_only = ON")


def loses_its_folder(shop: Shop) -> Cure:
    """SQLite: beside the database nothing can be written any more."""
    file = Path(f"{shop.db.engine.url.database}.lock")
    file.unlink(missing_ok=True)
    file.mkdir()
    return file.rmdir


def fills_up(shop: Shop, table: str) -> Cure:
    """Not one more page fits; on PostgreSQL `table` says what the server says when its disk is full."""
    if not shop.db.is_sqlite:
        return refuses(shop, table, "53100")
    shop.db.engine.dispose()
    return _pragma(shop, f"max_page_count = {shop.value('PRAGMA page_count')}")


def refuses(shop: Shop, table: str, state: str = "P0001") -> Cure:
    """No row can be written to `table`; PostgreSQL says so with this SQLSTATE."""
    if shop.db.is_sqlite:
        shop.write(f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END")
        return lambda: shop.write("DROP TRIGGER broken")
    raises = f"RAISE EXCEPTION 'broken' USING ERRCODE = '{state}'"
    shop.write(f"CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raises}; END $$")
    shop.write(f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION broken()")

    def cure() -> None:
        shop.write(f"DROP TRIGGER broken ON {table}")
        shop.write("DROP FUNCTION broken")

    return cure


@contextlib.contextmanager
def until_the_end(cure: Cure) -> Iterator[None]:
    try:
        yield
    finally:
        cure()


def _pragma(shop: Shop, pragma: str) -> Cure:
    """On every connection from now on."""

    def set_it(connection, _record):
        connection.execute(f"PRAGMA {pragma}")

    event.listen(shop.db.engine, "connect", set_it)
    shop.db.engine.dispose()

    def cure() -> None:
        event.remove(shop.db.engine, "connect", set_it)
        shop.db.engine.dispose()

    return cure


def _postgresql(shop: Shop, ill: str, well: str) -> Cure:
    """Another database of the same server stays well, and from there this one is changed."""
    url = shop.settings.database_url.replace("+psycopg", "")
    name = url.split("@/")[1].split("?")[0]

    def alter(change: str) -> None:
        with psycopg.connect(url.replace(name, "postgres"), autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" {change}')
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    alter(ill)
    return lambda: alter(well)


def paid_once(shop):
    """One order of one tee, one payment at Stripe, one session."""
    listed = shop.account.v1.checkout.sessions.list({"limit": 100}).data
    assert [one.payment_status for one in listed if one.status != "expired"] == ["paid"]
    assert (shop.counts()["order"], shop.counts()["payment"], shop.level(shop.tee)) == (1, 1, (5, 1))
    assert shop.attention() == []
    return True
