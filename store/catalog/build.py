"""Building products: options, their variants as a grid, prices. Works in the caller's transaction."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from store.catalog.models import (
    Kind,
    Option,
    OptionValue,
    PriceChange,
    Product,
    Status,
    Variant,
    VariantPrice,
)
from store.catalog.proposals import distinct, sku
from store.catalog.search.service import index


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
    price: int | None = None
    """Minor units; without one it cannot be sold yet."""
    was: int | None = None
    currency: str = "usd"
    weight_grams: int = 0
    customs_code: str | None = None
    limit_per_member: int | None = None
    published_at: datetime | None = None
    actor: str = "system"
    """Whose prices these are, as the price history names people."""


def build_product(session: Session, plan: Blueprint, now: datetime, taken: Iterable[str] = ()) -> Product:
    """Make a product with a variant for every combination of its options' values; their skus are none of `taken`."""
    product = Product(
        slug=plan.slug,
        number=plan.number,
        title=plan.title,
        line=plan.line,
        kind=plan.kind,
        status=plan.status,
        description=plan.description,
        details=plan.details,
        limit_per_member=plan.limit_per_member,
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
    since = min(now, plan.published_at or now)
    grid = itertools.product(*(option.values for option in product.options))
    skus = set(taken)
    for position, values in enumerate(grid):
        product.variants.append(_variant(plan, position, values, skus, since))
        skus.add(product.variants[-1].sku)
    session.add(product)
    session.flush()  # stock, pictures and the price history refer to its ids
    session.add_all(_first_prices(plan, product, since, now))
    index(session, [product.id])
    return product


def _variant(
    plan: Blueprint, position: int, values: Sequence[OptionValue], taken: set[str], since: datetime
) -> Variant:
    labels = [value.label for value in values]
    return Variant(
        sku=distinct(sku(plan.number or plan.slug, labels), taken),
        label=", ".join(labels),
        position=position,
        weight_grams=plan.weight_grams,
        customs_code=plan.customs_code,
        stocked=plan.kind is not Kind.DIGITAL,
        created_at=since,
        values=list(values),
        prices=_prices(plan),
    )


def _prices(plan: Blueprint) -> list[VariantPrice]:
    if plan.price is None:
        return []
    return [VariantPrice(currency=plan.currency, amount=plan.price, compare_at=plan.was)]


def _first_prices(plan: Blueprint, product: Product, since: datetime, now: datetime) -> list[PriceChange]:
    """What was charged since it appeared; a `was` price until now, and the lower one from now on."""
    told = [(since, plan.price)] if plan.was is None else [(since, plan.was), (now, plan.price)]
    return [
        PriceChange(variant_id=variant.id, currency=plan.currency, amount=amount, actor=plan.actor, at=at)
        for variant in product.variants
        for at, amount in told
        if amount is not None
    ]
