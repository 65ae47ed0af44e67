"""A product as rows of a file tell of it: plain values, whose rows are remembered for the sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_LISTED = 20
Details = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One combination of the options' values. None: the file says nothing."""

    values: tuple[str, ...] = ()
    sku: str | None = None
    price: int | None = None
    was: int | None = None
    grams: int | None = None
    quantity: int | None = None
    customs: str | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PictureDraft:
    """A picture of the gallery; `shows` is the option and the value it belongs to."""

    source: str
    alt: str = ""
    caption: str = ""
    shows: tuple[str, str] | None = None
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """`given` names the columns the file has: of others nothing is known, and they stay as they are."""

    handle: str
    title: str
    description: str = ""
    status: str | None = None
    published: bool | None = None
    number: str | None = None
    line: str = ""
    kind: str | None = None
    details: Details = field(default_factory=list)
    size_chart: dict[str, Any] | None = None
    limit: int | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    variants: tuple[VariantDraft, ...] = ()
    pictures: tuple[PictureDraft, ...] = ()
    shipped: bool = field(default=True, compare=False)
    given: frozenset[str] = field(default=frozenset(), compare=False)
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be taken; without a row it is the file itself."""

    row: int | None
    column: str | None
    sentence: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, [f"row {self.row}" if self.row else None, self.column]))
        return f"{place}: {self.sentence}" if place else self.sentence


@dataclass(slots=True)
class Faults:
    """The first of them, in words, and how many there were."""

    listed: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, row: int | None, column: str | None, sentence: str) -> None:
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(Fault(row, column, sentence))

    @property
    def more(self) -> int:
        return self.count - len(self.listed)

    @property
    def lines(self) -> list[str]:
        told = [str(fault) for fault in sorted(self.listed, key=lambda fault: fault.row or 0)]
        return [*told, f"and {self.more} more"] if self.more else told


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    counted: int = 0
    """Variants whose stock changed."""
    pictures_missing: int = 0
    held_back: int = 0
    """Products that are drafts because they lack what they need to be on sale."""
    filled: int = 0
    """Combinations that the file lacks."""
    ignored: tuple[str, ...] = ()
    dry_run: bool = False
