"""What becomes of a product when a file tells of it: what the file says, and of the rest what it was. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store.catalog.typed import LONGEST_LINE
from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft

WORDS = ("description", "line", "number", "details", "size_chart", "limit", "withdrawn_at")
OF_PICTURES = {"alt": "image_alt", "caption": "caption", "shows": "image_value"}
_DIGEST = re.compile(r"(?:^|/)([0-9a-f]{64})(?:/|$)")
_SENTENCE = re.compile(r"\S.*?[.!?](?=\s|$)")


class Misfit(ValueError):
    """The file tells of a product otherwise than it can become; `column` is where."""

    def __init__(self, row: int, column: str | None, sentence: str) -> None:
        super().__init__(sentence)
        self.row, self.column = row, column


@dataclass(frozen=True, slots=True)
class Merged:
    """The product as it is to be. `is_held_back`: it lacks what it needs to be on sale, and becomes a draft."""

    product: ProductDraft
    is_held_back: bool = False


def digest_of(source: str) -> str | None:
    """Of which picture this is the address, if it is one of ours: its own name is in it, whatever host it names."""
    found = _DIGEST.search(source.partition("?")[0])
    return found[1] if found else None


def merge(draft: ProductDraft, current: ProductDraft | None, known: Sequence[PictureDraft], now: datetime) -> Merged:
    """`known` are those of the file's pictures that we have, by their digests. Raises Misfit."""
    base = current or _new(draft)
    words: dict[str, Any] = {name: getattr(draft, name) for name in WORDS if name in draft.given}
    kind = draft.kind or base.kind
    if kind != base.kind and base.published_at is not None and base.published_at <= now:
        raise Misfit(draft.row, "kind", f"It has been on sale as {base.kind}, and stays that.")
    options = _options(draft, base) if current else draft.options
    if current is None and not options and len(draft.variants) > 1:
        raise Misfit(draft.variants[1].row, "option1_value", "It is missing. Several variants need an option.")
    whole = replace(
        base,
        title=draft.title,
        kind=kind,
        options=options,
        variants=_variants(draft, base, options) if current else draft.variants,
        pictures=_pictures(draft, base, known),
        published=None,
        row=draft.row,
        **words,
    )
    return _standing(draft, current, whole, now)


def _new(draft: ProductDraft) -> ProductDraft:
    sentence = _SENTENCE.match(draft.description.partition("\n")[0])
    line = sentence[0] if sentence and len(sentence[0]) <= LONGEST_LINE else ""
    return ProductDraft(draft.handle, draft.title, line=line, kind="physical" if draft.shipped else "digital")


def _standing(draft: ProductDraft, current: ProductDraft | None, whole: ProductDraft, now: datetime) -> Merged:
    """Status and moment. What is not told stays; a moment that has passed is never forgotten."""
    at = draft.published_at or whole.published_at
    status = draft.status or (current.status if current else None) or ("active" if draft.published else "draft")
    if draft.status == "active" and draft.published is False and draft.published_at is None:
        status = "draft"  # there is no other shop window here than the online store
    was_active = current is not None and current.status == "active"
    is_held_back = status == "active" and not was_active and _lacks(whole)
    if is_held_back:
        status = "draft"
    is_over = whole.withdrawn_at is not None and whole.withdrawn_at <= now
    if status == "active" and not was_active and is_over and "withdrawn_at" not in draft.given:
        whole = replace(whole, withdrawn_at=None)  # as publishing does
    if status == "active":
        at = at or now
    elif at is not None and at > now:
        at = None
    return Merged(replace(whole, status=status, published_at=at), is_held_back)


def _lacks(whole: ProductDraft) -> bool:
    """As the catalogue says what a product must have before anybody can buy it."""
    has_price = any(variant.price is not None for variant in whole.variants)
    return not has_price or not whole.pictures or not all(picture.alt for picture in whole.pictures)


def _options(draft: ProductDraft, base: ProductDraft) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Its options, with the values that are new behind those there were."""
    if "option1_value" not in draft.given:
        return base.options
    names, told = ([name for name, _ in one.options] for one in (base, draft))
    if list(map(str.casefold, names)) != list(map(str.casefold, told)):
        raise Misfit(
            draft.row,
            "option1_name",
            f"Here it has {_named(names)}, and the file says {_named(told)}. Change that on the product's page first.",
        )
    merged = []
    for (name, values), (_, others) in zip(base.options, draft.options, strict=True):
        known = {value.casefold() for value in values}
        merged.append((name, (*values, *(value for value in others if value.casefold() not in known))))
    return tuple(merged)


def _named(options: Sequence[str]) -> str:
    return "the options " + ", ".join(options) if options else "no options"


def _variants(
    draft: ProductDraft, base: ProductDraft, options: Sequence[tuple[str, tuple[str, ...]]]
) -> tuple[VariantDraft, ...]:
    spelled = [{value.casefold(): value for value in values} for _, values in options]
    there = {variant.values: variant for variant in base.variants}
    by_sku = {variant.sku: variant.values for variant in base.variants}
    for told in draft.variants:
        if "option1_value" in draft.given or not options:
            place = tuple(labels[value.casefold()] for labels, value in zip(spelled, told.values, strict=True))
        elif told.sku is None:
            continue
        elif told.sku in by_sku:
            place = by_sku[told.sku]
        else:
            raise Misfit(told.row, "sku", f"{told.sku} is none of this product's, and the file has no options.")
        there[place] = _variant(replace(told, values=place), there.get(place), draft.given)
    return tuple(there.values())


def _variant(told: VariantDraft, there: VariantDraft | None, given: frozenset[str]) -> VariantDraft:
    if there is None:
        return told
    kept: Mapping[str, Any] = {name: getattr(told, name) for name in ("price", "was", "customs") if name in given} | {
        name: getattr(told, name) for name in ("sku", "grams", "quantity") if getattr(told, name) is not None
    }
    merged = replace(there, row=told.row, **kept)
    is_lower = merged.price is not None and merged.was is not None and merged.price < merged.was
    return merged if is_lower else replace(merged, was=None)


def _pictures(draft: ProductDraft, base: ProductDraft, known: Sequence[PictureDraft]) -> tuple[PictureDraft, ...]:
    """Those of the file in its order, then those it does not name."""
    there = {picture.source: picture for picture in base.pictures}
    told = []
    for picture in known:
        kept = {name: getattr(there[picture.source], name) for name in OF_PICTURES} if picture.source in there else {}
        said = {name: getattr(picture, name) for name, column in OF_PICTURES.items() if column in draft.given}
        told.append(replace(picture, **kept | said))
    named = {picture.source for picture in told}
    return (*told, *(picture for picture in base.pictures if picture.source not in named))
