"""How a text that somebody typed is read, and how it is written for each database. Pure.

Whatever is typed becomes a bounded number of plain words: nothing of it is ever an operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from store.catalog.search import synonyms
from store.catalog.search.words import words

LONGEST, MOST_WORDS = 200, 8
SHORTEST_PREFIX = 2


@dataclass(frozen=True, slots=True)
class Term:
    """What must be found: one of these phrases, each a few words. With `begins` the first is the start of a word."""

    phrases: tuple[tuple[str, ...], ...]
    begins: bool = False

    @property
    def typed(self) -> tuple[str, ...]:
        return self.phrases[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it is searched: every term must be found. `text` is what stands in the box."""

    text: str
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def plain(self) -> str:
        """`dead air hoodie`: the words that are looked for."""
        return " ".join(word for term in self.terms for word in term.typed)


def read(text: str) -> Asked:
    """Read what was typed; more than eight words, or than 200 letters, are not looked at."""
    shown = "".join(char for char in text[:LONGEST] if char.isprintable()).strip()
    return Asked(shown, _terms(words(text[:LONGEST])[:MOST_WORDS]))


def mend(asked: Asked, better: Mapping[str, str]) -> Asked:
    """The same with other words for some of those that were typed."""
    return replace(asked, terms=_terms([better.get(word, word) for word in asked.plain.split()]))


def _terms(typed: Sequence[str]) -> tuple[Term, ...]:
    terms = []
    rest = list(typed)
    while rest:
        taken, name = _phrase(rest)
        own = tuple(rest[:taken])
        others = [tuple(other.split()) for other in synonyms.OTHERS[name]] if name else []
        if name and tuple(name.split()) != own:
            others.insert(0, tuple(name.split()))
        is_last = len(rest) == taken
        begins = is_last and taken == 1 and len(own[0]) >= SHORTEST_PREFIX and not own[0].isdigit()
        terms.append(Term((own, *others), begins))
        rest = rest[taken:]
    return tuple(terms)


def _phrase(rest: list[str]) -> tuple[int, str | None]:
    """How many of the words belong together, and which phrase of the synonyms they are."""
    for length in range(min(synonyms.LONGEST, len(rest)), 0, -1):
        if name := synonyms.known(rest[:length]):
            return length, name
    return 1, None


def for_fts5(asked: Asked) -> str:
    """SQLite's way to write it: each phrase in quotes, so that no word is an operator."""
    return " AND ".join("(" + " OR ".join(_fts5_phrases(term)) + ")" for term in asked.terms)


def _fts5_phrases(term: Term) -> list[str]:
    phrases = [f'"{" ".join(phrase)}"' for phrase in term.phrases]
    if term.begins:
        phrases[0] += " *"
    return phrases


def for_tsquery(asked: Asked, weights: str = "") -> str:
    """PostgreSQL's way; only words of these `weights` count (A title, B line, C the rest)."""
    return " & ".join("(" + " | ".join(_ts_phrases(term, weights)) + ")" for term in asked.terms)


def _ts_phrases(term: Term, weights: str) -> list[str]:
    of = f":{weights}" if weights else ""
    phrases = ["(" + " <-> ".join(f"'{word}'{of}" for word in phrase) + ")" for phrase in term.phrases]
    if term.begins:
        phrases[0] = f"'{term.typed[0]}':*{weights}"
    return phrases
