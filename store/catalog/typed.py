"""What staff type, read exactly: prices, the values of options, moments. Pure.

Each reader raises ValueError with the sentence that belongs beside the field.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from store.money import exponent

MOST_MONEY = 99_999_999
"""Minor units; the most that Stripe takes for one line."""
MOST_OPTIONS = 3
MOST_VALUES = 40
LONGEST_OPTION = 30
LONGEST_VALUE = 40
MOST_DETAILS = 20
LONGEST_LABEL, LONGEST_DETAIL = 40, 300
LONGEST_TITLE, LONGEST_LINE, LONGEST_DESCRIPTION = 120, 200, 10_000
LONGEST_ALT, LONGEST_CAPTION = 250, 120
MOST_GRAMS = 100_000
MOST_UNITS = 99
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?")
_COMMA = re.compile(r"[0-9]+(,[0-9]+)+(\.[0-9]+)?")
_LOCAL = "%Y-%m-%dT%H:%M"


def read_price(text: str, currency: str, what: str = "price") -> int:
    """`34` or `34.00` in minor units of `currency`; no digit is ever rounded away. Sentences call it `what`."""
    code, places = currency.upper(), exponent(currency)
    example = "3400" if places == 0 else f"34.{'0' * places}"
    if _COMMA.fullmatch(text):
        raise ValueError(f"Write the {what} without commas, like {example}.")
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        raise ValueError(f"Write the {what} in plain digits, like {example}.")
    whole, decimals = amount[1], amount[2] or ""
    if len(decimals) > places:
        raise ValueError(f"{code} has no decimals." if places == 0 else f"{code} has {places} decimals at most.")
    minor = int(whole + decimals.ljust(places, "0"))
    if minor > MOST_MONEY:
        raise ValueError(f"The highest {what} is {write_price(MOST_MONEY, currency)}.")
    return minor


def write_price(amount: int, currency: str) -> str:
    """An amount as a field holds it: `34.00`, `3400` yen, `3.400` dinar."""
    places = exponent(currency)
    if places == 0:
        return str(amount)
    whole, decimals = divmod(amount, 10**places)
    return f"{whole}.{decimals:0{places}}"


def is_plain(text: str) -> bool:
    """Whether this is one line without control characters, which no field of ours shows and no database may keep."""
    return not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def read_values(text: str) -> tuple[str, ...]:
    """`Black, Bone` as two values; each may stand there once, whatever its capitals."""
    values = tuple(" ".join(part.split()) for part in text.split(",") if part.strip())
    known: set[str] = set()
    for value in values:
        if not is_plain(value):
            raise ValueError("Values are plain text with commas between them, like S, M, L.")
        if value.casefold() in known:
            raise ValueError(f"{value} is there twice. Each value may stand there once.")
        if len(value) > LONGEST_VALUE:
            raise ValueError(f"A value may have {LONGEST_VALUE} characters. “{value[:12]}…” has {len(value)}.")
        known.add(value.casefold())
    if len(values) > MOST_VALUES:
        raise ValueError(f"An option may have {MOST_VALUES} values. These are {len(values)}.")
    return values


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """`2026-12-04T20:00`, as a browser's date and time field sends it, on the shop's clock; the moment in UTC.

    The hour that is skipped in spring is refused; of the one that comes twice in autumn the first is meant.
    """
    try:
        local = datetime.strptime(text[:16], _LOCAL)  # noqa: DTZ007 - the zone is put on in the next line
    except ValueError:
        raise ValueError("Write date and time like 2026-12-04T20:00.") from None
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("The clocks skip that hour on this day. Choose one before or after.")
    return moment


def write_moment(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as a browser's date and time field takes it."""
    return moment.astimezone(zone).strftime(_LOCAL)
