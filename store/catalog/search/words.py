"""From text to the words that are compared: small letters without accents, `12"` as inches. Pure.

Text is taken apart here and not by the databases, so that both see the same words; they only take off endings.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_INCHES = re.compile(r"(?<=[0-9])(?:\"|′′|”|''|in\b|\s?-?inch(?:es)?\b)")
_POSSESSIVE = re.compile(r"(?<=\w)['’ʼ]s\b")
_NUMBER = re.compile(r"\bnmx([0-9])")
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)


def fold(text: str) -> str:
    """`Łódź` as `lodz`, `CAFÉ` as `cafe`: how people type what they cannot type."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(char))
    return bare.translate(_PLAIN)


def words(text: str) -> list[str]:
    """The words of a text in their order; what is too long to be one is cut."""
    folded = _INCHES.sub(" inch ", fold(text))
    folded = _NUMBER.sub(r"nmx \1", _POSSESSIVE.sub("", folded).replace("'", "").replace("’", ""))
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded)]


def number_words(number: str) -> list[str]:
    """How people write a catalogue number: `NMX 041`, `041`, `41`."""
    parts = words(number)
    short = [part.lstrip("0") for part in parts if part.startswith("0")]
    return ["nmx", *parts, *filter(None, short)]


def singular(word: str) -> str:
    """Near enough to find a word in a table of singulars."""
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word
