"""How staff change the catalogue: every use case below goes through `Catalog.change` or `Catalog.make`.

A form carries the version it was made from and a token. The version keeps one person from overwriting another; the
token makes a form that is sent twice one effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import Deed, list_entries, record, record_all
from store.catalog.models import CatalogForm, Product, Status
from store.catalog.models import Collection as Shelf
from store.catalog.repository import get_product, lock_collections
from store.catalog.search.service import index
from store.catalog.snapshots import missing_for_sale, product_now, shelf_now
from store.db import Database, insert, lock
from store.errors import Conflict, Invalid, NotFound

T = TypeVar("T")
Row = TypeVar("Row", Product, Shelf)
Asks = Callable[[Session, Collection[int]], set[int]]
LetsGo = Callable[[Session, Collection[int]], None]
NO_SUCH = "There is no such thing in the catalog. It may have been removed meanwhile."


class Changed(Conflict):
    """Somebody has saved the same thing since the form was made: `who` and `at` say it, as the history has it."""

    def __init__(self, who: str, at: datetime | None) -> None:
        when = f" at {at.isoformat(timespec='minutes')}" if at else ""
        super().__init__(f"{who} changed this{when}. Nothing of yours was saved. Look at both, then save again.")
        self.who, self.at = who, at


@dataclass(frozen=True, slots=True)
class Sent:
    """What every form carries along besides its fields. Programs need no token."""

    version: int = 0
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """What folders above know of variants; `app.py` fills it.

    `let_go` lock and forget what hangs on variants that are about to go; `used`, asked after that, name those that
    were held, sold or moved.
    """

    used: Sequence[Asks] = ()
    let_go: Sequence[LetsGo] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """What the use cases of the catalogue need: where they write, and in which currency prices are typed."""

    db: Database
    currency: str
    ties: Ties = field(default_factory=Ties)

    def make(self, actor: Actor, sent: Sent, wish: object, now: datetime, work: Callable[[Session], int]) -> int:
        """Run `work`, which makes something, once a form; its id."""
        actor.require(Permission.CATALOG_WRITE)
        key = _key("make", sent, wish)

        def whole(session: Session) -> int:
            first = _once(session, key, now)
            if first is not None:
                return int(first)
            made = work(session)
            _note(session, key, str(made))
            return made

        return self._attempt(whole)

    def change(
        self, actor: Actor, product_id: int, sent: Sent, wish: object, action: str, now: datetime,
        work: Callable[[Session, Product], None],
    ) -> None:  # fmt: skip
        """Run `work` on a product, locked: its version goes up and the history tells of it if anything changed.

        Raises NotFound, Changed when it is no longer the version the form was made from, and Invalid when a product
        on sale would lack what one needs.
        """
        actor.require(Permission.CATALOG_WRITE)
        key = _key(f"{action}:{product_id}", sent, wish)

        def whole(session: Session) -> None:
            if _once(session, key, now) is not None:
                return
            _lock(session, Product, product_id, sent.version, "product")
            deed = self.alter(session, product_id, action, now, work)
            if deed is not None:
                index(session, [product_id])
                record_all(session, actor, [deed], now)
            _note(session, key, str(product_id))

        self._attempt(whole)

    def alter(
        self, session: Session, product_id: int, action: str, now: datetime, work: Callable[[Session, Product], None]
    ) -> Deed | None:
        """Run `work` on a product that is locked; what the history is to tell of it, None if nothing changed.

        The caller indexes it and records the deed. Raises Invalid as `change` does.
        """
        product = get_product(session, product_id)
        before, lacked = product_now(session, product), missing_for_sale(product, self.currency)
        work(session, product)
        session.flush()  # unique names meet their constraints here, and what is told is read back
        after = product_now(session, get_product(session, product_id))
        if before == after:
            return None
        _refuse_new_lacks(product, lacked, self.currency)
        product.version, product.updated_at = product.version + 1, now
        return Deed(action, f"product:{product_id}", before, after)

    def change_shelf(
        self, actor: Actor, shelf_id: int, sent: Sent, wish: object, action: str, now: datetime,
        work: Callable[[Session, Shelf], None],
    ) -> None:  # fmt: skip
        """As `change`, for a collection."""
        actor.require(Permission.CATALOG_WRITE)
        key = _key(f"{action}:{shelf_id}", sent, wish)

        def whole(session: Session) -> None:
            if _once(session, key, now) is not None:
                return
            lock_collections(session)
            shelf = _lock(session, Shelf, shelf_id, sent.version, "collection")
            before = shelf_now(session, shelf)
            work(session, shelf)
            session.flush()  # as above
            after = shelf_now(session, shelf)
            if before != after:
                shelf.version += 1
                index(session, _said_of(before, after))
                record(session, actor, action, f"collection:{shelf_id}", before, after, now)
            _note(session, key, str(shelf_id))

        self._attempt(whole)

    def forget_forms(self, before: datetime) -> None:
        """Nobody sends a form again after so long."""
        self.db.run(lambda session: session.execute(delete(CatalogForm).where(CatalogForm.at < before)))

    def _attempt(self, work: Callable[[Session], T]) -> T:
        """Two may claim one name at the same instant: the second look finds the other's row, and says so in words."""
        try:
            return self.db.run(work)
        except IntegrityError:
            return self.db.run(work)


def _key(what: str, sent: Sent, wish: object) -> str | None:
    if sent.token is None:
        return None
    return hashlib.sha256(repr((what, sent, wish)).encode()).hexdigest()


def _once(session: Session, key: str | None, now: datetime) -> str | None:
    """None for a form that has not been here, which it now has; else what came of it the first time."""
    if key is None:
        return None
    mine = insert(session, CatalogForm).values(key=key, outcome="", at=now)
    fresh = mine.on_conflict_do_nothing(index_elements=["key"]).returning(CatalogForm.key)
    if session.scalar(fresh) is not None:
        return None
    return session.scalar(select(CatalogForm.outcome).where(CatalogForm.key == key))


def _note(session: Session, key: str | None, outcome: str) -> None:
    if key is not None:
        session.get_one(CatalogForm, key).outcome = outcome


def _lock(session: Session, model: type[Row], row_id: int, version: int, kind: str) -> Row:
    row = lock(session, model, row_id)
    if row is None:
        raise NotFound(NO_SUCH)
    if row.version != version:
        last = next(iter(list_entries(session, f"{kind}:{row_id}", None, 1)), None)
        raise Changed(last.actor if last else "Somebody", last.at if last else None)
    return row


def _said_of(before: dict[str, Any], after: dict[str, Any]) -> list[int]:
    """The products that can be found by other words now: all of a collection, or those that came or went."""
    had, has = set(before["products"]), set(after["products"])
    return sorted(had | has if before["title"] != after["title"] else had ^ has)


def _refuse_new_lacks(product: Product, before: Collection[str], currency: str) -> None:
    """What is on sale must not lose what it needs for that; what it lacked already is no reason to refuse."""
    lacks = [lack for lack in missing_for_sale(product, currency) if lack not in before]
    if product.status is Status.ACTIVE and lacks:
        raise Invalid(" ".join(["This is on sale, and cannot be without.", *lacks]), {"ready": lacks})
