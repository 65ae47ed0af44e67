"""One variant more of a product, as programs ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog.grid import Axis
from store.catalog.models import Option, Product, Variant
from store.catalog.options import span
from store.catalog.variants import VariantEdit, price_of, write_rows
from store.catalog.writing import Catalog, Sent
from store.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class NewVariant:
    """What it is one of: its value of each option, in their order. What is None is taken from the first variant."""

    values: Mapping[str, str]
    sku: str | None = None
    price: int | None = None
    weight_grams: int | None = None

    def edit(self, usual: VariantEdit) -> VariantEdit:
        said = {"sku": self.sku, "price": self.price, "weight_grams": self.weight_grams}
        given = {name: value for name, value in said.items() if value is not None}
        return replace(usual, **given)  # type: ignore[arg-type] # each by its own name


def add_variant(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, wish: NewVariant, now: datetime) -> None:
    """Make the variant with these values; values that are new span the grid with all the others.

    Raises Conflict when there is such a variant, Invalid for options that are not the product's.
    """

    def work(session: Session, product: Product) -> None:
        if [name.casefold() for name in wish.values] != [option.name.casefold() for option in product.options]:
            names = ", ".join(option.name for option in product.options) or "none"
            raise Invalid("A variant has one value of each option.", {"options": [f"Its options are: {names}."]})
        labels = list(wish.values.values())
        if _labeled(product, labels):
            raise Conflict("There is such a variant already.")
        axes = [_with(option, label) for option, label in zip(product.options, labels, strict=True)]
        span(session, catalog, actor, product, axes, now)
        session.flush()  # the new variants have their ids
        (made,) = _labeled(product, labels)
        price = price_of(made, catalog.currency)
        usual = VariantEdit(
            made.id, made.sku, price.amount if price else None, None, made.weight_grams, made.customs_code
        )
        write_rows(session, catalog, actor, product, (wish.edit(usual),), now)

    catalog.change(actor, product_id, sent, wish, "product.options", now, work)


def _labeled(product: Product, labels: Sequence[str]) -> list[Variant]:
    wanted = [label.casefold() for label in labels]
    own = {value.id: place for place, option in enumerate(product.options) for value in option.values}
    return [
        variant
        for variant in product.variants
        if [value.label.casefold() for value in sorted(variant.values, key=lambda value: own[value.id])] == wanted
    ]


def _with(option: Option, label: str) -> Axis:
    values = tuple(value.label for value in option.values)
    known = {value.casefold() for value in values}
    return Axis(option.id, option.name, values if label.casefold() in known else (*values, label))
