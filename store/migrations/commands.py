"""What `flask db` and the tests ask of Alembic."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from store import paths
from store.db import Database


def upgrade(db: Database, revision: str = "head") -> None:
    with db.engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(db: Database, revision: str) -> None:
    with db.engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def drift(db: Database) -> str | None:
    """How the tables in the database differ from the models, in a sentence; None when they agree."""
    with db.engine.connect() as connection:
        try:
            command.check(_config(connection))
        except CommandError as error:
            return str(error)
    return None


def is_current(db: Database) -> bool:
    """Whether the database stands at the newest revision."""
    with db.reader() as reader:
        current = MigrationContext.configure(reader.connection()).get_current_heads()
    return set(current) == _heads()


@cache
def _heads() -> set[str]:
    return set(ScriptDirectory(str(paths.MIGRATIONS)).get_heads())


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    config.attributes["connection"] = connection
    return config
