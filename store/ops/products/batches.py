"""Drafts of a file, a batch at a time, as products of the database: what is asked of it is asked for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.history import Deed
from store.catalog import repository
from store.catalog.build import Blueprint, first_prices
from store.catalog.gallery import MOST_PICTURES
from store.catalog.models import Product
from store.catalog.search.service import index
from store.catalog.snapshots import product_made
from store.catalog.writing import Catalog
from store.db import lock
from store.errors import Conflict, Invalid
from store.media.repository import digests_of, ids_of_digests
from store.media.service import PreparedPicture
from store.ops.products import applying
from store.ops.products.columns import Header
from store.ops.products.drafting import draft_of, levels_of, place_of
from store.ops.products.drafts import Faults, Outcome, ProductDraft, VariantDraft
from store.ops.products.merging import Misfit, digest_of, merge
from store.stock.levels import Level


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says about a batch before anything of it is written."""

    products: Mapping[str, Product]
    skus: Mapping[str, int]
    numbers: Mapping[str, int]
    pictures: Mapping[str, int]
    levels: Mapping[int, Level]


@dataclass(frozen=True, slots=True)
class Plan:
    """A product that is to be made."""

    draft: ProductDraft
    want: ProductDraft
    blueprint: Blueprint


@dataclass(slots=True)
class Batches:
    """`faults` and `outcome` grow with every batch; `found` are counts of units by variant, with their rows."""

    session: Session
    catalog: Catalog
    actor: Actor
    header: Header
    faults: Faults
    outcome: Outcome
    now: datetime
    recovered: Mapping[str, PreparedPicture]
    found: dict[int, tuple[int, int]] = field(default_factory=dict)

    def take(self, drafts: Sequence[ProductDraft]) -> list[Deed]:
        """Write these products; what the history is to tell of it. What cannot be is noted, and not written."""
        known = self._look(drafts)
        new, deeds = [], []
        for draft in drafts:
            product = known.products.get(draft.handle)
            try:
                deed, plan = self._take_one(draft, product, known)
            except Misfit as misfit:
                self.faults.add(misfit.row, misfit.column and self.header.name(misfit.column), str(misfit))
                continue
            except (Invalid, Conflict) as refusal:
                self.faults.add(draft.row, None, str(refusal))
                continue
            deeds += [deed] if deed else []
            new += [plan] if plan else []
        return deeds + self._make(new, known, drafts)

    def _look(self, drafts: Sequence[ProductDraft]) -> Known:
        session = self.session
        ids = repository.ids_of_slugs(session, [draft.handle for draft in drafts])
        products = repository.whole_products(session, list(ids.values()))
        named = {digest_of(picture.source) for draft in drafts for picture in draft.pictures}
        hung = digests_of(session, {one.picture_id for product in products for one in product.pictures})
        there = ids_of_digests(session, [digest for digest in named if digest])
        lost = {digest for digest in named if digest in self.recovered and digest not in there}
        there |= {
            digest: self.recovered[digest].afresh().add(session, self.now) for digest in sorted(filter(None, lost))
        }
        return Known(
            {product.slug: product for product in products},
            repository.owners_of_skus(session, [one.sku for draft in drafts for one in draft.variants if one.sku]),
            repository.ids_of_numbers(session, [draft.number for draft in drafts if draft.number]),
            {digest: picture_id for picture_id, digest in hung.items()} | there,
            levels_of(session, products),
        )

    def _take_one(self, draft: ProductDraft, product: Product | None, known: Known) -> tuple[Deed | None, Plan | None]:
        """Change what is there; of what is not, what it is to be."""
        pictures = [
            replace(picture, source=digest)
            for picture in draft.pictures
            if (digest := digest_of(picture.source)) in known.pictures and digest is not None
        ]
        current = None if product is None else self._current(product, known)
        merged = merge(draft, current, pictures, self.now)
        self._check(draft, merged.product, product, known)
        self.outcome.pictures_missing += len(draft.pictures) - len(pictures)
        self.outcome.held_back += merged.is_held_back
        if product is None or current is None:
            plan = applying.blueprint(merged.product, self.catalog.currency, self.actor)
            return None, Plan(draft, merged.product, plan)
        return self._change(product, current, merged.product, known), None

    def _current(self, product: Product, known: Known) -> ProductDraft:
        digests = {picture_id: digest for digest, picture_id in known.pictures.items()}
        return draft_of(product, self.catalog.currency, known.levels, digests, published=None)

    def _check(self, draft: ProductDraft, want: ProductDraft, product: Product | None, known: Known) -> None:
        """Refuse names that belong to others, and too many pictures. Raises Misfit."""
        if len(want.pictures) > MOST_PICTURES:
            raise Misfit(draft.row, "image", f"A product may have {MOST_PICTURES} pictures.")
        own_id = product.id if product else None
        if draft.number and known.numbers.get(draft.number, own_id) != own_id:
            raise Misfit(draft.row, "number", f"NMX {draft.number} is another item already.")
        places = {one.id: place_of(product, one) for one in product.variants} if product else {}
        spelled = {tuple(map(str.casefold, place)): one for one, place in places.items()}
        for told in want.variants:
            owner = known.skus.get(told.sku) if told.sku and told.row else None
            if owner is None or owner == spelled.get(tuple(map(str.casefold, told.values))):
                continue
            whose = ", ".join(places[owner]) if owner in places else "another item"
            raise Misfit(told.row, "sku", f"{told.sku} belongs to {whose}.")

    def _change(self, product: Product, current: ProductDraft, want: ProductDraft, known: Known) -> Deed | None:
        """In a savepoint: what is refused halfway has changed nothing, and the rest of the file is looked at too."""
        deed = None
        if replace(want, variants=_without_stock(want)) != replace(current, variants=_without_stock(current)):
            lock(self.session, Product, product.id)
            with self.session.begin_nested():
                deed = self.catalog.alter(
                    self.session, product.id, "product.import", self.now,
                    lambda session, one: applying.amend(
                        session, self.catalog, self.actor, one, want, known.pictures, self.now
                    ),
                )  # fmt: skip
            if deed is not None:
                index(self.session, [product.id])
        self.outcome.updated += deed is not None
        self.outcome.unchanged += deed is None
        self._note_stock(product, want)
        return deed

    def _make(self, plans: Sequence[Plan], known: Known, drafts: Sequence[ProductDraft]) -> list[Deed]:
        taken = {one.sku for draft in drafts for one in draft.variants if one.sku}
        products = applying.lay(self.session, [one.blueprint for one in plans], taken, self.now) if plans else []
        made = list(zip(products, plans, strict=True))
        for product, one in made:
            self.session.add_all(first_prices(one.blueprint, product, self.now))
            applying.hang(product, one.want, known.pictures)
            self._note_stock(product, one.want)
            self.outcome.filled += len(product.variants) - len(one.want.variants)
        self.outcome.created += len(made)
        if made:
            index(self.session, [product.id for product, _ in made])
        return [Deed("product.import", f"product:{product.id}", {}, product_made(product)) for product, _ in made]

    def _note_stock(self, product: Product, want: ProductDraft) -> None:
        wanted = {one.values: one for one in want.variants}
        for variant in product.variants:
            told = wanted.get(place_of(product, variant))
            if told is not None and told.quantity is not None and variant.stocked:
                self.found[variant.id] = (told.quantity, told.row)


def _without_stock(draft: ProductDraft) -> tuple[VariantDraft, ...]:
    return tuple(replace(one, quantity=None) for one in draft.variants)
