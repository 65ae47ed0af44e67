"""Drafts of products as rows of cells, the other way round from `reading.py`. Pure."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

from store.catalog.typed import write_price
from store.ops.products.columns import OPTIONS, WRITTEN
from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft
from store.ops.products.prose import as_html

Cells = dict[str, str]


def rows_of(draft: ProductDraft, currency: str) -> Iterator[list[str]]:
    """One row for each variant and each picture, whichever are more; the first tells of the product too."""
    sources = _sources(draft)
    for number, (variant, picture) in enumerate(itertools.zip_longest(draft.variants, draft.pictures)):
        row: Cells = {"handle": draft.handle}
        if number == 0:
            row |= _words(draft)
        if variant is not None:
            row |= _variant(draft, variant, currency) | {"variant_image": _own_picture(draft, variant, sources)}
        if picture is not None:
            row |= _picture(picture, number + 1)
        yield [row.get(column, "") for column in WRITTEN]


def _words(draft: ProductDraft) -> Cells:
    names = [name for name, _ in draft.options] or ["Title"]
    return {
        "title": draft.title,
        "description": as_html(draft.description),
        "published": _flag(draft.published),
        "status": draft.status or "",
        "number": draft.number or "",
        "line": draft.line,
        "kind": draft.kind or "",
        "details": json.dumps(draft.details, ensure_ascii=False) if draft.details else "",
        "size_chart": json.dumps(draft.size_chart, ensure_ascii=False) if draft.size_chart else "",
        "limit": _number(draft.limit),
        "published_at": draft.published_at.isoformat() if draft.published_at else "",
        "withdrawn_at": draft.withdrawn_at.isoformat() if draft.withdrawn_at else "",
    } | {f"option{n}_name": name for n, name in zip(OPTIONS, names, strict=False)}


def _variant(draft: ProductDraft, variant: VariantDraft, currency: str) -> Cells:
    values = variant.values or ("Default Title",)
    return {
        "sku": variant.sku or "",
        "price": "" if variant.price is None else write_price(variant.price, currency),
        "was": "" if variant.was is None else write_price(variant.was, currency),
        "tracker": "" if variant.quantity is None else "shopify",
        "quantity": _number(variant.quantity),
        "policy": "DENY",
        "grams": _number(variant.grams),
        "unit": "g",
        "shipping": _flag(draft.kind == "physical"),
        "customs": variant.customs or "",
    } | {f"option{n}_value": value for n, value in zip(OPTIONS, values, strict=False)}


def _picture(picture: PictureDraft, position: int) -> Cells:
    return {
        "image": picture.source,
        "image_position": str(position),
        "image_alt": picture.alt,
        "caption": picture.caption,
        "image_value": f"{picture.shows[0]}: {picture.shows[1]}" if picture.shows else "",
    }


def _sources(draft: ProductDraft) -> dict[tuple[str, str], str]:
    """The first picture of each value that has one of its own."""
    return {picture.shows: picture.source for picture in reversed(draft.pictures) if picture.shows}


def _own_picture(draft: ProductDraft, variant: VariantDraft, sources: dict[tuple[str, str], str]) -> str:
    names = (name for name, _ in draft.options)
    return next((sources[shown] for shown in zip(names, variant.values, strict=False) if shown in sources), "")


def _flag(told: bool | None) -> str:
    return "" if told is None else str(told).upper()


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
