"""How amounts and moments are written on pages and in mails. Pure but for the shop's zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from jinja2 import Environment

from store.money import show, show_price


def when(moment: datetime, zone: ZoneInfo) -> str:
    """`9:14 pm ET`."""
    local = moment.astimezone(zone)
    clock = format_time(local, "h:mm a", locale="en_US").lower().replace("\u202f", " ")
    return f"{clock} {get_timezone_name(zone, width='short', locale='en_US', zone_variant='generic')}"


def day(moment: datetime, zone: ZoneInfo) -> str:
    """`Friday 4 December`."""
    return format_date(moment.astimezone(zone), "EEEE d MMMM", locale="en_US")


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """`4 December 2026, 9:14 pm ET`."""
    return f"{format_date(moment.astimezone(zone), 'd MMMM y', locale='en_US')}, {when(moment, zone)}"


class Arriving(Protocol):
    """What is known of when a parcel is there."""

    @property
    def first(self) -> date | None: ...

    @property
    def last(self) -> date | None: ...


def weekday(on: date) -> str:
    """`Friday 4 December`, of a day that is the shop's own already."""
    return format_date(on, "EEEE d MMMM", locale="en_US")


def arrival(expected: Arriving) -> str:
    """`1 to 3 December`, `30 November to 2 December`; nothing where it is not known."""
    first, last = expected.first, expected.last
    if first is None or last is None:
        return ""
    if first == last:
        return format_date(last, "d MMMM", locale="en_US")
    begin = "d" if (first.year, first.month) == (last.year, last.month) else "d MMMM"
    return f"{format_date(first, begin, locale='en_US')} to {format_date(last, 'd MMMM', locale='en_US')}"


def teach(environment: Environment, zone: ZoneInfo) -> None:
    """Give templates the filters money, price, when, date and datetime."""
    environment.filters.update(
        money=show,
        price=show_price,
        weekday=weekday,
        arrival=arrival,
        when=lambda moment: when(moment, zone),
        date=lambda moment: day(moment, zone),
        datetime=lambda moment: day_and_time(moment, zone),
    )
