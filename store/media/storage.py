"""Where the bytes of pictures and clips lie, addressed by keys. What is stored under a key never changes.

A folder of this machine, or a bucket that any number of machines share; which, `STORAGE_URL` says.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from store import paths
from store.errors import NotFound, Unavailable

KEY = re.compile(r"[0-9a-f]{64}/[a-z0-9]+\.(png|jpeg|avif|mp3)")
NO_SUCH = "We have no such picture."
AWAY = "The place where our pictures lie does not answer. Try again in a minute."
PATIENCE = {"timeout": "10s", "connect_timeout": "3s", "allow_http": True}  # an address without TLS is one's own choice
RETRIES = {"max_retries": 2, "retry_timeout": timedelta(seconds=8)}


class Storage(Protocol):
    """What the shop asks of either."""

    def put(self, key: str, content: bytes) -> None:
        """Store `content`; a crash halfway leaves nothing under the key."""

    def get(self, key: str) -> bytes:
        """The bytes. Raises NotFound when there are none, Unavailable when nobody can tell."""

    def has(self, key: str) -> bool:
        """Whether there is something under the key."""

    def sweep(self, owned: Collection[str], before: datetime) -> int:
        """Remove what belongs to none of the digests `owned`, and halves of files, unless newer; how many files."""


def open_storage(url: str) -> Storage:
    """The storage an address names: `file:relative/path`, `file:///absolute/path` or `s3://bucket/prefix`."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return FileStorage(url)
    if scheme == "s3":
        return BucketStorage(url)
    raise ValueError(f"STORAGE_URL {url!r} names neither a folder nor a bucket")


class FileStorage:
    """A folder on this machine."""

    def __init__(self, url: str) -> None:
        self.folder = paths.ROOT / urlsplit(url).path

    def put(self, key: str, content: bytes) -> None:
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as half:
            half.write(content)
            half.flush()
            os.fsync(half.fileno())  # the row that names it is on disk when it is answered; so must this be
        os.replace(half.name, place)  # noqa: PTH105 - atomic, and said so
        place.chmod(0o644)

    def get(self, key: str) -> bytes:
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise NotFound(NO_SUCH) from None

    def has(self, key: str) -> bool:
        return self._place(key).is_file()

    def sweep(self, owned: Collection[str], before: datetime) -> int:
        removed = 0
        for folder in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            for file in sorted(folder.glob("*")):
                if not _stays(f"{folder.name}/{file.name}", owned) and file.stat().st_mtime < before.timestamp():
                    file.unlink(missing_ok=True)
                    removed += 1
            with contextlib.suppress(OSError):  # not empty, or an upload has just begun in it
                folder.rmdir()
        return removed

    def _place(self, key: str) -> Path:
        return self.folder / known(key)


class BucketStorage:
    """A bucket that speaks S3. Region, endpoint and keys come from the environment, as AWS_REGION and so on."""

    def __init__(self, url: str) -> None:
        self.store = S3Store.from_url(url, client_options=PATIENCE, retry_config=RETRIES)  # type: ignore[arg-type]

    def put(self, key: str, content: bytes) -> None:
        """An object appears whole or not at all."""
        try:
            obstore.put(self.store, known(key), content)
        except BaseError:
            raise Unavailable(AWAY) from None

    def get(self, key: str) -> bytes:
        try:
            return bytes(obstore.get(self.store, known(key)).bytes())
        except (NotFoundError, FileNotFoundError):
            raise NotFound(NO_SUCH) from None
        except BaseError:
            raise Unavailable(AWAY) from None

    def has(self, key: str) -> bool:
        try:
            obstore.head(self.store, known(key))
        except (NotFoundError, FileNotFoundError):
            return False
        except BaseError:
            raise Unavailable(AWAY) from None
        return True

    def sweep(self, owned: Collection[str], before: datetime) -> int:
        removed = 0
        for page in obstore.list(self.store):
            old = [one["path"] for one in page if one["last_modified"] < before and not _stays(one["path"], owned)]
            if old:
                obstore.delete(self.store, old)
            removed += len(old)
        return removed


def known(key: str) -> str:
    """The key, if it is one of ours: it names a place, and comes from an address that somebody typed."""
    if not KEY.fullmatch(key):
        raise NotFound(NO_SUCH)
    return key


def _stays(key: str, owned: Collection[str]) -> bool:
    return KEY.fullmatch(key) is not None and key.partition("/")[0] in owned
