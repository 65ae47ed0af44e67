"""The SQL of the catalogue that other folders build on; the pages' own reads are in `storefront/repository.py`."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import Kind, Product, Status, Variant, VariantPrice


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

    @property
    def is_shipped(self) -> bool:
        return self.kind is Kind.PHYSICAL

    @property
    def name(self) -> str:
        """`Pitch Control Tee, Black, L`."""
        return f"{self.title}, {self.label}" if self.label else self.title


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
    columns = (
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
