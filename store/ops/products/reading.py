"""Rows of cells as drafts of products; every row that cannot be taken is named. Pure.

Shopify writes a row for each variant and each picture. What is said of the product as a whole stands in its first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from store.catalog.grid import MOST_VARIANTS
from store.catalog.typed import MOST_VALUES, read_price
from store.ops.products import cells
from store.ops.products.columns import OPTIONS, Header
from store.ops.products.drafts import Faults, PictureDraft, ProductDraft, VariantDraft

MOST_ROWS_OF_ONE = 500
NO_OPTION = ("title", "default title")
"""How Shopify writes a product that has nothing to choose."""
OF_VARIANTS = ("sku", "price", "was", "quantity", "customs")
WORDS = (
    "description", "status", "published", "number", "line", "kind", "details", "size_chart", "limit", "published_at",
    "withdrawn_at",
)  # fmt: skip
EMPTY: dict[str, Any] = {"description": "", "line": "", "details": []}
Options = dict[str, dict[str, str]]
"""Each option's values by their small letters: the first spelling is the one that stays."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file under its header."""

    number: int
    cells: Sequence[str]
    header: Header
    faults: Faults

    def text(self, column: str) -> str:
        place = self.header.places.get(column)
        return "" if place is None else self.cells[place].strip()

    def read(self, column: str, reader: Callable[[str], Any] | None = None, empty: Any = None) -> Any:  # noqa: ANN401
        """What the cell says; for one that cannot be read, which is noted, as for an empty one."""
        text = self.text(column)
        if not text:
            return empty
        try:
            return (reader or cells.READERS[column])(text)
        except ValueError as refusal:
            self.refuse(column, str(refusal))
            return empty

    def refuse(self, column: str | None, sentence: str) -> None:
        self.faults.add(self.number, column and self.header.name(column), sentence)


class Reading:
    """One file being read, row by row; `faults` grow with it."""

    def __init__(self, header: Header, currency: str, faults: Faults) -> None:
        self.header, self.currency, self.faults = header, currency, faults
        self._names_values = header.has("option1_value")
        """Else variants are told apart by their skus."""
        self._handles: dict[str, int] = {}
        self._skus: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def products(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[ProductDraft]:
        """The drafts of all products that have no fault."""
        for handle, lines in itertools.groupby(self._lines(rows), key=lambda line: line.text("handle").lower()):
            before = self.faults.count
            near = list(itertools.islice(lines, MOST_ROWS_OF_ONE + 1))
            draft = self._product(handle, near[:MOST_ROWS_OF_ONE])
            if len(near) > MOST_ROWS_OF_ONE:
                near[0].refuse(None, f"This product has more than {MOST_ROWS_OF_ONE} rows.")
            if self.faults.count == before:
                yield draft

    def _lines(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[Line]:
        for number, row in rows:
            line = Line(number, row, self.header, self.faults)
            if len(row) != self.header.width:
                line.refuse(None, f"It has {len(row)} cells, and the first row has {self.header.width}.")
            elif not line.text("handle"):
                line.refuse("handle", "It is missing. Each row names the product it belongs to.")
            else:
                yield line

    def _product(self, handle: str, lines: Sequence[Line]) -> ProductDraft:
        first = lines[0]
        first.read("handle", lambda text: cells.READERS["handle"](text.lower()))
        title = first.read("title", empty="")
        if not first.text("title"):
            first.refuse("title", "It is missing. Every item has a name.")
        if (earlier := self._handles.setdefault(handle, first.number)) != first.number:
            first.refuse("handle", f"{handle} begins in row {earlier} already. All rows of a product stand together.")
        options = self._options(first)
        variants = self._variants(lines, options)
        self._check_grid(first, options)
        named = tuple((name, tuple(values.values())) for name, values in options.items())
        words = {column: first.read(column, empty=EMPTY.get(column)) for column in WORDS}
        if (number := words["number"]) and self._numbers.setdefault(number, first.number) != first.number:
            first.refuse("number", f"{number} stands in row {self._numbers[number]} already.")
        return ProductDraft(
            handle=handle,
            title=title,
            options=named,
            variants=tuple(variants),
            pictures=self._pictures(lines, options),
            shipped=self._is_shipped(lines),
            given=frozenset(self.header.places),
            row=first.number,
            **words,
        )

    @staticmethod
    def _is_shipped(lines: Sequence[Line]) -> bool:
        """What never has to be shipped is a download."""
        return {line.read("shipping") for line in lines if line.text("shipping")} != {False}

    def _options(self, first: Line) -> Options:
        names: list[str] = []
        if tuple(first.text(f"option1_{part}").casefold() for part in ("name", "value")) == NO_OPTION:
            return {}
        for n in OPTIONS:
            name = first.read(f"option{n}_name", cells.READERS["option_name"])
            if name is None:
                if first.text(f"option{n}_value") and not first.text(f"option{n}_name"):
                    first.refuse(f"option{n}_value", "It has a value, and the option has no name.")
                continue
            if len(names) < n - 1:
                first.refuse(f"option{n}_name", "There is an option before it without a name.")
            elif name.casefold() in map(str.casefold, names):
                first.refuse(f"option{n}_name", f"{name} is there twice.")
            names.append(name)
        return {name: {} for name in names}

    def _variants(self, lines: Sequence[Line], options: Options) -> list[VariantDraft]:
        known: dict[tuple[str, ...], int] = {}
        variants = []
        for line in lines:
            if line is not lines[0] and not self._is_variant(line):
                continue
            values = self._values(line, options)
            place = tuple(value.casefold() for value in values) if self._names_values else (line.text("sku"),)
            if (earlier := known.setdefault(place, line.number)) != line.number:
                told = ", ".join(values) or "The product without options"
                line.refuse("option1_value", f"{told} is in row {earlier} already.")
            variants.append(self._variant(line, values))
        return variants

    @staticmethod
    def _is_variant(line: Line) -> bool:
        columns = (*OF_VARIANTS, *(f"option{n}_value" for n in OPTIONS))
        return any(line.text(column) for column in columns)

    def _values(self, line: Line, options: Options) -> tuple[str, ...]:
        values = []
        for n, (name, known) in enumerate(options.items(), start=1):
            column = f"option{n}_value"
            if not line.text(column):
                line.refuse(column, f"It is missing. Each variant has a value of {name}.")
            again = line.text(f"option{n}_name")
            if again and again.casefold() != name.casefold():
                line.refuse(f"option{n}_name", f"It is {name} in this product's first row.")
            label = line.read(column, cells.value, empty="")
            values.append(known.setdefault(label.casefold(), label))
        for n in OPTIONS[len(options) :]:
            if options and line.text(f"option{n}_value"):
                line.refuse(f"option{n}_value", "It has a value, and the option has no name.")
        return tuple(values)

    def _variant(self, line: Line, values: tuple[str, ...]) -> VariantDraft:
        read = partial(read_price, currency=self.currency)
        price, was = line.read("price", read), line.read("was", read)
        if was is not None and line.text("price") == "":
            line.refuse("was", "Without a price now there is none that it was.")
        elif was is not None and price is not None and was <= price:
            line.refuse("was", "It must be higher than the price now, or empty.")
        sku = line.read("sku")
        if sku is not None and (earlier := self._skus.setdefault(sku, line.number)) != line.number:
            line.refuse("sku", f"{sku} stands in row {earlier} already.")
        grams, quantity, customs = (line.read(column) for column in ("grams", "quantity", "customs"))
        return VariantDraft(values, sku, price, was, grams, quantity, customs, line.number)

    @staticmethod
    def _check_grid(first: Line, options: Options) -> None:
        for n, (name, values) in enumerate(options.items(), start=1):
            if len(values) > MOST_VALUES:
                first.refuse(f"option{n}_name", f"{name} has {len(values)} values; it may have {MOST_VALUES}.")
        if (size := math.prod(len(values) for values in options.values())) > MOST_VARIANTS:
            first.refuse(None, f"Its options make {size} variants; a product may have {MOST_VARIANTS}.")

    @staticmethod
    def _pictures(lines: Sequence[Line], options: Options) -> tuple[PictureDraft, ...]:
        shown = {f"{name}: {value}": (name, value) for name, values in options.items() for value in values.values()}
        placed = []
        for line in lines:
            source = line.read("image")
            if source is None:
                continue
            picture = PictureDraft(source, line.read("image_alt", empty=""), line.read("caption", empty=""))
            if told := line.text("image_value"):
                if told not in shown:
                    line.refuse("image_value", "That is no value of this product. Write it like Color: Black.")
                picture = replace(picture, shows=shown.get(told))
            place = line.read("image_position", empty=cells.MOST_PLACES)
            placed.append((place, replace(picture, row=line.number)))
        return tuple(picture for _, picture in sorted(placed, key=lambda one: one[0]))
