"""Names of countries as a shop in the United States writes them; and how their postal codes look. Pure."""

from __future__ import annotations

import re

from babel import Locale

# Shapes only: whether a code exists is the carrier's business. Source: the postal services' own format pages.
POSTAL_CODES = {
    "US": (re.compile(r"[0-9]{5}(-[0-9]{4})?"), "ZIP codes have five digits."),
    "CA": (re.compile(r"[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]"), "Canadian postal codes look like K1A 0B1."),
    "GB": (re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}"), "UK postcodes look like SW1A 1AA."),
}
NEEDS_REGION = {"US", "CA"}


def country_name(code: str) -> str:
    return str(Locale("en", "US").territories.get(code, code))


def postal_code_fault(country: str, code: str) -> str | None:
    """What is wrong with a postal code, in a sentence; None when it looks right."""
    shape, sentence = POSTAL_CODES.get(country, (re.compile(r".+"), ""))
    if shape.fullmatch(code):
        return None
    if country == "US" and code.isascii() and code.isdigit() and len(code) < 10:
        counted = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][len(code) - 1]
        return f"{sentence} This one has {counted}."
    return sentence
