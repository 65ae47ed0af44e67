"""Where the bytes of pictures lie: a folder, addressed by keys. What is stored under a key never changes."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from store import paths
from store.errors import NotFound

KEY = re.compile(r"[0-9a-f]{64}/[a-z0-9]+\.(png|jpeg|avif)")


class FileStorage:
    """A folder on this machine, from `file:relative/path` or `file:///absolute/path`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file":
            raise ValueError(f"STORAGE_URL {url!r} names no folder")
        self.folder = paths.ROOT / parts.path

    def put(self, key: str, content: bytes) -> None:
        """Store `content`; a crash halfway leaves nothing under the key."""
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as half:
            half.write(content)
            half.flush()
            os.fsync(half.fileno())  # the row that names it is on disk when it is answered; so must this be
        os.replace(half.name, place)  # noqa: PTH105 - atomic, and said so
        place.chmod(0o644)

    def get(self, key: str) -> bytes:
        """The bytes; raises NotFound when there are none."""
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise NotFound("We have no such picture.") from None

    def sweep(self, owned: Collection[str], before: datetime) -> int:
        """Remove what belongs to none of the digests `owned`, and halves of files, unless newer; how many files."""
        removed = 0
        for folder in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            for file in sorted(folder.glob("*")):
                stays = folder.name in owned and KEY.fullmatch(f"{folder.name}/{file.name}")
                if not stays and file.stat().st_mtime < before.timestamp():
                    file.unlink(missing_ok=True)
                    removed += 1
            with contextlib.suppress(OSError):  # not empty, or an upload has just begun in it
                folder.rmdir()
        return removed

    def _place(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound("We have no such picture.")
        return self.folder / key
