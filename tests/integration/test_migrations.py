"""The history of the tables: there, back and there again, on both databases, and never beside the models."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from store import paths
from store.catalog.models import PriceChange
from store.db import Database
from store.migrations import commands


@pytest.fixture
def empty(databases):
    url = databases.empty()
    db = Database(url)
    yield db
    db.engine.dispose()
    databases.drop(url)


def shape(db):
    """Every table with its columns, indexes and constraints."""
    look = inspect(db.engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(table)],
            sorted(
                (index["name"], str(index["column_names"]), bool(index["unique"])) for index in look.get_indexes(table)
            ),
            sorted(check["name"] for check in look.get_check_constraints(table)),
            sorted(str(key["constrained_columns"]) for key in look.get_foreign_keys(table)),
        )
        for table in look.get_table_names()
    }


def triggers(db):
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if db.is_sqlite else (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )  # fmt: skip
    with db.engine.connect() as connection:
        return sorted(row[0] for row in connection.exec_driver_sql(query))


def test_up_down_and_up_again_ends_where_it_began(empty):
    commands.upgrade(empty)
    assert commands.is_current(empty)
    there, guarded = shape(empty), triggers(empty)
    assert {"stock_movement", "journal_entry", "posting", "checkout", "order"} <= set(there)
    assert len(guarded) == (64 if empty.is_sqlite else 26)

    commands.downgrade(empty, "base")
    assert set(shape(empty)) == {"alembic_version"}
    assert triggers(empty) == []
    assert not commands.is_current(empty)

    commands.upgrade(empty)
    assert (shape(empty), triggers(empty)) == (there, guarded)


def test_the_tables_are_what_the_models_say(empty):
    commands.upgrade(empty)
    assert commands.drift(empty) is None


def test_a_table_that_nobody_migrated_is_noticed(empty):
    commands.upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE attention ADD COLUMN surprise INTEGER")
    assert "surprise" in commands.drift(empty)


def test_upgrading_twice_changes_nothing(empty):
    commands.upgrade(empty)
    there = shape(empty)
    commands.upgrade(empty)
    assert shape(empty) == there


def test_history_has_one_end():
    assert len(ScriptDirectory(str(paths.MIGRATIONS)).get_heads()) == 1


def test_what_was_charged_before_prices_had_a_history_counts_as_charged(empty):
    commands.upgrade(empty, "0002")
    with empty.engine.begin() as connection:
        for statement in (
            "INSERT INTO product (id, slug, title, line, description, details, kind, status, published_at, created_at,"
            " updated_at) VALUES (7, 'tee', 'Tee', '', '', '[]', 'physical', 'active', '2026-11-02', '2026-11-01',"
            " '2026-11-01')",
            "INSERT INTO variant (id, product_id, sku, label, position, weight_grams, tax_class, stocked)"
            " VALUES (9, 7, 'TEE', '', 0, 0, 'goods', true)",
            "INSERT INTO variant_price (variant_id, currency, amount) VALUES (9, 'usd', 3400)",
        ):
            connection.exec_driver_sql(statement)
    commands.upgrade(empty)
    with empty.reader() as reader:
        (change,) = reader.scalars(select(PriceChange)).all()
    assert (change.variant_id, change.currency, change.amount, change.actor) == (9, "usd", 3400, "system")
    assert (change.at.month, change.at.day) == (11, 2)
