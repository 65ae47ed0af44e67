"""How Alembic reaches our tables. The caller hands over a connection, or the settings name the database."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from store import settings
from store.db import Database, Utc
from store.migrations.tables import metadata


def plain_types(kind: str, item: Any, _context: Any) -> str | Literal[False]:  # noqa: ANN401 - Alembic's own signature
    """Write our own column types as plain ones, so that old revisions never depend on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


def by_model(name: str | None, kind: str, _parents: object) -> bool:
    """The databases' own full text is no table of the models, nor are those that SQLite keeps it in."""
    return kind != "table" or not (name or "").startswith("search_text")


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=plain_types,
        include_name=by_model,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        transactional_ddl=True,  # SQLite too: a migration killed midway leaves nothing
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with Database(settings.load().database_url).engine.connect() as own:
        migrate(own)
