"""What can be chosen of a product: its options, and the grid of variants they span."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog import repository
from store.catalog.grid import MOST_VARIANTS, Axis, Cell, GridPlan, plan_grid
from store.catalog.models import Kind, Option, OptionValue, Product, Variant
from store.catalog.proposals import distinct, sku
from store.catalog.variants import price_of, set_price
from store.catalog.writing import Catalog, Sent
from store.errors import Conflict, Invalid

ASIDE = 10_000
"""Positions are unique: while things change places they stand this much further back."""
Laid = list[dict[str, OptionValue]]
"""Each option's values by their labels, in the options' order."""


def grid_size(options: Iterable[tuple[str, Sequence[str]]]) -> int:
    return math.prod(len(values) for _, values in options)


def set_options(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, wish: tuple[Axis, ...], now: datetime
) -> None:
    """Give a product these options, and make its variants their grid.

    Variants that fit stay as they are; new ones take price and weight of the first. Raises Invalid for too many,
    Conflict when a variant would go, or lose an option, that was held, sold or moved.
    """

    def work(session: Session, product: Product) -> None:
        span(session, catalog, actor, product, wish, now)

    catalog.change(actor, product_id, sent, wish, "product.options", now, work)


def span(
    session: Session, catalog: Catalog, actor: Actor, product: Product, wish: Sequence[Axis], now: datetime
) -> None:
    """Lay the grid of these options over a product that is locked; see `set_options`."""
    price = price_of(product.variants[0], catalog.currency)
    for variant in lay_options(session, catalog, product, wish, now):
        set_price(session, variant, catalog.currency, price.amount if price else None, None, actor, now)


def lay_options(
    session: Session, catalog: Catalog, product: Product, wish: Sequence[Axis], now: datetime
) -> list[Variant]:
    """As `span`; the new variants, which have no price yet."""
    axes = _recognize(product, wish)
    if grid_size((axis.name, axis.values) for axis in axes) > MOST_VARIANTS:
        raise Invalid("These are too many.", {"options": [f"A product may have {MOST_VARIANTS} variants."]})
    plan = plan_grid(axes, _cells(product), {option.id: option.values[0].label for option in product.options})
    for let_go in catalog.ties.let_go:
        let_go(session, plan.gone)
    _refuse_used(session, catalog, product, [*plan.gone, *plan.merged])
    model = product.variants[0]
    _step_aside(session, product, plan.gone)
    laid = _lay_options(session, product, axes)
    return _lay_grid(session, product, plan, laid, model, now)


def _recognize(product: Product, wish: Sequence[Axis]) -> list[Axis]:
    """Which option each of the wish is: by its id, else by its name."""
    own = {option.id: option.name.casefold() for option in product.options}
    claimed = {axis.id for axis in wish}
    by_name = {name: option_id for option_id, name in own.items() if option_id not in claimed}
    return [
        replace(axis, id=axis.id if axis.id in own else by_name.get(axis.name.casefold()), name=axis.name)
        for axis in wish
    ]


def _cells(product: Product) -> list[Cell]:
    return [
        Cell(variant.id, {value.option_id: value.label for value in variant.values}) for variant in product.variants
    ]


def _refuse_used(session: Session, catalog: Catalog, product: Product, variant_ids: Sequence[int]) -> None:
    used: set[int] = set()
    for asks in catalog.ties.used:
        used |= asks(session, variant_ids)
    if not used:
        return
    names = [variant.label or variant.sku for variant in product.variants if variant.id in used]
    told = "; ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    raise Conflict(
        f"Already held, sold or counted: {told}. What has a history stays. Nothing was changed;"
        " take away its price, and nobody can buy it any more."
    )


def _step_aside(session: Session, product: Product, gone: Sequence[int]) -> None:
    """Remove variants, and put the others and the options aside, so that they can take any place and name."""
    for variant in [variant for variant in product.variants if variant.id in gone]:
        product.variants.remove(variant)
    for variant in product.variants:
        variant.position += ASIDE
        variant.values = []
    for option in product.options:
        option.position += ASIDE
        option.name = f"\N{SECTION SIGN}{option.id}"
    session.flush()  # places, names and values are free now


def _lay_options(session: Session, product: Product, axes: Sequence[Axis]) -> Laid:
    present = {option.id: option for option in product.options}
    laid: Laid = []
    options = []
    for position, axis in enumerate(axes):
        option = present[axis.id] if axis.id is not None else Option()
        option.name, option.position = axis.name, position
        known = {value.label.casefold(): value for value in option.values}
        values = [known.get(label.casefold()) or OptionValue() for label in axis.values]
        for place, (value, label) in enumerate(zip(values, axis.values, strict=True)):
            value.label, value.position = label, place
        option.values = values
        options.append(option)
        laid.append(dict(zip(axis.values, values, strict=True)))
    kept = {value.id for values in laid for value in values.values()}
    for picture in product.pictures:
        if picture.value_id not in kept:
            picture.value_id = None
    product.options = options
    session.flush()  # variants refer to the values
    return laid


def _lay_grid(
    session: Session, product: Product, plan: GridPlan, laid: Laid, model: Variant, now: datetime
) -> list[Variant]:
    """Put every variant into its place of the grid, and make what is missing after the model; what was made."""
    at = {place: number for number, place in enumerate(plan.order)}
    for variant in product.variants:
        _place(variant, plan.kept[variant.id], at, laid)
    number = product.number or product.slug
    taken = repository.skus_like(session, sku(number, []))
    made = []
    for place in plan.new:
        variant = Variant(
            sku=distinct(sku(number, place), taken),
            weight_grams=model.weight_grams,
            customs_code=model.customs_code,
            stocked=product.kind is not Kind.DIGITAL,
            created_at=now,
        )
        taken.add(variant.sku)
        _place(variant, place, at, laid)
        made.append(variant)
    product.variants.extend(made)
    session.flush()  # the price history refers to them
    return made


def _place(variant: Variant, place: tuple[str, ...], at: dict[tuple[str, ...], int], laid: Laid) -> None:
    variant.position, variant.label = at[place], ", ".join(place)
    variant.values = [values[label] for values, label in zip(laid, place, strict=True)]
