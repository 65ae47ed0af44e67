"""Shopify's product CSV into the catalogue: all of the file in one transaction, or nothing of it.

Locks are taken in the order of the house: products, then the levels of stock by their ids, the history's end last.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, BinaryIO

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.actors import Actor, Permission
from store.audit.history import Deed, record_all
from store.catalog.writing import Catalog
from store.errors import Conflict, StoreError
from store.media.repository import ids_of_digests
from store.media.service import Pictures, PreparedPicture
from store.ops.products.batches import Batches
from store.ops.products.columns import Header, read_header
from store.ops.products.drafts import Faults, Outcome
from store.ops.products.merging import digest_of
from store.ops.products.reading import Reading
from store.ops.products.source import Row, Unreadable, read_rows
from store.stock.service import recount

BATCH = 100
COUNTED_AT_ONCE = 500
MOST_RECOVERED = 2_000
Progress = Callable[[int], None]


class Refused(StoreError):
    """The file cannot be taken as it is; `faults` are the rows and why."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("\n".join(faults.lines))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a file before anything is written."""

    rows: int
    recovered: Mapping[str, PreparedPicture]


@dataclass(frozen=True, slots=True)
class Import:
    """One file, read from `source` as often as it must be; `name` is what the history calls it."""

    catalog: Catalog
    actor: Actor
    source: BinaryIO
    name: str
    now: datetime
    pictures: Pictures

    def look(self) -> Looked:
        """Read all of it once, with whatever is not the database's. Raises Refused when the file is none."""
        count, digests = 0, set()
        with _refusing():
            header, rows = self._open()
            place = header.places.get("image")
            for _, cells in rows:
                count += 1
                if place is not None and place < len(cells) and (digest := digest_of(cells[place].strip())):
                    digests.add(digest)
        return Looked(count, self._recover(digests))

    def _recover(self, digests: set[str]) -> dict[str, PreparedPicture]:
        """Pictures whose bytes we have though the database does not know them."""
        named = sorted(digests)
        with self.catalog.db.reader() as reader:
            for start in range(0, len(named), COUNTED_AT_ONCE):
                digests -= ids_of_digests(reader, named[start : start + COUNTED_AT_ONCE]).keys()
        found = ((digest, self.pictures.recover(digest)) for digest in sorted(digests)[:MOST_RECOVERED])
        return {digest: picture for digest, picture in found if picture is not None}

    def run(self, looked: Looked, progress: Progress = lambda _rows: None, *, dry_run: bool = False) -> Outcome:
        """Take all of it over. Raises Refused with the faulty rows, and then nothing has changed."""
        self.actor.require(Permission.CATALOG_WRITE)
        self.actor.require(Permission.STOCK_WRITE)

        def work(session: Session) -> Outcome:
            outcome = self._take(session, looked, progress)
            if dry_run:
                raise _Undone(outcome)
            return outcome

        try:
            return self._attempt(work)
        except _Undone as undone:
            undone.outcome.dry_run = True
            return undone.outcome

    def _attempt(self, work: Callable[[Session], Outcome]) -> Outcome:
        """Somebody may claim a name in the very moment: the second look finds it, and says so in words."""
        with _refusing():
            try:
                return self.catalog.db.run(work)
            except IntegrityError:
                pass
            try:
                return self.catalog.db.run(work)
            except IntegrityError:
                raise Conflict("Somebody is changing the same products. Nothing was imported; try again.") from None

    def _open(self) -> tuple[Header, Iterator[Row]]:
        self.source.seek(0)
        rows = read_rows(self.source)
        _, cells = next(rows)
        try:
            return read_header(cells), rows
        except ValueError as fault:
            raise Unreadable(str(fault)) from None

    def _take(self, session: Session, looked: Looked, progress: Progress) -> Outcome:
        header, rows = self._open()
        faults, outcome = Faults(), Outcome(ignored=header.strange)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
            batches = Batches(session, self.catalog, self.actor, header, faults, outcome, self.now, looked.recovered)
            drafts = Reading(header, self.catalog.currency, faults).products(_counted(rows, outcome, progress))
            while batch := list(itertools.islice(drafts, BATCH)):
                _keep(kept, batches.take(batch))
                session.flush()
                session.expunge_all()
            self._count(session, batches, faults, outcome, kept)
            if faults.count:
                raise Refused(faults)
            for deeds in _kept(kept):
                record_all(session, self.actor, deeds, self.now)
                session.flush()
                session.expunge_all()
        return outcome

    def _count(self, session: Session, batches: Batches, faults: Faults, outcome: Outcome, kept: IO[str]) -> None:
        """Stock comes last, so that buyers wait for it as short as can be."""
        ids = sorted(batches.found)
        for start in range(0, len(ids), COUNTED_AT_ONCE):
            found = {one: batches.found[one][0] for one in ids[start : start + COUNTED_AT_ONCE]}
            told = recount(session, self.actor, found, reason=f"Imported from {self.name}", now=self.now)
            outcome.counted += len(told.deeds)
            for variant_id, sentence in told.refused.items():
                faults.add(batches.found[variant_id][1], batches.header.name("quantity"), sentence)
            _keep(kept, told.deeds)
            session.flush()
            session.expunge_all()


def _counted(rows: Iterator[Row], outcome: Outcome, progress: Progress) -> Iterator[Row]:
    for row in rows:
        outcome.rows += 1
        progress(1)
        yield row


class _Undone(Exception):
    """Rolls back what was only tried."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """A file that is none is refused like one with faulty rows."""
    try:
        yield
    except Unreadable as fault:
        faults = Faults()
        faults.add(None, None, str(fault))
        raise Refused(faults) from None


def _keep(kept: IO[str], deeds: Iterable[Deed]) -> None:
    """What the history is to tell waits in a file: it may be much, and is written last."""
    kept.writelines(json.dumps(asdict(deed)) + "\n" for deed in deeds)


def _kept(kept: IO[str]) -> Iterator[list[Deed]]:
    kept.seek(0)
    while lines := list(itertools.islice(kept, COUNTED_AT_ONCE)):
        yield [Deed(**json.loads(line)) for line in lines]
