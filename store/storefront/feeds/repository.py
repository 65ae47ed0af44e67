"""The SQL of sitemap and feed: only what is on sale at the moment is ever named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, CollectionProduct, Product, Variant, VariantPrice
from store.storefront.cards import CURRENCY, ON_SALE, Terms

PART = 10_000
"""Products in a part of the sitemap: those whose ids lie in one span of this length, so parts stay what they are."""
NEWS = 20

_PRICED = exists().where(
    Variant.product_id == Product.id, VariantPrice.variant_id == Variant.id, VariantPrice.currency == CURRENCY
)
_SHOWN = and_(ON_SALE, _PRICED)
_part = (Product.id - 1) // PART + 1
_PARTS = (
    select(_part.label("part"), func.count().label("count"), func.max(Product.updated_at).label("changed"))
    .where(_SHOWN)
    .group_by(_part)
    .order_by(_part)
)
_OF_PART = (
    select(Product.slug, Product.updated_at)
    .where(_SHOWN, Product.id > bindparam("above"), Product.id <= bindparam("upto"))
    .order_by(Product.id)
)
_SHELVES = (
    select(Collection.slug, func.max(Product.updated_at).label("changed"))
    .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .join(Product, Product.id == CollectionProduct.product_id)
    .where(_SHOWN)
    .group_by(Collection.id, Collection.slug, Collection.position)
    .order_by(Collection.position)
)
_NEWS = (
    select(Product.id, Product.slug, Product.number, Product.title, Product.line, Product.published_at,
           Product.updated_at)
    .where(_SHOWN)
    .order_by(Product.published_at.desc(), Product.id.desc())
    .limit(NEWS)
)  # fmt: skip


def list_parts(session: Session, terms: Terms) -> list[Any]:
    """(part, count, changed) of each span of ids in which something is on sale."""
    return list(session.execute(_PARTS, terms.bound))


def list_of_part(session: Session, part: int, terms: Terms) -> list[Any]:
    """(slug, updated_at) of the products on sale in a span."""
    span = {"above": (part - 1) * PART, "upto": part * PART}
    return list(session.execute(_OF_PART, terms.bound | span))


def list_shelves(session: Session, terms: Terms) -> list[Any]:
    """(slug, changed) of the collections that have something on sale."""
    return list(session.execute(_SHELVES, terms.bound))


def list_news(session: Session, terms: Terms) -> list[Any]:
    return list(session.execute(_NEWS, terms.bound))
