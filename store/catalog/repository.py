"""The SQL of the catalogue that other folders build on; the pages' own reads are in `storefront/repository.py`."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, selectinload

from store.catalog.charged import was_charged
from store.catalog.models import (
    Collection,
    CollectionProduct,
    Kind,
    Option,
    PriceChange,
    Product,
    ProductPicture,
    Status,
    Variant,
    VariantPrice,
)
from store.errors import NotFound
from store.media.models import Picture, Track


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant as it stands for sale now, with all that a line of a bag or an order has to say about it."""

    variant_id: int
    sku: str
    product_id: int
    slug: str
    number: str | None
    title: str
    label: str
    kind: Kind
    stocked: bool
    price: int | None
    """Minor units in the currency asked for; None when it has no price in it."""
    on_sale: bool
    limit_per_member: int | None

    @property
    def is_shipped(self) -> bool:
        return self.kind is Kind.PHYSICAL

    @property
    def name(self) -> str:
        """`Pitch Control Tee, Black, L`."""
        return f"{self.title}, {self.label}" if self.label else self.title


@dataclass(frozen=True, slots=True)
class Told:
    """What a variant cost before, in minor units."""

    product_id: int
    variant_id: int
    amount: int


def on_sale(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a product may be seen and bought at `now`."""
    return and_(
        Product.status == Status.ACTIVE,
        Product.published_at <= now,
        or_(Product.withdrawn_at.is_(None), Product.withdrawn_at > now),
    )


def offers(session: Session, variant_ids: Several[int], currency: str, now: datetime) -> dict[int, Offer]:
    """The offers of these variants by id, those no longer on sale included; unknown ids are left out."""
    if not variant_ids:
        return {}
    columns: tuple[Any, ...] = (
        Variant.id,
        Variant.sku,
        Product.id,
        Product.slug,
        Product.number,
        Product.title,
        Variant.label,
        Product.kind,
        Variant.stocked,
        VariantPrice.amount,
        on_sale(now),
        Product.limit_per_member,
    )
    query = (
        select(*columns)
        .select_from(Variant)
        .join(Variant.product)
        .outerjoin(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == currency))
        .where(Variant.id.in_(variant_ids))
    )
    return {row[0]: Offer(*row) for row in session.execute(query)}


def find_variant(session: Session, reference: str, now: datetime) -> int | None:
    """The id of the variant on sale with this id or sku; what is not shown yet is as if it were not there."""
    query = select(Variant.id).join(Variant.product).where(on_sale(now))
    if reference.isascii() and reference.isdigit() and len(reference) <= 18:
        return session.scalar(query.where(Variant.id == int(reference)))
    return session.scalar(query.where(Variant.sku == reference))


_WHOLE = (
    selectinload(Product.options).selectinload(Option.values),
    selectinload(Product.variants).selectinload(Variant.prices),
    selectinload(Product.variants).selectinload(Variant.values),
    selectinload(Product.pictures),
)


def get_product(session: Session, product_id: int) -> Product:
    """A product with all that belongs to it. Raises NotFound."""
    query = select(Product).where(Product.id == product_id).options(*_WHOLE)
    product = session.scalar(query.execution_options(populate_existing=True))
    if product is None:
        raise NotFound("There is no such product. The list has all of them.")
    return product


def whole_products(session: Session, product_ids: Several[int]) -> list[Product]:
    """Those with one of these ids in their order, each with all that belongs to it."""
    query = select(Product).where(Product.id.in_(product_ids)).options(*_WHOLE).order_by(Product.id)
    return list(session.scalars(query.execution_options(populate_existing=True))) if product_ids else []


def ids_after(session: Session, product_id: int, most: int) -> list[int]:
    """The next products in the order in which they were made."""
    return list(session.scalars(select(Product.id).where(Product.id > product_id).order_by(Product.id).limit(most)))


def ids_of_slugs(session: Session, slugs: Several[str]) -> dict[str, int]:
    """The product at each of these addresses; those where nothing is are left out."""
    rows = session.execute(select(Product.slug, Product.id).where(Product.slug.in_(slugs)))
    return {row.slug: row.id for row in rows}


def ids_of_numbers(session: Session, numbers: Several[str]) -> dict[str, int]:
    """The product that has each of these catalogue numbers."""
    rows = session.execute(select(Product.number, Product.id).where(Product.number.in_(numbers)))
    return {row.number: row.id for row in rows}


def products_by_id(session: Session, product_ids: Several[int]) -> list[Product]:
    """Those with one of these ids, with their variants."""
    query = select(Product).where(Product.id.in_(product_ids)).options(selectinload(Product.variants))
    return list(session.scalars(query)) if product_ids else []


def get_collection(session: Session, collection_id: int) -> Collection:
    collection = session.get(Collection, collection_id)
    if collection is None:
        raise NotFound("There is no such collection. The list has all of them.")
    return collection


def list_collections(session: Session) -> list[Collection]:
    return list(session.scalars(select(Collection).order_by(Collection.position, Collection.id)))


def lock_collections(session: Session) -> list[Collection]:
    """All collections, locked in one order: which of them is featured is a matter of all."""
    query = select(Collection).order_by(Collection.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def count_members(session: Session) -> dict[int, int]:
    """How many products stand in each collection that has any."""
    query = select(CollectionProduct.collection_id, func.count()).group_by(CollectionProduct.collection_id)
    return {row[0]: row[1] for row in session.execute(query)}


def find_by_reference(session: Session, reference: str) -> Product | None:
    """The product with this catalogue number, or one of whose variants has this sku."""
    by_sku = select(Variant.product_id).where(Variant.sku == reference)
    found = session.scalars(select(Product).where(or_(Product.number == reference, Product.id.in_(by_sku)))).all()
    return next((product for product in found if product.number == reference), found[0] if found else None)


def products_with(session: Session, slug: str, number: str | None) -> list[Product]:
    """Those that have this address or this number. One statement: between two, another may be saved."""
    same = [Product.slug == slug, *([Product.number == number] if number is not None else [])]
    return list(session.scalars(select(Product).where(or_(*same))))


def collection_with_slug(session: Session, slug: str) -> int | None:
    return session.scalar(select(Collection.id).where(Collection.slug == slug))


def slugs_like(session: Session, model: type[Product | Collection], slug: str) -> set[str]:
    """Addresses that begin like this one: what a free one must differ from."""
    return set(session.scalars(select(model.slug).where(model.slug.startswith(slug, autoescape=True))))


def newest_numbers(session: Session) -> list[str]:
    """The catalogue numbers of the newest products, from which the next is proposed."""
    query = select(Product.number).where(Product.number.is_not(None)).order_by(Product.id.desc()).limit(50)
    return [number for number in session.scalars(query) if number]


def owners_of_skus(session: Session, skus: Several[str]) -> dict[str, int]:
    """The variant that has each of these skus; skus nobody has are left out."""
    rows = session.execute(select(Variant.sku, Variant.id).where(Variant.sku.in_(skus)))
    return {row.sku: row.id for row in rows}


def skus_like(session: Session, sku: str) -> set[str]:
    """Skus that begin like this one: what a new one must differ from."""
    return set(session.scalars(select(Variant.sku).where(Variant.sku.startswith(sku, autoescape=True))))


def price_changes(session: Session, variant: Variant, currency: str) -> list[tuple[datetime, int]]:
    """What a variant was charged at and from when on, oldest first."""
    query = select(PriceChange.at, PriceChange.amount).where(
        PriceChange.variant_id == variant.id, PriceChange.currency == currency
    )
    if variant.created_at is not None:
        query = query.where(PriceChange.at >= variant.created_at)
    return [(row.at, row.amount) for row in session.execute(query.order_by(PriceChange.at, PriceChange.id))]


def told_prices(session: Session, product_ids: Several[int], currency: str, now: datetime) -> list[Told]:
    """The higher prices that may still be told of: really charged, within the last 30 days."""
    if not product_ids:
        return []
    query = (
        select(
            Variant.product_id,
            Variant.id,
            VariantPrice.compare_at,
            Product.published_at,
            PriceChange.at,
            PriceChange.amount,
        )
        .join(Product, Product.id == Variant.product_id)
        .join(VariantPrice, and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == currency))
        .join(PriceChange, and_(PriceChange.variant_id == Variant.id, PriceChange.currency == currency))
        .where(Variant.product_id.in_(product_ids), VariantPrice.compare_at.is_not(None))
        .where(or_(Variant.created_at.is_(None), PriceChange.at >= Variant.created_at))
        .order_by(PriceChange.at, PriceChange.id)
    )
    told: dict[int, list[Any]] = {}
    for row in session.execute(query):
        told.setdefault(row.id, []).append(row)
    return [
        Told(rows[0].product_id, variant_id, rows[0].compare_at)
        for variant_id, rows in told.items()
        if was_charged([(row.at, row.amount) for row in rows], rows[0].compare_at, rows[0].published_at, now)
    ]


def has_been_public(session: Session, digest: str, now: datetime) -> bool:
    """Whether a picture or clip is of a product that is on sale, or was: of what is still to come nothing is shown."""
    shows = select(ProductPicture.product_id).join(Picture, Picture.id == ProductPicture.picture_id)
    owners = union_all(
        shows.where(Picture.digest == digest), select(Track.product_id).where(Track.digest == digest)
    ).subquery()
    appeared = select(Product.id).join(owners, owners.c.product_id == Product.id)
    shown = appeared.where(Product.status != Status.DRAFT, Product.published_at <= now).limit(1)
    return session.scalar(shown) is not None
