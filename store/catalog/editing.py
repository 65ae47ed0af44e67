"""Making a product, and changing its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.history import record
from store.catalog import addresses, repository
from store.catalog.build import Blueprint, build_product
from store.catalog.grid import MOST_VARIANTS
from store.catalog.models import Kind, Product
from store.catalog.options import grid_size
from store.catalog.proposals import distinct, sku, slug_of
from store.catalog.snapshots import product_now
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid


@dataclass(frozen=True, slots=True)
class Words:
    """What a product says about itself. Without a slug one is proposed from the title, or the one it has stays."""

    title: str
    line: str
    slug: str | None = None
    number: str | None = None
    description: str = ""
    kind: Kind = Kind.PHYSICAL
    details: tuple[tuple[str, str], ...] = ()
    """Label and text of each."""
    limit: int | None = None
    """The most of it that one person may have, over all their orders; None: as many as they like."""

    @property
    def rows(self) -> list[dict[str, str]]:
        return [{"label": label, "text": text} for label, text in self.details]


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be made: its words, and what all of its variants have in common at first."""

    words: Words
    options: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    price: int | None = None
    weight_grams: int = 0
    customs_code: str | None = None


def create_product(catalog: Catalog, actor: Actor, sent: Sent, wish: NewProduct, now: datetime) -> int:
    """Make a draft with a variant for every combination of its options; its id.

    Raises Invalid, by field, when its number or address is taken or its options make too many variants.
    """
    words = wish.words

    def work(session: Session) -> int:
        if grid_size(wish.options) > MOST_VARIANTS:
            raise Invalid("These are too many.", {"options": [f"A product may have {MOST_VARIANTS} variants."]})
        proposal = slug_of(words.title)
        others = repository.slugs_like(session, Product, proposal) | addresses.like(
            session, addresses.PRODUCT, proposal
        )
        slug = words.slug or distinct(proposal, others)
        _refuse_taken(session, None, words.number, slug)
        taken = repository.skus_like(session, sku(words.number or slug, []))
        addresses.taken(session, addresses.PRODUCT, slug)
        product = build_product(session, _plan(wish, slug, catalog.currency, actor), now, taken)
        told = product_now(session, product)
        record(session, actor, "product.create", f"product:{product.id}", {}, told, now)
        return product.id

    return catalog.make(actor, sent, wish, now, work)


def edit_words(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, words: Words, now: datetime) -> None:
    """Change what a product says about itself.

    Once it has been on sale, whoever has its former address is led on to the new one, and its kind is fixed: raises
    Invalid, by field, also for what is taken.
    """

    def work(session: Session, product: Product) -> None:
        slug = words.slug or product.slug
        has_appeared = product.published_at is not None and product.published_at <= now
        if has_appeared and words.kind is not product.kind:
            raise Invalid("The kind cannot change.", {"kind": ["It has been on sale as what it is."]})
        _refuse_taken(session, product.id, words.number, slug)
        if has_appeared:
            addresses.moved(session, addresses.PRODUCT, product.id, product.slug, slug, now)
        else:  # nobody may learn where a draft was
            addresses.taken(session, addresses.PRODUCT, slug)
        product.title, product.line, product.description = words.title, words.line, words.description
        product.slug, product.number, product.details = slug, words.number, words.rows
        product.limit_per_member = words.limit
        if words.kind is not product.kind:
            product.kind = words.kind
            for variant in product.variants:
                variant.stocked = words.kind is not Kind.DIGITAL

    catalog.change(actor, product_id, sent, words, "product.words", now, work)


def _refuse_taken(session: Session, product_id: int | None, number: str | None, slug: str) -> None:
    fields = {}
    for other in repository.products_with(session, slug, number):
        if other.id != product_id and number is not None and other.number == number:
            fields["number"] = [f"NMX {number} is another item already. Numbers are never used twice."]
        if other.id != product_id and other.slug == slug:
            fields["slug"] = [f"/products/{slug} is another item already. Choose another address."]
    if fields:
        raise Invalid("Some of this is taken.", fields)


def _plan(wish: NewProduct, slug: str, currency: str, actor: Actor) -> Blueprint:
    words = wish.words
    return Blueprint(
        slug=slug,
        number=words.number,
        title=words.title,
        line=words.line,
        kind=words.kind,
        description=words.description,
        details=words.rows,
        limit_per_member=words.limit,
        options=dict(wish.options),
        price=wish.price,
        currency=currency,
        weight_grams=wish.weight_grams,
        customs_code=wish.customs_code,
        actor=actor.name,
    )
