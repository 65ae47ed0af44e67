"""A product as programs read it: every variant with whether it can be had, every picture by its whole address."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from store.catalog.pictures import Made, embed
from store.money import Money
from store.storefront.cards import Terms
from store.storefront.facts import Grid, variants_of


def product(row: Any, terms: Terms, public_url: str) -> dict[str, Any] | None:  # noqa: ANN401 - a row of `facts.find`
    """None for what has no price in the shop's currency: it cannot be bought."""
    variants = variants_of(row)
    if not variants:
        return None
    return {
        **{name: getattr(row, name) for name in ("id", "slug", "number", "title", "line", "description")},
        "kind": row.kind.value,
        "price": Money(min(variant.price for variant in variants), terms.currency),
        "options": _options(variants),
        "variants": [_variant(variant, terms.currency) for variant in variants],
        "images": _images(row.gallery or [], public_url),
        "url": f"{public_url}/products/{row.slug}",
    }


def _options(variants: list[Grid]) -> list[dict[str, Any]]:
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for value in variant.values:
            values.setdefault(value.option, {})[value.label] = None
    return [{"name": name, "values": list(labels)} for name, labels in values.items()]


def _variant(variant: Grid, currency: str) -> dict[str, Any]:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "title": variant.label,
        "price": Money(variant.price, currency),
        "available": not variant.is_sold_out,
        "options": [{"name": value.option, "value": value.label} for value in variant.values],
    }


def _images(rows: list[Any], public_url: str) -> list[dict[str, Any]]:
    shown = [embed(Made._make(made)) for _, _, *made in sorted(rows, key=itemgetter(0))]
    return [
        {"url": f"{public_url}{one.full}", "alt": one.alt, "width": one.width, "height": one.height}
        for one in shown
        if one is not None
    ]
