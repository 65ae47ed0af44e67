"""Building products: options, their variants as a grid, prices. Works in the caller's transaction."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from store.catalog.models import Kind, Option, OptionValue, Product, Status, Variant, VariantPrice


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a product is to be. `options` maps each option's name to its values; the grid of them are its variants."""

    slug: str
    number: str | None
    title: str
    line: str
    kind: Kind = Kind.PHYSICAL
    status: Status = Status.DRAFT
    description: str = ""
    details: list[dict[str, str]] = field(default_factory=list)
    size_chart: dict[str, object] | None = None
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    price: int = 0
    was: int | None = None
    currency: str = "usd"
    weight_grams: int = 0
    customs_code: str | None = None
    published_at: datetime | None = None


def build_product(session: Session, plan: Blueprint, now: datetime) -> Product:
    """Make a product with a variant for every combination of its options' values."""
    product = Product(
        slug=plan.slug,
        number=plan.number,
        title=plan.title,
        line=plan.line,
        kind=plan.kind,
        status=plan.status,
        description=plan.description,
        details=plan.details,
        size_chart=plan.size_chart,
        published_at=plan.published_at,
        created_at=now,
        updated_at=now,
    )
    product.options = [
        Option(
            name=name,
            position=position,
            values=[OptionValue(label=label, position=place) for place, label in enumerate(labels)],
        )
        for position, (name, labels) in enumerate(plan.options.items())
    ]
    grid = itertools.product(*(option.values for option in product.options))
    product.variants = [_variant(plan, position, values) for position, values in enumerate(grid)]
    session.add(product)
    session.flush()  # stock and pictures refer to its ids
    return product


def _variant(plan: Blueprint, position: int, values: Sequence[OptionValue]) -> Variant:
    return Variant(
        sku=sku(plan.number or plan.slug, [value.label for value in values]),
        label=", ".join(value.label for value in values),
        position=position,
        weight_grams=plan.weight_grams,
        customs_code=plan.customs_code,
        stocked=plan.kind is not Kind.DIGITAL,
        values=list(values),
        prices=[VariantPrice(currency=plan.currency, amount=plan.price, compare_at=plan.was)],
    )


def sku(number: str, labels: Sequence[str]) -> str:
    """`NMX-041-BLK-L`: the number, then each value; long words by their first letter and consonants."""
    return "-".join(["NMX", number.upper(), *(_short(label) for label in labels)])


def _short(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().upper()
    word = re.sub(r"[^A-Z0-9]", "", plain)
    return word if len(word) <= 4 else word[0] + re.sub(r"[AEIOU]", "", word[1:])[:4]
