"""What is kept of a product for finding it: its words by rank, and what filters look at. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from store.catalog.search.words import number_words, words

SHORTEST_KNOWN = 3
COLOR_NAMES, SIZE_NAMES = {"color", "colour"}, {"size"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A variant as filters see it."""

    position: int
    amount: int
    color: str | None = None
    size: str | None = None


@dataclass(slots=True)
class VariantFacts:
    position: int
    sku: str
    prices: dict[str, int] = field(default_factory=dict)
    values: list[tuple[str, str]] = field(default_factory=list)
    """Option and value."""

    def value(self, names: set[str]) -> str | None:
        return next((value for option, value in self.values if option.casefold() in names), None)


@dataclass(slots=True)
class Facts:
    """What a product says, gathered from all its tables."""

    id: int
    number: str | None
    title: str
    line: str
    description: str
    details: Sequence[dict[str, str]] = ()
    shelves: list[str] = field(default_factory=list)
    variants: dict[int, VariantFacts] = field(default_factory=dict)
    """By their positions."""


@dataclass(frozen=True, slots=True)
class Document:
    """A product as it is indexed. Words of the title count for more than those of the line, then come the others."""

    id: int
    title: str
    line: str
    body: str
    shelf: str
    """The collections it stands in."""
    vocabulary: str
    """Words that typos may be mended to, each once."""
    prices: dict[str, tuple[int, str]]
    """By currency the lowest price, and the cells as text."""


def document(facts: Facts) -> Document:
    """What to index of a product."""
    options = [value for variant in facts.variants.values() for _, value in variant.values]
    title, line = words(facts.title), [*words(facts.line), *_distinct(options)]
    said = [facts.description, *(f"{one.get('label', '')} {one.get('text', '')}" for one in facts.details)]
    body, shelf = [word for text in said for word in words(text)], _distinct(facts.shelves)
    skus = _distinct(variant.sku for variant in facts.variants.values())
    known = {word for word in [*title, *line, *body, *shelf] if len(word) >= SHORTEST_KNOWN and word.isalpha()}
    return Document(
        id=facts.id,
        title=" ".join([*title, *(number_words(facts.number) if facts.number else [])]),
        line=" ".join(line),
        body=" ".join([*body, *skus]),
        shelf=" ".join(shelf),
        vocabulary=" ".join(sorted(known)),
        prices=_prices(facts.variants.values()),
    )


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for text in texts for word in words(text)))


def _prices(variants: Iterable[VariantFacts]) -> dict[str, tuple[int, str]]:
    cells: dict[str, list[Cell]] = {}
    for variant in variants:
        for currency, amount in variant.prices.items():
            cell = Cell(variant.position, amount, variant.value(COLOR_NAMES), variant.value(SIZE_NAMES))
            cells.setdefault(currency, []).append(cell)
    return {currency: (min(cell.amount for cell in its), write_cells(its)) for currency, its in cells.items()}


def write_cells(cells: Iterable[Cell]) -> str:
    rows = [[cell.position, cell.amount, cell.color, cell.size] for cell in cells]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=8192)
def read_cells(text: str) -> tuple[Cell, ...]:
    """What `write_cells` wrote."""
    return tuple(Cell(*row) for row in json.loads(text))


def colors(text: str) -> list[str]:
    """The colors of cells, each once, in the order of the variants."""
    return list(dict.fromkeys(cell.color for cell in read_cells(text) if cell.color))
