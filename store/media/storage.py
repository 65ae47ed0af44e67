"""Where the bytes of pictures lie: a folder, addressed by keys. What is stored under a key never changes."""

from __future__ import annotations

import os
import re
import tempfile
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
        os.replace(half.name, place)  # noqa: PTH105 - atomic, and said so
        place.chmod(0o644)

    def get(self, key: str) -> bytes:
        """The bytes; raises NotFound when there are none."""
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise NotFound("We have no such picture.") from None

    def _place(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound("We have no such picture.")
        return self.folder / key
