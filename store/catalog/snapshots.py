"""A product and a collection as the history tells of them: plain values by name. And what a product lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product, ProductPairing, Variant
from store.media.repository import list_tracks

WORDS = ("title", "slug", "number", "line", "description", "details", "size_chart", "limit_per_member")


def product_now(session: Session, product: Product) -> dict[str, Any]:
    """Everything staff can change of a product; times as text."""
    return _told(
        product,
        {
            "collections": shelves_of(session, product.id),
            "goes_with": paired_with(session, product.id),
            "tracks": [[one.title, one.seconds, one.digest] for one in list_tracks(session, product.id)],
        },
    )


def product_made(product: Product) -> dict[str, Any]:
    """The same of one that has only just been made: nothing else knows of it yet."""
    return _told(product, {"collections": [], "goes_with": [], "tracks": []})


def _told(product: Product, beside: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(product, name) for name in WORDS}
    told |= {
        "kind": product.kind.value,
        "status": product.status.value,
        "published_at": _text(product.published_at),
        "withdrawn_at": _text(product.withdrawn_at),
        "options": [[option.name, [value.label for value in option.values]] for option in product.options],
        "pictures": [[one.picture_id, one.alt, one.caption, _color(product, one.value_id)] for one in product.pictures],
    }
    return told | dict(beside) | {f"variant {variant.id}": _variant(variant) for variant in product.variants}


def shelf_now(session: Session, shelf: Collection) -> dict[str, Any]:
    return {
        "title": shelf.title,
        "slug": shelf.slug,
        "description": shelf.description,
        "featured": shelf.featured,
        "products": members_of(session, shelf.id),
    }


def members_of(session: Session, shelf_id: int) -> list[int]:
    """The products of a collection in their order."""
    query = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == shelf_id)
    return list(session.scalars(query.order_by(CollectionProduct.position, CollectionProduct.product_id)))


def shelves_of(session: Session, product_id: int) -> list[int]:
    """The collections a product stands in."""
    query = select(CollectionProduct.collection_id).where(CollectionProduct.product_id == product_id)
    return list(session.scalars(query.order_by(CollectionProduct.collection_id)))


def paired_with(session: Session, product_id: int) -> list[int]:
    """What staff say goes with a product, in their order."""
    query = select(ProductPairing.other_id).where(ProductPairing.product_id == product_id)
    return list(session.scalars(query.order_by(ProductPairing.position)))


def missing_for_sale(product: Product, currency: str) -> list[str]:
    """What a product must have before anybody can buy it, one sentence each."""
    lacks = []
    if not any(price.currency == currency for variant in product.variants for price in variant.prices):
        lacks.append(f"Give at least one variant a price in {currency.upper()}.")
    if not product.pictures:
        lacks.append("Add a picture.")
    if any(not picture.alt for picture in product.pictures):
        lacks.append("Say of each picture what it shows.")
    return lacks


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "label": variant.label,
        "weight_grams": variant.weight_grams,
        "customs_code": variant.customs_code,
        "prices": sorted([price.currency, price.amount, price.compare_at] for price in variant.prices),
    }


def _color(product: Product, value_id: int | None) -> str | None:
    labels = {value.id: value.label for option in product.options for value in option.values}
    return labels.get(value_id) if value_id is not None else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
