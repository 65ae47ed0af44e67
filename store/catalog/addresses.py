"""Where products and collections were before: whoever follows an old link is led on (functions take a session).

What is kept is whose address it was, not where it leads, so that one that moves twice is still one step away.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.catalog.models import Collection, FormerAddress, Product
from store.db import insert

PRODUCT, COLLECTION = "product", "collection"


def moved(session: Session, kind: str, owner_id: int, before: str, after: str, now: datetime) -> None:
    """`owner_id` was found at `before` by everybody, and is at `after` from now on."""
    if before == after:
        return
    taken(session, kind, after)
    row = insert(session, FormerAddress).values(kind=kind, slug=before, owner_id=owner_id, at=now)
    session.execute(row.on_conflict_do_update(index_elements=["kind", "slug"], set_={"owner_id": owner_id, "at": now}))


def taken(session: Session, kind: str, *slugs: str) -> None:
    """Something is found at each of `slugs` now: they lead nowhere else anymore."""
    session.execute(delete(FormerAddress).where(FormerAddress.kind == kind, FormerAddress.slug.in_(slugs)))


def like(session: Session, kind: str, slug: str) -> set[str]:
    """Former addresses that begin like this one: what is proposed for something new must not take one of them away."""
    query = select(FormerAddress.slug).where(
        FormerAddress.kind == kind, FormerAddress.slug.startswith(slug, autoescape=True)
    )
    return set(session.scalars(query))


def product_formerly_at(session: Session, slug: str) -> str | None:
    """The present slug of the product that was here, whatever its state."""
    was_here = FormerAddress.owner_id == Product.id
    query = select(Product.slug).join(FormerAddress, was_here)
    return session.scalar(query.where(FormerAddress.kind == PRODUCT, FormerAddress.slug == slug))


def collection_formerly_at(session: Session, slug: str) -> str | None:
    was_here = FormerAddress.owner_id == Collection.id
    query = select(Collection.slug).join(FormerAddress, was_here)
    return session.scalar(query.where(FormerAddress.kind == COLLECTION, FormerAddress.slug == slug))
