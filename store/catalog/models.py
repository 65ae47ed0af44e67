"""Tables of the catalogue."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import relationship

from store.db import Amount, Base, Id, Mapped, Ref, check, choice, mapped_column


class Kind(enum.StrEnum):
    PHYSICAL = "physical"
    DIGITAL = "digital"
    TICKET = "ticket"


class Status(enum.StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class Product(Base):
    """One catalogue number. It is on sale while active and inside its publish window."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("number"),
        Index("ix_product_newest", "published_at", "id"),
        Index("ix_product_withdrawn_at", "withdrawn_at"),
        check("limit_positive", "limit_per_member > 0"),
    )

    id: Mapped[Id]
    slug: Mapped[str]
    number: Mapped[str | None]
    """The catalogue number as printed after NMX, e.g. `041`."""
    title: Mapped[str]
    line: Mapped[str]
    """One sentence, shown under the title."""
    description: Mapped[str] = mapped_column(default="")
    details: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """Facts as `{"label": "Fiber", "text": "100% cotton"}`."""
    size_chart: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """`{"columns": ["Size", "Chest"], "rows": [["S", "19 in"]]}`."""
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    status: Mapped[Status] = mapped_column(choice(Status, "status"), default=Status.DRAFT)
    published_at: Mapped[datetime | None]
    """When an active product appears; None: not yet decided."""
    withdrawn_at: Mapped[datetime | None]
    limit_per_member: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Of the product with all that belongs to it: two people editing it are told of each other."""

    options: Mapped[list[Option]] = relationship(order_by="Option.position", cascade="all, delete-orphan")
    variants: Mapped[list[Variant]] = relationship(
        order_by="Variant.position", cascade="all, delete-orphan", back_populates="product"
    )
    pictures: Mapped[list[ProductPicture]] = relationship(
        order_by="ProductPicture.position", cascade="all, delete-orphan"
    )


class Option(Base):
    """Something to choose, such as Color or Size. The last one is chosen in the form, the others are links."""

    __tablename__ = "product_option"
    __table_args__ = (UniqueConstraint("product_id", "name"), UniqueConstraint("product_id", "position"))

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"))
    name: Mapped[str]
    position: Mapped[int]
    values: Mapped[list[OptionValue]] = relationship(order_by="OptionValue.position", cascade="all, delete-orphan")


class OptionValue(Base):
    __tablename__ = "option_value"
    __table_args__ = (UniqueConstraint("option_id", "label"),)

    id: Mapped[Id]
    option_id: Mapped[int] = mapped_column(Ref, ForeignKey("product_option.id"))
    label: Mapped[str]
    position: Mapped[int]


class Variant(Base):
    """What is really bought: one value of each option, with its own sku, prices and stock."""

    __tablename__ = "variant"
    __table_args__ = (
        UniqueConstraint("sku"),
        UniqueConstraint("product_id", "position"),
        check("weight_not_negative", "weight_grams >= 0"),
    )

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"))
    sku: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    """The values of its options in their order, e.g. `Black, L`; empty for a product without options."""
    position: Mapped[int]
    weight_grams: Mapped[int] = mapped_column(default=0)
    tax_class: Mapped[str] = mapped_column(default="goods")
    customs_code: Mapped[str | None]
    stocked: Mapped[bool] = mapped_column(default=True)
    """Whether units are counted; a download is never out of stock."""
    created_at: Mapped[datetime | None]
    """None for those made before this was kept."""

    product: Mapped[Product] = relationship(back_populates="variants")
    values: Mapped[list[OptionValue]] = relationship(secondary="variant_value", order_by="OptionValue.option_id")
    prices: Mapped[list[VariantPrice]] = relationship(cascade="all, delete-orphan")


class VariantValue(Base):
    __tablename__ = "variant_value"

    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"), primary_key=True)
    value_id: Mapped[int] = mapped_column(Ref, ForeignKey("option_value.id"), primary_key=True, index=True)


class VariantPrice(Base):
    """The price of a variant in one currency."""

    __tablename__ = "variant_price"
    __table_args__ = (check("amount_not_negative", "amount >= 0"), check("was_more", "compare_at > amount"))

    variant_id: Mapped[int] = mapped_column(Ref, ForeignKey("variant.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Amount]
    compare_at: Mapped[Amount | None]
    """The price it had before, only if that was really charged."""


class PriceChange(Base):
    """What a variant was sold for, and from when on: a `was` price may only be one that was really charged.

    It outlives its variant, so nothing holds the two together. SQLite may give a removed variant's id to a new one:
    what is older than a variant is not its own.
    """

    __tablename__ = "price_change"
    __table_args__ = (Index("ix_price_change_variant_id_at", "variant_id", "at"),)

    id: Mapped[Id]
    variant_id: Mapped[int] = mapped_column(Ref)
    currency: Mapped[str]
    amount: Mapped[Amount]
    actor: Mapped[str]
    at: Mapped[datetime]


class ProductPicture(Base):
    """A picture in a product's gallery; with a value (a color) it is shown when that is chosen."""

    __tablename__ = "product_picture"
    __table_args__ = (UniqueConstraint("product_id", "position"),)

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"))
    picture_id: Mapped[int] = mapped_column(Ref, ForeignKey("picture.id"), index=True)
    value_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("option_value.id"), index=True)
    position: Mapped[int]
    alt: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")


class Collection(Base):
    __tablename__ = "collection"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[Id]
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    featured: Mapped[bool] = mapped_column(default=False)
    """Whether the home page opens with it: a drop."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class CollectionProduct(Base):
    __tablename__ = "collection_product"

    collection_id: Mapped[int] = mapped_column(Ref, ForeignKey("collection.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"), primary_key=True, index=True)
    position: Mapped[int]


class ProductPairing(Base):
    """What staff say goes with a product; the other way round is another row."""

    __tablename__ = "product_pairing"
    __table_args__ = (check("not_itself", "product_id <> other_id"),)

    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"), primary_key=True, index=True)
    position: Mapped[int]


class CatalogForm(Base):
    """A form that took effect: sent a second time, it is answered with what came of the first."""

    __tablename__ = "catalog_form"

    key: Mapped[str] = mapped_column(primary_key=True)
    """Digest of the form's token and of what was typed: another text under the same token is no repetition."""
    outcome: Mapped[str]
    """The id of what it made or changed."""
    at: Mapped[datetime]


class FormerAddress(Base):
    """Where a product or a collection was found before; never one at which something else is found now."""

    __tablename__ = "former_address"

    kind: Mapped[str] = mapped_column(primary_key=True)
    """`product` or `collection`."""
    slug: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(Ref)
    at: Mapped[datetime]


class CatalogEdition(Base):
    """What public pages show has an edition: the sum of these rows. Triggers move it, in the transaction that writes.

    There are several rows so that transactions which end at the same instant seldom wait for each other
    (docs/decisions/0009).
    """

    __tablename__ = "catalog_edition"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[Amount]
