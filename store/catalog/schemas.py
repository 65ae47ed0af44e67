"""What staff type about products and collections, checked field by field. Fields it does not know change nothing.

Rows of a table are told apart by numbers in their names: `label-0`, `sku-12`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from store.catalog.editing import NewProduct, Words
from store.catalog.fields import Customs, KindName, Number, Paragraphs, Sku, Slug
from store.catalog.gallery import Arrangement, PictureEdit
from store.catalog.grid import Axis
from store.catalog.models import Kind
from store.catalog.shelves import Order, ShelfWords
from store.catalog.typed import (
    LONGEST_ALT,
    LONGEST_CAPTION,
    LONGEST_DESCRIPTION,
    LONGEST_DETAIL,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_OPTION,
    LONGEST_TITLE,
    MOST_DETAILS,
    MOST_GRAMS,
    MOST_OPTIONS,
    MOST_UNITS,
    is_plain,
    read_price,
    read_values,
)
from store.catalog.variants import ForAll, VariantEdit
from store.catalog.writing import Sent
from store.web.forms import Form, Line, Whole

MOST_ID = 10**18 - 1
Typed = Mapping[str, str]


class SentIn(Form):
    version = Whole(0, 2**31 - 1, load_default=0)
    form_token = Line(64, load_default=None)


class WordsIn(Form):
    title = Line(LONGEST_TITLE, missing="Every item has a name.", required=True)
    line = Line(LONGEST_LINE, missing="One sentence, please. It stands below the name.", required=True)
    slug = Slug(load_default=None)
    number = Number(load_default=None)
    description = Paragraphs(LONGEST_DESCRIPTION, load_default="")
    kind = KindName(load_default=Kind.PHYSICAL)
    limit = Whole(1, MOST_UNITS, load_default=None)


class BeginIn(Form):
    """What only a new product's form asks for; its price is read apart."""

    weight = Whole(0, MOST_GRAMS, load_default=0)
    customs = Customs(load_default=None)


class RowIn(Form):
    sku = Sku(missing="Every variant has a sku.", required=True)
    weight = Whole(0, MOST_GRAMS, load_default=0)
    customs = Customs(load_default=None)


class AllIn(Form):
    weight = Whole(0, MOST_GRAMS, load_default=None)
    customs = Customs(load_default=None)


class PictureIn(Form):
    alt = Line(LONGEST_ALT, load_default="")
    caption = Line(LONGEST_CAPTION, load_default="")
    color = Whole(1, MOST_ID, load_default=None)


class ButtonIn(Form):
    up = Whole(1, MOST_ID, load_default=None)
    down = Whole(1, MOST_ID, load_default=None)
    remove = Whole(1, MOST_ID, load_default=None)


class OrderIn(ButtonIn):
    add = Line(48, load_default=None)


class ShelfIn(Form):
    title = Line(80, missing="Every collection has a name.", required=True)
    slug = Slug(load_default=None)
    description = Paragraphs(1_000, load_default="")
    featured = fields.Boolean(truthy={"yes"}, load_default=False)


Faults = dict[str, list[str]]


def read_sent(typed: Typed) -> Sent:
    """The version a form was made from, and its token."""
    loaded = SentIn().load(typed)
    return Sent(loaded["version"], loaded["form_token"])


def read_words(typed: Typed) -> Words:
    faults: Faults = {}
    loaded, details = _load(WordsIn(), typed, faults), _details(typed, faults)
    _refuse(faults)
    return Words(**loaded, details=details)


def read_new_product(typed: Typed, currency: str) -> NewProduct:
    faults: Faults = {}
    loaded, details = _load(WordsIn(), typed, faults), _details(typed, faults)
    axes, begin = _axes(typed, faults), _load(BeginIn(), typed, faults)
    price = _price(typed, "price", currency, faults)
    _refuse(faults)
    options = tuple((axis.name, axis.values) for axis in axes)
    return NewProduct(Words(**loaded, details=details), options, price, begin["weight"], begin["customs"])


def read_axes(typed: Typed) -> tuple[Axis, ...]:
    """`name-0` and `values-0` for each option, and `option-0` when it is one there is."""
    faults: Faults = {}
    axes = _axes(typed, faults)
    _refuse(faults)
    return axes


def read_table(typed: Typed, currency: str) -> tuple[tuple[VariantEdit, ...], ForAll]:
    """The variants' table: `sku-12`, `price-12` and so on for each row, and `price-all` for those left as they are."""
    faults: Faults = {}
    rows = []
    for row_id in _row_ids(typed, "sku"):
        row = _load(RowIn(), _row(typed, row_id, ("sku", "weight", "customs")), faults, f"-{row_id}")
        price, was = (_price(typed, f"{name}-{row_id}", currency, faults) for name in ("price", "was"))
        if row:
            rows.append(VariantEdit(row_id, row["sku"], price, was, row["weight"], row["customs"]))
    common = _load(AllIn(), _row(typed, "all", ("weight", "customs")), faults, "-all")
    price = _price(typed, "price-all", currency, faults)
    _refuse(faults)
    return tuple(rows), ForAll(price, common["weight"], common["customs"])


def read_about(typed: Typed) -> PictureEdit:
    """What is said of pictures that are being added."""
    faults: Faults = {}
    about = _load(
        PictureIn(), {name: typed.get(f"{name}-new", "") for name in ("alt", "caption", "color")}, faults, "-new"
    )
    _refuse(faults)
    return PictureEdit(0, about["alt"], about["caption"], about["color"])


def read_arrangement(typed: Typed) -> Arrangement:
    """The gallery's form: `alt-5` and so on for each picture, and the button that was pressed."""
    faults: Faults = {}
    edits = []
    for row_id in _row_ids(typed, "alt"):
        row = _load(PictureIn(), _row(typed, row_id, ("alt", "caption", "color")), faults, f"-{row_id}")
        if row:
            edits.append(PictureEdit(row_id, row["alt"], row["caption"], row["color"]))
    button = _load(ButtonIn(), typed, faults)
    _refuse(faults)
    return Arrangement(tuple(edits), **button)


def read_shelf(typed: Typed) -> ShelfWords:
    return ShelfWords(**ShelfIn().load(typed))


def read_order(typed: Typed) -> Order:
    return Order(**OrderIn().load(typed))


def read_ids(typed: Typed, prefix: str) -> tuple[int, ...]:
    """The ids that were ticked, as `shelf-3`."""
    return tuple(_row_ids(typed, prefix))


def _load(schema: Form, typed: Typed, faults: Faults, suffix: str = "") -> dict[str, Any]:
    """What the schema reads; its refusals are noted under the names the fields have on the page."""
    try:
        loaded: dict[str, Any] = schema.load(typed)
    except ValidationError as refusal:
        faults.update({f"{name}{suffix}": sentences for name, sentences in refusal.messages_dict.items()})
        return {}
    return loaded


def _refuse(faults: Faults) -> None:
    if faults:
        raise ValidationError(faults)


def _price(typed: Typed, name: str, currency: str, faults: Faults) -> int | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        return read_price(text, currency)
    except ValueError as refusal:
        faults[name] = [str(refusal)]
        return None


def _details(typed: Typed, faults: Faults) -> tuple[tuple[str, str], ...]:
    details = []
    for row in range(MOST_DETAILS):
        label, text = (typed.get(f"{name}-{row}", "").strip() for name in ("label", "text"))
        for name, part, longest in (("label", label, LONGEST_LABEL), ("text", text, LONGEST_DETAIL)):
            if len(part) > longest or not is_plain(part):
                faults[f"{name}-{row}"] = [f"One line of at most {longest} characters, please."]
        if bool(label) != bool(text):
            faults[f"{'text' if label else 'label'}-{row}"] = ["A detail has a label and a text."]
        if label and text:
            details.append((label, text))
    return tuple(details)


def _axes(typed: Typed, faults: Faults) -> tuple[Axis, ...]:
    axes: list[Axis] = []
    for row in range(MOST_OPTIONS):
        name = " ".join(typed.get(f"name-{row}", "").split())
        try:
            values = read_values(typed.get(f"values-{row}", ""))
        except ValueError as refusal:
            faults[f"values-{row}"] = [str(refusal)]
            continue
        if not name and not values:
            continue
        if not name or len(name) > LONGEST_OPTION or not is_plain(name):
            faults[f"name-{row}"] = [f"Name the option in at most {LONGEST_OPTION} characters, like Size."]
        if not values:
            faults[f"values-{row}"] = ["Write its values with commas between them, like S, M, L."]
        if any(axis.name.casefold() == name.casefold() for axis in axes):
            faults[f"name-{row}"] = [f"{name} is there twice."]
        known = typed.get(f"option-{row}", "")
        axes.append(Axis(int(known) if _is_id(known) else None, name, values))
    return tuple(axes)


def _row(typed: Typed, row_id: int | str, names: tuple[str, ...]) -> dict[str, str]:
    return {name: typed.get(f"{name}-{row_id}", "") for name in names}


def _row_ids(typed: Typed, prefix: str) -> list[int]:
    ids = (name.removeprefix(f"{prefix}-") for name in typed if name.startswith(f"{prefix}-"))
    return [int(row_id) for row_id in ids if _is_id(row_id)]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0
