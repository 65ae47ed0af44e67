"""When a parcel leaves and when it is there: working days counted on, weekends skipped. Pure.

Nobody knows public holidays of every place, so a span of days is told, and "about" before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """The last day on which it is packed, and between which days it arrives; None where the way is not known."""

    packed_by: date
    first: date | None
    last: date | None


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def expect(ordered: date, packing_days: int, span: tuple[int, int] | None) -> Expected:
    """What to expect of an order of that day: packed within so many working days, then `span` on the way."""
    return on_the_way(add_working_days(ordered, packing_days), span, earliest=ordered)


def on_the_way(packed: date, span: tuple[int, int] | None, earliest: date | None = None) -> Expected:
    """What to expect of a parcel packed on `packed`, or as soon as the working day after `earliest`."""
    if span is None:
        return Expected(packed, None, None)
    begin = packed if earliest is None else min(packed, add_working_days(earliest, 1))
    return Expected(packed, add_working_days(begin, span[0]), add_working_days(packed, span[1]))
