"""The database: reads through an autocommit session, writes only inside `Database.run`, which alone commits.

SQLite and PostgreSQL behave alike behind this module. On SQLite the writers of all processes queue on a lock file
beside the database (its own busy handler starves a writer for seconds), then take BEGIN IMMEDIATE, and every commit is
on disk before it is answered (synchronous=FULL). PostgreSQL runs READ COMMITTED; rows are locked one by one.
"""

from __future__ import annotations

import contextlib
import enum
import fcntl
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    ExceptionContext,
    Integer,
    MetaData,
    create_engine,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from store.errors import Unavailable
from store.peeking import Peek

T = TypeVar("T")
Row = TypeVar("Row", bound="Base")

ATTEMPTS = 6
HIDE_PARAMETERS = True
"""What people have typed stays out of the messages of errors, and so out of the log."""
# PostgreSQL: serialization failure, deadlock, lock not available in time.
RETRYABLE_STATES = {"40001", "40P01", "55P03"}
READS_ONLY_STATE = "25006"
_inside_run: ContextVar[bool] = ContextVar("inside_run", default=False)


class Utc(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite would drop the zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; constraints are named so that migrations can drop them again."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: Utc()}  # noqa: RUF012 - SQLAlchemy reads it from the class


Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Ref = BigInteger().with_variant(Integer, "sqlite")
Amount = Annotated[int, mapped_column(BigInteger)]
"""Minor units of the row's currency."""


def choice(kind: type[enum.StrEnum], name: str) -> Enum:
    """A column that holds one of `kind`'s values as text, guarded by a CHECK named for it."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda kinds: [member.value for member in kinds],
    )


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


class Database:
    """One engine, and the only ways to use it: `reader()` and `run()`; and `peek`, for a single value."""

    def __init__(self, url: str, info: Mapping[str, object] | None = None) -> None:
        """`info` is what every writing session carries for those who look into `Session.info`."""
        self.url = url
        self.info = dict(info or {})
        is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if is_sqlite else _postgresql_engine(url)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.peek = Peek(self.engine)
        self._lock_file = Path(f"{self.engine.url.database}.lock") if is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self._lock_file is not None

    def reader(self) -> Session:
        """A session that holds no transaction, so that no reader ever keeps a writer waiting."""
        return Session(self._reading, expire_on_commit=False, autoflush=False)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that sees the whole database at one moment, and writes nothing."""
        options = {"reads_only": True} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with Session(self.engine.execution_options(**options), autoflush=False) as session:
            yield session

    def run(self, work: Callable[[Session], T], *, repeatable: bool = False) -> T:
        """Do `work` in one transaction and commit it: all of it or nothing.

        On a deadlock, serialization failure or busy database the whole of `work` is done again, so it must have no
        effect outside the database. When the connection is lost during COMMIT nobody knows whether it took effect:
        `work` is done again only if `repeatable`, i.e. guarded by a key that makes its second run find the first.
        Raises Unavailable when the database stays busy or away, RuntimeError when called inside another `run`.
        """
        if _inside_run.get():
            raise RuntimeError("run() inside run(): take the session as an argument instead")
        token = _inside_run.set(True)
        try:
            return self._run_until_done(work, repeatable)
        finally:
            _inside_run.reset(token)

    def _run_until_done(self, work: Callable[[Session], T], repeatable: bool) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            committing = False
            try:
                with self._writers_queue(), Session(self.engine, expire_on_commit=False, info=self.info) as session:
                    outcome = work(session)
                    session.flush()
                    committing = True
                    session.commit()
                    return outcome
            except DBAPIError as error:
                lost = error.connection_invalidated
                again = _is_retryable(error) or (lost and (repeatable or not committing))
                if not again and not lost:
                    raise
                if not again or attempt == ATTEMPTS:
                    raise Unavailable("The shop is very busy. Please try again in a moment.") from error
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads competitors, guards nothing
        raise AssertionError("unreachable")

    @contextlib.contextmanager
    def _writers_queue(self) -> Iterator[None]:
        """SQLite only: writers of all processes and threads wait in line."""
        if self._lock_file is None:
            yield
            return
        try:
            handle = self._lock_file.open("w")
        except OSError as error:  # its file system was mounted read-only, or is gone
            raise Unavailable("The shop cannot write anything just now. Please try again in a moment.") from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def lock(session: Session, model: type[Row], key: object) -> Row | None:
    """Read a row and keep others from changing it until the transaction ends.

    The row is read afresh even if the session knows it already: what was read before the lock may be stale.
    """
    primary_key = model.__mapper__.primary_key[0]
    query = select(model).where(primary_key == key).with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def insert(session: Session, model: type[Base]) -> postgresql.Insert:
    """An INSERT that may end in `on_conflict_do_nothing` or `…_do_update`, which both databases spell alike."""
    speaks_sqlite = session.get_bind().dialect.name == "sqlite"
    return cast(postgresql.Insert, sqlite.insert(model) if speaks_sqlite else postgresql.insert(model))


def _is_retryable(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in RETRYABLE_STATES:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _postgresql_engine(url: str) -> Engine:
    limits = "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=HIDE_PARAMETERS,
        connect_args={"options": limits, "connect_timeout": 3},
    )

    @event.listens_for(engine, "handle_error")
    def leave_replica(context: ExceptionContext) -> None:
        # After a failover the server we know only reads: as good as gone, and a new connection may find the other.
        if getattr(context.original_exception, "sqlstate", None) == READS_ONLY_STATE:
            context.is_disconnect = True

    return engine


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": 5}, pool_size=16, max_overflow=16, hide_parameters=HIDE_PARAMETERS
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the pool's own record
        connection.isolation_level = None  # the driver begins nothing by itself: savepoints need that
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_immediate(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another has written meanwhile.
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN" if options.get("reads_only") else "BEGIN IMMEDIATE")

    return engine


__all__ = ["Amount", "Base", "Database", "Id", "Mapped", "Ref", "check", "choice", "insert", "lock", "mapped_column"]
