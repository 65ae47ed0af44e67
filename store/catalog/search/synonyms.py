"""What people call the same thing. Each line is one thing; a word may stand in several. Pure.

Words are in the singular, as `words` writes them; to add one, add it here: nothing needs to be indexed again.
"""

from __future__ import annotations

from store.catalog.search.words import singular

SAME = (
    ("tee", "tshirt", "t shirt", "tee shirt", "shirt"),
    ("long sleeve", "longsleeve"),
    ("hoodie", "hoody", "hooded sweatshirt", "hooded sweater"),
    ("crewneck", "crew neck", "sweatshirt", "sweater", "jumper", "pullover"),
    ("vinyl", "record", "lp"),
    ("12 inch", "twelve inch"),
    ("7 inch", "seven inch"),
    ("tape", "cassette", "mixtape"),
    ("cap", "hat"),
    ("slipmat", "slip mat"),
    ("tote", "tote bag", "shopper"),
    ("record bag", "dj bag", "vinyl bag"),
    ("earplug", "ear plug", "ear protection", "hearing protection"),
    ("sticker", "decal"),
    ("adapter", "adaptor"),
    ("cable wrap", "cable tie", "velcro"),
    ("gray", "grey"),
    ("s", "small"),
    ("m", "medium"),
    ("l", "large"),
    ("xl", "extra large"),
    ("2xl", "xxl"),
    ("3xl", "xxxl"),
)
KINDS = {
    "vinyl": ("12 inch", "7 inch"),
    "record": ("12 inch", "7 inch"),
    "lp": ("12 inch",),
    "12 inch": ("lp",),
    "hat": ("beanie",),
    "sweatshirt": ("hoodie",),
    "merch": ("tee", "hoodie", "cap"),
}
"""One way only: whoever asks for a hat is shown beanies, whoever asks for a beanie is not shown all hats."""
LONGEST = max(len(phrase.split()) for line in SAME for phrase in line)


def _others() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for line in SAME:
        for phrase in line:
            table.setdefault(phrase, {}).update(dict.fromkeys(other for other in line if other != phrase))
    for phrase, kinds in KINDS.items():
        table.setdefault(phrase, {}).update(dict.fromkeys(kinds))
    return {phrase: tuple(others) for phrase, others in table.items()}


OTHERS = _others()
"""Each phrase with what else its thing is called."""
SINGLE_WORDS = frozenset(phrase for phrase in OTHERS if " " not in phrase)


def known(parts: list[str]) -> str | None:
    """The phrase of the table that these words are, in the singular or the plural; None if none."""
    phrase = " ".join(parts)
    single = " ".join([*parts[:-1], singular(parts[-1])])
    return phrase if phrase in OTHERS else single if single in OTHERS else None
