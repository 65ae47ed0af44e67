"""The columns of Shopify's product CSV that the shop knows, by their names of today and of before. Pure.

What Shopify has no column for is written as it writes a metafield: a label, then in brackets the name that counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPTIONS = (1, 2, 3)
_MORE = re.compile(r"option([0-9]+) (?:name|value)")
_METAFIELD = re.compile(r".*\(((?:product|variant|image)\.metafields\.nastymixx\.[a-z_]+)\)", re.S)


def _own(label: str, of: str, name: str) -> str:
    return f"{label} ({of}.metafields.nastymixx.{name})"


NAMES: dict[str, tuple[str, ...]] = {
    "title": ("Title",),
    "handle": ("URL handle", "Handle"),
    "description": ("Description", "Body (HTML)"),
    "published": ("Published on online store", "Published"),
    "status": ("Status",),
    "sku": ("SKU", "Variant SKU"),
    **{f"option{n}_{part}": (f"Option{n} {part}",) for n in OPTIONS for part in ("name", "value")},
    "price": ("Price", "Variant Price"),
    "was": ("Compare-at price", "Compare at price", "Variant Compare At Price"),
    "tracker": ("Inventory tracker", "Variant Inventory Tracker"),
    "quantity": ("Inventory quantity", "Variant Inventory Qty"),
    "policy": ("Continue selling when out of stock", "Variant Inventory Policy"),
    "grams": ("Weight value (grams)", "Variant Grams"),
    "unit": ("Weight unit for display", "Variant Weight Unit"),
    "shipping": ("Requires shipping", "Variant Requires Shipping"),
    "image": ("Product image URL", "Image Src"),
    "image_position": ("Image position",),
    "image_alt": ("Image alt text",),
    "variant_image": ("Variant image URL", "Variant Image"),
    "number": (_own("Number", "product", "number"),),
    "line": (_own("Line", "product", "line"),),
    "kind": (_own("Kind", "product", "kind"),),
    "details": (_own("Details", "product", "details"),),
    "size_chart": (_own("Size chart", "product", "size_chart"),),
    "limit": (_own("Limit per person", "product", "limit_per_person"),),
    "published_at": (_own("On sale from", "product", "published_at"),),
    "withdrawn_at": (_own("On sale until", "product", "withdrawn_at"),),
    "customs": (_own("Customs code", "variant", "customs_code"),),
    "caption": (_own("Image caption", "image", "caption"),),
    "image_value": (_own("Image shows", "image", "value"),),
}
"""What each column is called; the first name is the one that is written."""
WRITTEN = tuple(NAMES)
HEADINGS = tuple(names[0] for names in NAMES.values())
NEEDED = ("handle", "title")


@dataclass(frozen=True, slots=True)
class Header:
    """A file's first row: which cell each column is, and what the file calls it."""

    places: Mapping[str, int]
    titles: Mapping[str, str]
    width: int
    strange: tuple[str, ...]
    """Columns the shop keeps nothing of."""

    def has(self, column: str) -> bool:
        return column in self.places

    def name(self, column: str) -> str:
        """As the file has it, or as it would be called."""
        return self.titles.get(column, NAMES[column][0])


def read_header(cells: Sequence[str]) -> Header:
    """Raises ValueError with a sentence when a needed column is missing or one is there twice."""
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    strange = []
    for place, cell in enumerate(cells):
        title = cell.strip()
        column = _BY_NAME.get(_plain(title))
        if column is None:
            strange.append(title)
            if _MORE.fullmatch(_plain(title)):
                raise ValueError(f"“{title}”: a product has three options at most.")
        elif column in places:
            raise ValueError(f"The columns “{titles[column]}” and “{title}” are the same. Keep one of them.")
        else:
            places[column], titles[column] = place, title
    missing = [" or ".join(f"“{name}”" for name in NAMES[column]) for column in NEEDED if column not in places]
    if missing:
        raise ValueError(
            f"The first row names no column {', and none '.join(missing)}. It must have the names of Shopify's"
            " product CSV, with commas between them."
        )
    return Header(places, titles, len(cells), tuple(filter(None, strange)))


def _plain(title: str) -> str:
    own = _METAFIELD.fullmatch(title)
    return own[1] if own else " ".join(title.split()).casefold()


_BY_NAME = {_plain(name): column for column, names in NAMES.items() for name in names}
