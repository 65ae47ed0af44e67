"""Collections: their words, what stands in them in which order, and the one the home page opens with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from store.actors import Actor
from store.audit.history import record
from store.catalog import addresses, repository
from store.catalog.gallery import moved
from store.catalog.models import Collection, CollectionProduct, Product
from store.catalog.proposals import distinct, slug_of
from store.catalog.snapshots import members_of, shelf_now
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class ShelfWords:
    """What a collection says about itself. Without a slug one is proposed, or the one it has stays."""

    title: str
    slug: str | None = None
    description: str = ""
    featured: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked of a collection's list: a product to put in by number or sku, or one to move or take out."""

    add: str | None = None
    up: int | None = None
    down: int | None = None
    remove: int | None = None


def create_collection(catalog: Catalog, actor: Actor, sent: Sent, words: ShelfWords, now: datetime) -> int:
    """Make a collection behind all others; its id. Raises Invalid when its address is taken."""

    def work(session: Session) -> int:
        others = repository.lock_collections(session)
        proposal = slug_of(words.title)
        known = repository.slugs_like(session, Collection, proposal)
        slug = words.slug or distinct(proposal, known | addresses.like(session, addresses.COLLECTION, proposal))
        _refuse_taken(session, None, slug)
        addresses.taken(session, addresses.COLLECTION, slug)
        position = max((shelf.position for shelf in others), default=-1) + 1
        shelf = Collection(slug=slug, title=words.title, description=words.description, position=position)
        session.add(shelf)
        _feature(session, actor, others, shelf, featured=words.featured, now=now)
        session.flush()  # the history names it by its id
        record(session, actor, "collection.create", f"collection:{shelf.id}", {}, shelf_now(session, shelf), now)
        return shelf.id

    return catalog.make(actor, sent, words, now, work)


def edit_collection(
    catalog: Catalog, actor: Actor, shelf_id: int, sent: Sent, words: ShelfWords, now: datetime
) -> None:
    """Change what a collection says; featuring it ends that of the one before, and its former address leads on.

    Raises Invalid for a taken address.
    """

    def work(session: Session, shelf: Collection) -> None:
        others = [other for other in repository.lock_collections(session) if other.id != shelf.id]
        _refuse_taken(session, shelf.id, words.slug or shelf.slug)
        slug = words.slug or shelf.slug
        addresses.moved(session, addresses.COLLECTION, shelf.id, shelf.slug, slug, now)
        shelf.title, shelf.slug, shelf.description = words.title, slug, words.description
        _feature(session, actor, others, shelf, featured=words.featured, now=now)

    catalog.change_shelf(actor, shelf_id, sent, words, "collection.edit", now, work)


def order_collection(catalog: Catalog, actor: Actor, shelf_id: int, sent: Sent, wish: Order, now: datetime) -> None:
    """Put a product in, take one out, or move one a place. Raises Invalid when nothing has that number or sku."""

    def work(session: Session, shelf: Collection) -> None:
        before = members_of(session, shelf.id)
        members = [one for one in before if one != wish.remove]
        if wish.add is not None:
            found = repository.find_by_reference(session, wish.add)
            if found is None:
                raise Invalid("Nothing has that number.", {"add": [f"No item has the number or sku {wish.add}."]})
            members = [*members, found.id] if found.id not in members else members
        _write_members(session, shelf.id, moved(members, wish.up, wish.down))
        # Their own pages say in which collections they stand, and must not undo this unseen.
        touched = update(Product).where(Product.id.in_(set(before) ^ set(members)))
        session.execute(touched.values(version=Product.version + 1))

    catalog.change_shelf(actor, shelf_id, sent, wish, "collection.order", now, work)


def choose_collections(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, shelf_ids: tuple[int, ...], now: datetime
) -> None:
    """Let a product stand in these collections, last in those that are new to it."""

    def work(session: Session, product: Product) -> None:
        shelves = repository.lock_collections(session)
        if set(shelf_ids) - {shelf.id for shelf in shelves}:
            raise NotFound("One of these collections is gone. Look at the list again.")
        for shelf in shelves:
            before, members = shelf_now(session, shelf), members_of(session, shelf.id)
            wanted = [one for one in members if one != product.id]
            if shelf.id in shelf_ids:
                wanted = members if product.id in members else [*wanted, product.id]
            if wanted != members:
                _write_members(session, shelf.id, wanted)
                shelf.version += 1
                record(
                    session, actor, "collection.order", f"collection:{shelf.id}", before, shelf_now(session, shelf), now
                )

    catalog.change(actor, product_id, sent, shelf_ids, "product.collections", now, work)


def _feature(
    session: Session, actor: Actor, others: list[Collection], shelf: Collection, *, featured: bool, now: datetime
) -> None:
    shelf.featured = featured
    for other in others:
        if featured and other.featured:
            other.featured, other.version = False, other.version + 1
            record(
                session,
                actor,
                "collection.edit",
                f"collection:{other.id}",
                {"featured": True},
                {"featured": False},
                now,
            )


def _write_members(session: Session, shelf_id: int, product_ids: list[int]) -> None:
    session.execute(delete(CollectionProduct).where(CollectionProduct.collection_id == shelf_id))
    session.add_all(
        CollectionProduct(collection_id=shelf_id, product_id=product_id, position=position)
        for position, product_id in enumerate(product_ids)
    )
    session.flush()  # its list is read again for the history


def _refuse_taken(session: Session, shelf_id: int | None, slug: str) -> None:
    if repository.collection_with_slug(session, slug) not in (None, shelf_id):
        sentence = f"/collections/{slug} is another collection already. Choose another address."
        raise Invalid("This address is taken.", {"slug": [sentence]})
