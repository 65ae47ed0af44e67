"""A single value, read before every public page: over connections that may have died, and never made up."""

import pytest
from sqlalchemy import text

from store.db import Database
from store.errors import Unavailable

ONE = "SELECT 1"


@pytest.fixture
def db(database_url):
    db = Database(database_url)
    yield db
    db.engine.dispose()


def test_one_value_or_none(db):
    assert db.peek(ONE) == 1
    assert db.peek("SELECT slot, number FROM catalog_edition ORDER BY slot") == 0
    assert db.peek("SELECT 1 WHERE 1 = 2") is None


def test_what_was_committed_is_read_at_once(db):
    for number in (5, 9):
        db.run(lambda session, number=number: session.execute(
            text("UPDATE catalog_edition SET number = :number WHERE slot = 3"), {"number": number}))  # fmt: skip
        assert db.peek("SELECT number FROM catalog_edition WHERE slot = 3") == number


def test_nothing_is_left_open_that_a_writer_would_wait_for(db):
    for _ in range(20):
        db.peek(ONE)
    assert db.run(lambda session: session.scalar(text(ONE))) == 1


def test_connections_that_died_meanwhile_are_made_anew(db):
    db.peek(ONE)
    if not db.is_sqlite:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        with db.engine.connect() as connection:
            connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
    assert db.peek(ONE) == 1


def test_a_statement_that_fails_says_that_nothing_could_be_read(db):
    with pytest.raises(Unavailable):
        db.peek("SELECT number FROM no_such_table")
    assert db.peek(ONE) == 1


def test_a_database_that_is_not_there_is_unavailable():
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        away.peek(ONE)
    away.engine.dispose()
