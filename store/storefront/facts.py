"""The SQL behind a product's page: all that is told of one product, found at once, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from store.catalog.models import (
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    ProductPairing,
    ProductPicture,
    Variant,
    VariantPrice,
    VariantValue,
)
from store.catalog.pictures import GALLERY
from store.gathered import gathered
from store.media.models import Track
from store.stock.models import StockLevel
from store.stock.repository import AVAILABLE
from store.storefront.cards import CURRENCY, HAS_PRICE, ON_SALE, Terms, cards_by_id, cards_of
from store.storefront.listening import TRACKS


class Value(NamedTuple):
    """Of an option, such as Color, the one value that a variant has."""

    option: str
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A variant with what it is one of: its value of each option, in the options' order."""

    id: int
    sku: str
    label: str
    price: int
    compare_at: int | None
    left: int | None
    values: list[Value]

    @property
    def is_sold_out(self) -> bool:
        return self.left == 0


_GRID = (
    select(
        Variant.position,
        Variant.id,
        Variant.sku,
        Variant.label,
        Variant.stocked,
        VariantPrice.amount,
        VariantPrice.compare_at,
        AVAILABLE,
        gathered(
            select(Option.position, Option.name, OptionValue.id, OptionValue.label)
            .select_from(VariantValue)
            .join(OptionValue, OptionValue.id == VariantValue.value_id)
            .join(Option, Option.id == OptionValue.option_id)
            .where(VariantValue.variant_id == Variant.id)
        ),
    )
    .join(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == CURRENCY))
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
    .where(Variant.product_id == Product.id)
)
_SHELVES = (
    select(Collection.position, Collection.slug, Collection.title)
    .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .where(CollectionProduct.product_id == Product.id)
)
_PAIRS = select(ProductPairing.position, ProductPairing.other_id).where(ProductPairing.product_id == Product.id)
_FACTS = select(
    Product.id,
    Product.slug,
    Product.number,
    Product.title,
    Product.line,
    Product.description,
    Product.details,
    Product.size_chart,
    Product.kind,
    Product.limit_per_member,
    Product.status,
    ON_SALE.label("on_sale"),
    gathered(_GRID).label("grid"),
    gathered(_SHELVES).label("shelves"),
    gathered(_PAIRS).label("pairs"),
    gathered(GALLERY.where(ProductPicture.product_id == Product.id)).label("gallery"),
    gathered(TRACKS.where(Track.product_id == Product.id)).label("tracks"),
)
"""All of a product at once: its parts are few, and each statement more is another way to the database."""
_PRODUCT = _FACTS.where(Product.slug == bindparam("slug"))
_ANY_PRODUCT = _FACTS.where(Product.id == bindparam("id"))
_PRODUCTS = _FACTS.where(Product.slug.in_(bindparam("slugs", expanding=True)), ON_SALE)
_shelves_of = select(CollectionProduct.collection_id).where(CollectionProduct.product_id == bindparam("product_id"))
_beside = select(CollectionProduct.product_id).where(CollectionProduct.collection_id.in_(_shelves_of))
_related = (
    select(Product.id)
    .where(Product.id.in_(_beside), Product.id != bindparam("product_id"), ON_SALE, HAS_PRICE)
    .order_by(Product.published_at.desc(), Product.id)
    .limit(4)
    .cte("related")
)
_RELATED = cards_of(_related).order_by(Product.published_at.desc(), Product.id)


def find(session: Session, slug: str, terms: Terms) -> Any:  # noqa: ANN401 - a row
    """The product at an address, whatever its state, with `grid`, `shelves`, `pairs`, `gallery`, `tracks`; or None."""
    return session.execute(_PRODUCT, {**terms.bound, "slug": slug}).one_or_none()


def find_any(session: Session, product_id: int, terms: Terms) -> Any:  # noqa: ANN401 - a row
    """The same by its id."""
    return session.execute(_ANY_PRODUCT, {**terms.bound, "id": product_id}).one_or_none()


def find_several(session: Session, slugs: Sequence[str], terms: Terms) -> list[Any]:
    """Those at these addresses that are on sale, in this order."""
    found = {row.slug: row for row in session.execute(_PRODUCTS, {**terms.bound, "slugs": list(slugs)})}
    return [found[slug] for slug in slugs if slug in found]


def variants_of(product: Any) -> list[Grid]:  # noqa: ANN401 - a row of `find`
    """Those that have a price in the shop's currency, in their order."""
    variants = []
    for _, id_, sku, label, stocked, price, compare_at, available, values in sorted(
        product.grid or [], key=itemgetter(0)
    ):
        left = max(available or 0, 0) if stocked else None
        chosen = [Value(*value[1:]) for value in sorted(values or [])]
        variants.append(Grid(id_, sku, label, price, compare_at, left, chosen))
    return variants


def find_related(session: Session, product: Any, terms: Terms) -> list[Any]:  # noqa: ANN401
    """What staff say goes with it; where nothing of that is on sale, the newest of its own collections."""
    pairs = [other for _, other in sorted(product.pairs or [])]
    paired = cards_by_id(session, pairs, terms)
    return paired or list(session.execute(_RELATED, {**terms.bound, "product_id": product.id}))
