"""What every page shows around its content: the collections, and whether this is the demo. Remembered for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from store.db import Database
from store.storefront.cards import Card, Terms
from store.storefront.repository import list_newest, list_shelves

KEEP_SECONDS = 15


class Navigation:
    """Read once every few seconds a process; a page without it is still a page, so a failing database is waited out."""

    def __init__(self, db: Database, terms: Callable[[], Terms], is_demo: Callable[[Session], bool]) -> None:
        self._db = db
        self._terms = terms
        self._is_demo = is_demo
        self._known: dict[str, Any] = {"nav_collections": [], "demo": False, "newest": []}
        self._until = 0.0

    def suggestions(self) -> list[Card]:
        """The four newest, for pages that have nothing of their own to show."""
        self.context()
        newest: list[Card] = self._known["newest"]
        return newest

    def context(self) -> dict[str, Any]:
        if time.monotonic() >= self._until:
            try:
                with self._db.reader() as reader:
                    self._known = {
                        "nav_collections": list_shelves(reader, self._terms()),
                        "demo": self._is_demo(reader),
                        "newest": list_newest(reader, self._terms(), 4, besides=None),
                    }
            except SQLAlchemyError:
                return self._known
            self._until = time.monotonic() + KEEP_SECONDS
        return self._known
