"""Which edition of the catalogue pages are made of: it changes with all that public pages show, and at once.

Writes move it by triggers (migration 0005), so that no writer can forget. What comes and goes by time alone moves it
too: the last moment that has passed at which a product appeared or was withdrawn is part of it, and so is the day
where the shop is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import bindparam, func, select

from store.catalog.models import Product
from store.db import Database

_NUMBER = "SELECT SUM(number) FROM catalog_edition"
_NOW = bindparam("now", type_=Product.created_at.type)
_MOMENTS = select(
    *(
        select(edge).where(side).scalar_subquery()
        for moment in (Product.published_at, Product.withdrawn_at)
        for edge, side in ((func.max(moment), moment <= _NOW), (func.min(moment), moment > _NOW))
    )
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out of an edition: between which moments nothing comes or goes by itself."""

    number: int
    begins: datetime | None
    ends: datetime | None
    name: str

    def covers(self, number: int, now: datetime) -> bool:
        late_enough = self.begins is None or self.begins <= now
        return self.number == number and late_enough and (self.ends is None or now < self.ends)


class Editions:
    """Asks the database for a single number before each page; the rest is remembered a process."""

    def __init__(self, db: Database, clock: Callable[[], datetime], zone: tzinfo) -> None:
        self._db, self._clock, self._zone = db, clock, zone
        self._known: _Known | None = None

    def current(self) -> str:
        """The edition's name. Raises Unavailable when the database does not answer."""
        number = int(self._db.peek(_NUMBER) or 0)
        now = self._clock()
        known = self._known
        if known is None or not known.covers(number, now):
            known = self._known = self._find_out(number, now)
        return f"{known.name} {now.astimezone(self._zone).date()}"

    def _find_out(self, number: int, now: datetime) -> _Known:
        with self._db.reader() as reader:
            appeared, to_appear, withdrawn, to_withdraw = tuple(reader.execute(_MOMENTS, {"now": now}).one())
        begins = max((at for at in (appeared, withdrawn) if at is not None), default=None)
        ends = min((at for at in (to_appear, to_withdraw) if at is not None), default=None)
        return _Known(number, begins, ends, f"{number} {begins.isoformat() if begins else ''}")
