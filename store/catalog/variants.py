"""The table of a product's variants: skus, prices, weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog import repository
from store.catalog.charged import was_charged
from store.catalog.models import PriceChange, Product, Variant, VariantPrice
from store.catalog.typed import write_price
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid


@dataclass(frozen=True, slots=True)
class VariantEdit:
    """A row of the variants' table. None takes a price away."""

    id: int
    sku: str
    price: int | None
    was: int | None
    weight_grams: int
    customs_code: str | None


@dataclass(frozen=True, slots=True)
class ForAll:
    """What every row gets in which it was left as it is; None leaves all of them alone."""

    price: int | None = None
    weight_grams: int | None = None
    customs_code: str | None = None


def edit_variants(
    catalog: Catalog,
    actor: Actor,
    product_id: int,
    sent: Sent,
    edits: tuple[VariantEdit, ...],
    for_all: ForAll,
    now: datetime,
) -> None:
    """Change the variants' table. Raises Invalid, field by field (`sku-12`, `was-12`), and then changes nothing."""

    def work(session: Session, product: Product) -> None:
        own = {variant.id: variant for variant in product.variants}
        rows = [_row(own[edit.id], edit, for_all, catalog.currency) for edit in edits if edit.id in own]
        write_rows(session, catalog, actor, product, rows, now)

    catalog.change(actor, product_id, sent, (edits, for_all), "product.variants", now, work)


def write_rows(
    session: Session, catalog: Catalog, actor: Actor, product: Product, rows: Sequence[VariantEdit], now: datetime
) -> None:
    """Let these variants of a product be so; the product is locked. Raises Invalid, field by field."""
    own = {variant.id: variant for variant in product.variants}
    fields = _sku_faults(session, rows)
    for row in rows:
        fields |= _was_faults(session, product, own[row.id], row, catalog.currency, now)
    if fields:
        raise Invalid("Some of these rows cannot be as they are.", fields)
    for row in rows:  # aside first: two rows may exchange their skus
        if own[row.id].sku != row.sku:
            own[row.id].sku = f"\N{SECTION SIGN}{row.id}"
    session.flush()
    for row in rows:
        variant = own[row.id]
        variant.sku, variant.weight_grams, variant.customs_code = row.sku, row.weight_grams, row.customs_code
        set_price(session, variant, catalog.currency, row.price, row.was, actor, now)


def set_price(
    session: Session, variant: Variant, currency: str, amount: int | None, was: int | None, actor: Actor, now: datetime
) -> None:
    """Charge this from now on, and remember it; None takes the variant off sale in this currency."""
    current = price_of(variant, currency)
    if amount is None:
        if current is not None:
            variant.prices.remove(current)
        return
    if current is None:
        variant.prices.append(VariantPrice(currency=currency, amount=amount, compare_at=was))
    if current is None or current.amount != amount:
        session.add(PriceChange(variant_id=variant.id, currency=currency, amount=amount, actor=actor.name, at=now))
    if current is not None:
        current.amount, current.compare_at = amount, was


def price_of(variant: Variant, currency: str) -> VariantPrice | None:
    return next((price for price in variant.prices if price.currency == currency), None)


def _row(variant: Variant, edit: VariantEdit, for_all: ForAll, currency: str) -> VariantEdit:
    """The row as it is to be: what was left as it is gives way to what is for all."""
    price = price_of(variant, currency)
    amount = price.amount if price else None
    if for_all.price is not None and edit.price in (None, amount):
        edit = replace(edit, price=for_all.price)
    if for_all.weight_grams is not None and edit.weight_grams == variant.weight_grams:
        edit = replace(edit, weight_grams=for_all.weight_grams)
    if for_all.customs_code is not None and edit.customs_code == variant.customs_code:
        edit = replace(edit, customs_code=for_all.customs_code)
    return edit


def _sku_faults(session: Session, rows: Sequence[VariantEdit]) -> dict[str, list[str]]:
    owners = repository.owners_of_skus(session, [row.sku for row in rows])
    here = {row.id for row in rows}
    typed: dict[str, int] = {}
    fields = {}
    for row in rows:
        if typed.setdefault(row.sku, row.id) != row.id:
            fields[f"sku-{row.id}"] = [f"{row.sku} is in this table twice."]
        elif owners.get(row.sku, row.id) not in here:
            fields[f"sku-{row.id}"] = [f"{row.sku} belongs to another item."]
    return fields


def _was_faults(
    session: Session, product: Product, variant: Variant, row: VariantEdit, currency: str, now: datetime
) -> dict[str, list[str]]:
    """What is wrong with a `was` price: it must be higher, and was really charged."""
    if row.was is None:
        return {}
    if row.price is None:
        return {f"was-{row.id}": ["Without a price now there is none that it was."]}
    if row.was <= row.price:
        return {f"was-{row.id}": ["This must be higher than the price now."]}
    current = price_of(variant, currency)
    if current is not None and current.compare_at == row.was:
        return {}
    changes = repository.price_changes(session, variant, currency)
    if was_charged(changes, row.was, product.published_at, now):
        return {}
    asked = write_price(row.was, currency)
    return {f"was-{row.id}": [f"Nobody was asked for {asked} in the last 30 days. Leave this empty."]}
