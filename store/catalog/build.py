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
class Own:
    """What one combination of the options' values has of its own; without a sku one is proposed."""

    sku: str | None = None
    price: int | None = None
    was: int | None = None
    weight_grams: int = 0
    customs_code: str | None = None


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
    withdrawn_at: datetime | None = None
    own: Mapping[tuple[str, ...], Own] | None = None
    """By the labels of a combination, instead of price, weight and code of all. One that is not in it has no price.

    Here a `was` price is kept as it is told: nothing is put into the past of a price that begins now.
    """
    actor: str = "system"
    """Whose prices these are, as the price history names people."""


def build_product(session: Session, plan: Blueprint, now: datetime, taken: Iterable[str] = ()) -> Product:
    """Make a product with a variant for every combination of its options' values; their skus are none of `taken`."""
    product = lay_product(plan, now, taken)
    session.add(product)
    session.flush()  # stock, pictures and the price history refer to its ids
    session.add_all(first_prices(plan, product, now))
    index(session, [product.id])
    return product


def lay_product(plan: Blueprint, now: datetime, taken: Iterable[str] = ()) -> Product:
    """The same, not yet in any session: whoever builds many writes and indexes them together."""
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
        withdrawn_at=plan.withdrawn_at,
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
    skus = set(taken)
    for position, values in enumerate(grid):
        product.variants.append(_variant(plan, position, values, skus, _since(plan, now)))
        skus.add(product.variants[-1].sku)
    return product


def first_prices(plan: Blueprint, product: Product, now: datetime) -> list[PriceChange]:
    """What was charged since it appeared; a `was` price until now, and the lower one from now on."""
    since = _since(plan, now)
    if plan.own is not None:
        told = [(variant, since, price.amount) for variant in product.variants for price in variant.prices]
    else:
        prices = [(since, plan.price)] if plan.was is None else [(since, plan.was), (now, plan.price)]
        told = [(variant, at, amount) for variant in product.variants for at, amount in prices if amount is not None]
    return [
        PriceChange(variant_id=variant.id, currency=plan.currency, amount=amount, actor=plan.actor, at=at)
        for variant, at, amount in told
    ]


def _since(plan: Blueprint, now: datetime) -> datetime:
    return now if plan.own is not None else min(now, plan.published_at or now)


def _variant(
    plan: Blueprint, position: int, values: Sequence[OptionValue], taken: set[str], since: datetime
) -> Variant:
    labels = tuple(value.label for value in values)
    common = Own(None, plan.price, plan.was, plan.weight_grams, plan.customs_code)
    own = common if plan.own is None else plan.own.get(labels, Own())
    return Variant(
        sku=own.sku or distinct(sku(plan.number or plan.slug, labels), taken),
        label=", ".join(labels),
        position=position,
        weight_grams=own.weight_grams,
        customs_code=own.customs_code,
        stocked=plan.kind is not Kind.DIGITAL,
        created_at=since,
        values=list(values),
        prices=_prices(plan.currency, own),
    )


def _prices(currency: str, own: Own) -> list[VariantPrice]:
    if own.price is None:
        return []
    return [VariantPrice(currency=currency, amount=own.price, compare_at=own.was)]
