"""`store/db.py` keeps its promises on both databases: whole or nothing, again when it helps, nobody starved."""

import subprocess
import sys
import threading
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from store.db import ATTEMPTS, Database, lock
from store.errors import Unavailable
from store.stock.models import LiveCheckoutCount


@pytest.fixture
def db(database_url):
    db = Database(database_url)
    yield db
    db.engine.dispose()


def put(session, owner="a", count=1):
    session.execute(text("INSERT INTO live_checkout_count (owner, count) VALUES (:o, :c)"), {"o": owner, "c": count})


def counts(db):
    with db.reader() as reader:
        rows = reader.execute(text("SELECT owner, count FROM live_checkout_count"))
        return dict(tuple(row) for row in rows)


def test_run_inside_run_is_refused_and_nothing_of_it_stays(db):
    def work(session):
        put(session)
        db.run(put)

    with pytest.raises(RuntimeError, match=r"run\(\) inside run\(\)"):
        db.run(work)
    assert counts(db) == {}
    db.run(put)  # and the way is free again
    assert counts(db) == {"a": 1}


def test_what_raises_leaves_nothing_behind(db):
    def work(session):
        put(session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        db.run(work)
    assert counts(db) == {}


def test_a_constraint_is_no_reason_to_try_again(db):
    db.run(put)
    tries = []

    def work(session):
        tries.append(1)
        put(session)

    with pytest.raises(IntegrityError):
        db.run(work)
    assert (len(tries), counts(db)) == (1, {"a": 1})


class Said(Exception):
    """An error of the driver's with the code that it says."""

    def __init__(self, db, postgresql, sqlite):
        super().__init__("as the test wants it")
        if db.is_sqlite:
            self.sqlite_errorcode = sqlite
        else:
            self.sqlstate = postgresql


RETRYABLE = {"serialization": ("40001", 5), "deadlock": ("40P01", 517), "lock not free": ("55P03", 6)}


@pytest.mark.parametrize("what", RETRYABLE)
def test_a_conflict_of_transactions_is_done_again_as_a_whole(db, what):
    tries = []

    def work(session):
        tries.append(1)
        put(session, f"try-{len(tries)}")
        if len(tries) < 3:
            raise OperationalError("", {}, Said(db, *RETRYABLE[what]))
        return "done"

    assert db.run(work) == "done"
    assert counts(db) == {"try-3": 1}


def test_a_database_that_stays_busy_is_unavailable_after_some_tries(db):
    tries = []

    def work(session):
        put(session)
        tries.append(1)
        raise OperationalError("", {}, Said(db, "40001", 5))

    with pytest.raises(Unavailable):
        db.run(work)
    assert (len(tries), counts(db)) == (ATTEMPTS, {})


@pytest.mark.parametrize("repeatable", [False, True])
def test_a_connection_lost_before_commit_is_done_again_and_one_lost_during_commit_only_if_repeatable(
    db, monkeypatch, repeatable
):
    tries = []

    def lost():
        return DBAPIError("", {}, Exception("gone"), connection_invalidated=True)

    def work(session):
        tries.append(1)
        put(session, f"try-{len(tries)}")
        if len(tries) == 1:
            raise lost()
        if len(tries) == 2:
            monkeypatch.setattr(session, "commit", lambda: (_ for _ in ()).throw(lost()))

    if repeatable:
        db.run(work, repeatable=True)
        assert counts(db) == {"try-3": 1}
    else:
        with pytest.raises(Unavailable):
            db.run(work)
        assert (len(tries), counts(db)) == (2, {})


def test_a_server_that_cuts_the_line_mid_transaction_is_met_with_another_try(postgresql):
    db = Database(postgresql.make())
    tries = []

    def work(session):
        tries.append(1)
        put(session, f"try-{len(tries)}")
        if len(tries) == 1:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(db.url.replace("+psycopg", ""), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            session.execute(text("SELECT 1"))

    db.run(work)
    assert counts(db) == {"try-2": 1}
    db.engine.dispose()
    postgresql.drop(db.url)


def test_two_that_lock_each_other_out_both_come_through(db):
    """PostgreSQL ends one of a deadlocked pair; SQLite's writers queue and cannot meet."""
    db.run(lambda session: (put(session, "a", 0), put(session, "b", 0)))
    together = threading.Barrier(2)

    def add(first, second):
        tries = []

        def work(session):
            plus = text("UPDATE live_checkout_count SET count = count + 1 WHERE owner = :owner")
            session.execute(plus, {"owner": first})
            tries.append(1)
            if len(tries) == 1 and not db.is_sqlite:
                together.wait(5)
            session.execute(plus, {"owner": second})

        db.run(work)

    threads = [threading.Thread(target=add, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counts(db) == {"a": 2, "b": 2}


def test_a_savepoint_undoes_its_own_part_only(db):
    def work(session):
        put(session, "kept")
        savepoint = session.begin_nested()
        put(session, "undone")
        savepoint.rollback()
        put(session, "kept too")

    db.run(work)
    assert counts(db) == {"kept": 1, "kept too": 1}


def test_locking_reads_afresh_what_the_session_knew_before(db):
    db.run(put)

    def work(session):
        known = session.get(LiveCheckoutCount, "a")
        change = text("UPDATE live_checkout_count SET count = 7")
        if db.is_sqlite:  # its writers queue, nobody can come in between: the same session, behind its own back
            session.execute(change)
        else:
            with db.engine.begin() as other:
                other.execute(change)
        before = known.count
        return before, lock(session, LiveCheckoutCount, "a").count

    assert db.run(work) == (1, 7)
    assert db.run(lambda session: lock(session, LiveCheckoutCount, "nobody")) is None


def test_a_snapshot_sees_one_moment_and_a_reader_the_newest(db):
    db.run(put)
    with db.snapshot() as snapshot, db.reader() as reader:
        query = text("SELECT COUNT(*) FROM live_checkout_count")
        assert (snapshot.scalar(query), reader.scalar(query)) == (1, 1)
        db.run(lambda session: put(session, "b"))
        assert (snapshot.scalar(query), reader.scalar(query)) == (1, 2)


def test_a_reader_keeps_no_writer_waiting(db):
    db.run(put)
    with db.reader() as reader:
        reader.execute(text("SELECT * FROM live_checkout_count")).all()
        db.run(lambda session: session.execute(text("UPDATE live_checkout_count SET count = 2")))
    assert counts(db) == {"a": 2}


def test_every_connection_to_sqlite_is_durable_and_guarded(sqlite):
    db = Database(sqlite.make())
    with ExitStack() as stack:
        for _ in range(20):  # more than the pool keeps
            connection = stack.enter_context(db.engine.execution_options(isolation_level="AUTOCOMMIT").connect())
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            assert [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas] == [
                "wal",
                2,
                1,
                5000,
            ]
    db.engine.dispose()


def test_a_connection_to_postgresql_never_waits_for_ever(postgresql):
    url = postgresql.make()
    db = Database(url)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_isolation")
    with db.reader() as reader:
        values = [reader.scalar(text(f"SHOW {name}")) for name in names]
    assert values == ["10s", "5s", "30s", "read committed"]
    db.engine.dispose()
    postgresql.drop(url)


def test_many_processes_writing_lose_nothing_and_nobody_starves(db):
    db.run(lambda session: put(session, "all", 0))
    names, each = ("ana", "ben", "cleo"), 60
    command = [sys.executable, "-m", "tests.integration.writer", db.url]
    writers = [
        subprocess.Popen([*command, name, str(each)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    waits = []
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        out, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0
        waits.append(float(out))
    written = counts(db)
    assert written.pop("all") == len(names) * each
    assert sorted(written) == sorted(f"{name}-{number}" for name in names for number in range(each))
    assert max(waits) < 3, waits


@pytest.mark.parametrize("table", ["stock_movement", "journal_entry", "posting"])
def test_what_explains_everything_else_can_neither_be_changed_nor_deleted(shop, table):
    shop.buy(shop.make_item())
    before = shop.rows(f"SELECT * FROM {table} ORDER BY id")
    assert before
    for statement in (f"UPDATE {table} SET id = id + 1000", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match=f"{table} is append-only"):
            shop.write(statement)
    assert shop.rows(f"SELECT * FROM {table} ORDER BY id") == before
