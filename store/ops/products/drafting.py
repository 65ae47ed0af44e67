"""Products of the database as drafts: what is exported, and what an import compares with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from store.catalog.models import Product, Variant
from store.catalog.variants import price_of
from store.media.repository import renditions
from store.ops.products.drafts import PictureDraft, ProductDraft, VariantDraft
from store.stock import shelf
from store.stock.levels import Level

SHOWN = "jpeg"


def widest(session: Session, products: Sequence[Product]) -> dict[int, str]:
    """Where the bytes of each picture lie, in the widest size that every browser can show."""
    ids = {picture.picture_id for product in products for picture in product.pictures}
    keys = {}
    for picture_id, made in renditions(session, ids).items():
        shown = [one.key for one in made if one.format == SHOWN]
        if shown:
            keys[picture_id] = shown[-1]
    return keys


def levels_of(session: Session, products: Sequence[Product]) -> dict[int, Level]:
    return shelf.levels(session, [variant.id for product in products for variant in product.variants])


def draft_of(
    product: Product, currency: str, levels: Mapping[int, Level], sources: Mapping[int, str], *, published: bool | None
) -> ProductDraft:
    """`sources` says how each picture is called; those it does not name are left out."""
    names = {value.id: (option.name, value.label) for option in product.options for value in option.values}
    return ProductDraft(
        handle=product.slug,
        title=product.title,
        description=product.description,
        status=product.status.value,
        published=published,
        number=product.number,
        line=product.line,
        kind=product.kind.value,
        details=[{"label": one["label"], "text": one["text"]} for one in product.details],
        size_chart=product.size_chart and {name: product.size_chart[name] for name in ("columns", "rows")},
        limit=product.limit_per_member,
        published_at=product.published_at,
        withdrawn_at=product.withdrawn_at,
        options=tuple((option.name, tuple(value.label for value in option.values)) for option in product.options),
        variants=tuple(_variant(product, variant, currency, levels) for variant in product.variants),
        pictures=tuple(
            PictureDraft(
                sources[one.picture_id], one.alt, one.caption, None if one.value_id is None else names[one.value_id]
            )
            for one in product.pictures
            if one.picture_id in sources
        ),
    )


def place_of(product: Product, variant: Variant) -> tuple[str, ...]:
    """The labels of a variant's values, in the order of the product's options."""
    labels = {value.option_id: value.label for value in variant.values}
    return tuple(labels[option.id] for option in product.options)


def _variant(product: Product, variant: Variant, currency: str, levels: Mapping[int, Level]) -> VariantDraft:
    price = price_of(variant, currency)
    level = levels.get(variant.id, Level(0, 0))
    return VariantDraft(
        values=place_of(product, variant),
        sku=variant.sku,
        price=price.amount if price else None,
        was=price.compare_at if price else None,
        grams=variant.weight_grams,
        quantity=level.on_hand if variant.stocked else None,
        customs=variant.customs_code,
    )
