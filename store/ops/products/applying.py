"""A product made, or changed, as a merged draft says. Every function works in the import's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog import addresses, repository
from store.catalog.build import Blueprint, Own, lay_product
from store.catalog.gallery import ASIDE
from store.catalog.grid import Axis
from store.catalog.models import Kind, Product, ProductPicture, Status
from store.catalog.options import grid_size, lay_options
from store.catalog.proposals import sku
from store.catalog.variants import set_price
from store.catalog.writing import Catalog
from store.ops.products.drafting import place_of
from store.ops.products.drafts import ProductDraft


def blueprint(want: ProductDraft, currency: str, actor: Actor) -> Blueprint:
    return Blueprint(
        slug=want.handle,
        number=want.number,
        title=want.title,
        line=want.line,
        kind=Kind(want.kind or Kind.PHYSICAL),
        status=Status(want.status or Status.DRAFT),
        description=want.description,
        details=want.details,
        size_chart=want.size_chart,
        options=dict(want.options),
        currency=currency,
        limit_per_member=want.limit,
        published_at=want.published_at,
        withdrawn_at=want.withdrawn_at,
        own={one.values: Own(one.sku, one.price, one.was, one.grams or 0, one.customs) for one in want.variants},
        actor=actor.name,
    )


def lay(session: Session, plans: Sequence[Blueprint], named: Iterable[str], now: datetime) -> list[Product]:
    """Products that are not there yet; skus that the file does not name are none of those that are `named`."""
    addresses.taken(session, addresses.PRODUCT, *(plan.slug for plan in plans))
    taken, made = set(named), []
    for plan in plans:
        own = plan.own or {}
        if len(own) < grid_size(plan.options.items()) or any(one.sku is None for one in own.values()):
            taken |= repository.skus_like(session, sku(plan.number or plan.slug, []))
        made.append(lay_product(plan, now, taken))
        taken |= {variant.sku for variant in made[-1].variants}
    session.add_all(made)
    session.flush()  # what follows refers to their ids
    return made


def hang(product: Product, want: ProductDraft, picture_ids: Mapping[str, int]) -> None:
    """Make its gallery that of the draft, whose pictures are named by their digests."""
    values = {(option.name, value.label): value.id for option in product.options for value in option.values}
    free: dict[int, list[ProductPicture]] = {}
    for one in product.pictures:
        free.setdefault(one.picture_id, []).append(one)
    for position, picture in enumerate(want.pictures):
        picture_id = picture_ids[picture.source]
        hung = free[picture_id].pop(0) if free.get(picture_id) else ProductPicture(picture_id=picture_id)
        hung.position, hung.alt, hung.caption = position, picture.alt, picture.caption
        hung.value_id = values[picture.shows] if picture.shows else None
        if hung not in product.pictures:
            product.pictures.append(hung)


def amend(
    session: Session,
    catalog: Catalog,
    actor: Actor,
    product: Product,
    want: ProductDraft,
    picture_ids: Mapping[str, int],
    now: datetime,
) -> None:
    """Change a product that is locked."""
    product.title, product.line, product.description = want.title, want.line, want.description
    product.number, product.details, product.size_chart = want.number, want.details, want.size_chart
    product.limit_per_member = want.limit
    product.status = Status(want.status or Status.DRAFT)
    product.published_at, product.withdrawn_at = want.published_at, want.withdrawn_at
    if product.kind.value != want.kind:
        product.kind = Kind(want.kind or Kind.PHYSICAL)
        for variant in product.variants:
            variant.stocked = product.kind is not Kind.DIGITAL
    options = tuple((option.name, tuple(value.label for value in option.values)) for option in product.options)
    if options != want.options:
        ids = [option.id for option in product.options]
        axes = [Axis(one, name, values) for one, (name, values) in zip(ids, want.options, strict=True)]
        lay_options(session, catalog, product, axes, now)
    _tabulate(session, catalog, actor, product, want, now)
    for picture in product.pictures:
        picture.position += ASIDE
    session.flush()  # places are unique: all step aside first
    hang(product, want, picture_ids)


def _tabulate(
    session: Session, catalog: Catalog, actor: Actor, product: Product, want: ProductDraft, now: datetime
) -> None:
    """Skus, weights, codes and prices."""
    wanted = {one.values: one for one in want.variants}
    for variant in product.variants:
        told = wanted.get(place_of(product, variant))
        if told is None:
            continue
        variant.sku, variant.weight_grams, variant.customs_code = told.sku or variant.sku, told.grams or 0, told.customs
        set_price(session, variant, catalog.currency, told.price, told.was, actor, now)
