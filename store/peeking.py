"""One value from the database, read past SQLAlchemy in a single exchange: what is asked before every public page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import PoolProxiedConnection

from store.errors import Unavailable


class Peek:
    """Asks over connections of its own where those of `engine` would begin a transaction and end it again."""

    def __init__(self, engine: Engine) -> None:
        self._error: type[Exception] = engine.dialect.import_dbapi().Error
        self._engine = engine
        if engine.dialect.name != "sqlite":
            self._engine = _idle_engine(engine)
            event.listen(engine, "engine_disposed", lambda _engine: self._engine.dispose())

    def __call__(self, statement: str) -> Any:  # noqa: ANN401 - one value of whatever kind
        """The first column of the first row, or None.

        A connection may have died since it was last used, so one that fails is tried once more, anew. Raises
        Unavailable when the database does not answer.
        """
        try:
            return self._try(statement)
        except (SQLAlchemyError, self._error):
            self._engine.dispose()  # the others are as old
        try:
            return self._try(statement)
        except (SQLAlchemyError, self._error) as error:
            raise Unavailable("The shop cannot read just now. Please try again in a moment.") from error

    def _try(self, statement: str) -> Any:  # noqa: ANN401 - as above
        connection = self._engine.raw_connection()
        try:
            return _first(connection, statement)
        except self._error:
            connection.invalidate()
            raise
        finally:
            connection.close()


def _first(connection: PoolProxiedConnection, statement: str) -> Any:  # noqa: ANN401 - as above
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        row = cursor.fetchone()
    finally:
        cursor.close()
    return row[0] if row else None


def _idle_engine(engine: Engine) -> Engine:
    """A few connections that hold no transaction, and are neither asked whether they live nor reset between uses."""
    return create_engine(
        engine.url,
        pool_size=4,
        max_overflow=0,
        pool_timeout=2,
        pool_reset_on_return=None,
        hide_parameters=True,
        connect_args={"options": "-c statement_timeout=2000", "connect_timeout": 3, "autocommit": True},
    )
