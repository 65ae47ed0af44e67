"""The days that a page of the ledger is about. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both within it, as the shop's zone counts days."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The moment after which nothing belongs to it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)

    @property
    def address(self) -> dict[str, str]:
        """As pages carry it along in their addresses."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def this_month(now: datetime, zone: ZoneInfo) -> Period:
    today = now.astimezone(zone).date()
    return Period(today.replace(day=1), today, zone)


def is_day(text: str) -> bool:
    """Whether it is a day as fields of forms hold one."""
    try:
        return text.isascii() and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
