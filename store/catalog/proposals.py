"""What the shop proposes where staff typed nothing: addresses, skus, the next catalogue number. Pure."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

LONGEST_SLUG = 80
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NUMBER = re.compile(r"[A-Z0-9]+([.-][A-Z0-9]+)*")
SKU = re.compile(r"[A-Z0-9]+([._-][A-Z0-9]+)*")
CUSTOMS = re.compile(r"[0-9]{2,4}(\.?[0-9]{2,4}){0,4}")
LONGEST_NUMBER, LONGEST_SKU, LONGEST_CUSTOMS = 12, 48, 16


def slug_of(title: str) -> str:
    """`Pitch Control Tee` as `pitch-control-tee`; `item` when nothing of it can stand in an address."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:LONGEST_SLUG].strip("-") or "item"


def sku(number: str, labels: Sequence[str]) -> str:
    """`NMX-041-BLCK-L`: the number, then each value; long words by their first letter and consonants."""
    return "-".join(["NMX", number.upper(), *filter(None, map(_short, labels))])


def distinct(proposal: str, taken: Collection[str]) -> str:
    """The proposal, or with the first number behind it that nobody has: `black-tee-2`."""
    numbered = (f"{proposal}-{n}" for n in itertools.count(2))
    return next(name for name in itertools.chain([proposal], numbered) if name not in taken)


def next_number(numbers: Iterable[str]) -> str:
    """One more than the highest of those that are plain digits, as long as they are: `049` after `048`."""
    plain = [number for number in numbers if number.isascii() and number.isdigit() and len(number) <= 6]
    highest = max((int(number) for number in plain), default=0)
    return str(highest + 1).zfill(max(map(len, plain), default=3))


def _short(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().upper()
    word = re.sub(r"[^A-Z0-9]", "", plain)
    return word if len(word) <= 4 else word[0] + re.sub(r"[AEIOU]", "", word[1:])[:4]
