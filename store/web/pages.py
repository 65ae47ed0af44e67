"""Pages that are the same for everybody, kept as bytes within a bound; the least recently wanted give way. Pure."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from dataclasses import dataclass

LARGEST_SHARE = 8
"""A page that alone would take more than this part of the room is not kept."""
OVERHEAD = 1000
"""What a page takes beside its bytes, roughly."""
WORTH_PACKING = 512


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of status 200 as it was rendered, and the same packed once."""

    mark: str
    """What it is a page of: its address in its edition."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed) + OVERHEAD


def make_page(mark: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Page:
    """A page, packed if that makes it smaller."""
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= WORTH_PACKING else b""
    return Page(mark, headers, body, packed if len(packed) < len(body) else b"")


class Pages:
    """At most `room` bytes of pages, each under its address: a newer edition takes the place of the one before."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = 0
        self._kept: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, address: str, mark: str) -> Page | None:
        with self._lock:
            page = self._kept.get(address)
            if page is None or page.mark != mark:
                return None
            self._kept.move_to_end(address)
            return page

    def put(self, address: str, page: Page) -> None:
        if page.size * LARGEST_SHARE > self.room:
            return
        with self._lock:
            former = self._kept.pop(address, None)
            self.taken += page.size - (former.size if former else 0)
            self._kept[address] = page
            while self.taken > self.room:
                _, oldest = self._kept.popitem(last=False)
                self.taken -= oldest.size
