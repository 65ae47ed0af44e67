"""What every page shows around its content: the collections, and whether this is the demo; and what a page shows that
has nothing of its own.

Remembered for as long as the catalogue's edition is the same; a page that is of no edition may be some seconds late.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from store.db import Database
from store.storefront.cards import Card, Terms, filled
from store.storefront.repository import list_newest, list_shelves

KEEP_SECONDS = 15


class Navigation:
    """Read once an edition, or every few seconds, in each process; a page without it is still a page, so a failing
    database is waited out."""

    def __init__(self, db: Database, terms: Callable[[], Terms], is_demo: Callable[[Session], bool]) -> None:
        self._db = db
        self._terms = terms
        self._is_demo = is_demo
        self._known: dict[str, Any] = {"nav_collections": [], "demo": False}
        self._newest: list[Card] = []
        self._newest_until = 0.0
        self._edition: str | None = None
        self._until = 0.0

    def suggestions(self) -> list[Card]:
        """The four newest, for pages that have nothing of their own to show; none while the database is away."""
        if time.monotonic() >= self._newest_until:
            try:
                with self._db.reader() as reader:
                    terms = self._terms()
                    self._newest = filled(reader, list_newest(reader, terms, 4, besides=None), terms)
            except SQLAlchemyError:
                return self._newest
            self._newest_until = time.monotonic() + KEEP_SECONDS
        return self._newest

    def context(self, edition: str | None = None) -> dict[str, Any]:
        """For the templates of a page of this edition."""
        is_late = time.monotonic() >= self._until if edition is None else edition != self._edition
        if is_late:
            try:
                with self._db.reader() as reader:
                    shelves = list_shelves(reader, self._terms())
                    self._known = {"nav_collections": shelves, "demo": self._is_demo(reader)}
            except SQLAlchemyError:
                return self._known
            self._until = time.monotonic() + KEEP_SECONDS
            self._edition = edition
        return self._known
