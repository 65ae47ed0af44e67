"""A product's way into the shop and out of it: draft, on sale now or from a moment on, archived, restored.

`published_at` is when it first appeared (or will): it stays when a product is taken back and put on sale again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog.models import Product, Status
from store.catalog.snapshots import missing_for_sale
from store.catalog.writing import Catalog, Sent
from store.errors import Conflict, Invalid


def publish(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, now: datetime, at: datetime | None = None
) -> None:
    """Put a draft on sale, now or at a moment to come.

    Raises Invalid with all that it lacks, or for a moment that has passed; Conflict for what is archived.
    """

    def work(_session: Session, product: Product) -> None:
        if product.status is Status.ARCHIVED:
            raise Conflict("This is archived. Restore it first, then publish it.")
        if at is not None and at <= now:
            raise Invalid("That moment has passed.", {"at": ["That moment has passed. Choose a later one."]})
        if lacks := missing_for_sale(product, catalog.currency):
            raise Invalid(" ".join(["It cannot go on sale yet.", *lacks]), {"ready": lacks})
        appeared = product.published_at is not None and product.published_at <= now
        if at is not None and appeared and product.status is Status.ACTIVE:
            raise Conflict("This is on sale already. Take it back to draft first, then choose when it returns.")
        if at is not None or not appeared:
            product.published_at = at or now
        if product.withdrawn_at is not None and product.withdrawn_at <= (at or now):
            product.withdrawn_at = None
        product.status = Status.ACTIVE

    catalog.change(actor, product_id, sent, ("publish", at), "product.publish", now, work)


def take_back(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, now: datetime) -> None:
    """Off sale, back to draft. Whoever is paying for it at this moment still gets it."""

    def work(_session: Session, product: Product) -> None:
        if product.status is not Status.ACTIVE:
            raise Conflict("This is not on sale. There is nothing to take back.")
        product.status = Status.DRAFT
        _forget_what_did_not_come(product, now)

    catalog.change(actor, product_id, sent, "take back", "product.take_back", now, work)


def archive(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, now: datetime) -> None:
    """Out of the catalogue; its number and its past orders stay."""

    def work(_session: Session, product: Product) -> None:
        product.status = Status.ARCHIVED
        _forget_what_did_not_come(product, now)

    catalog.change(actor, product_id, sent, "archive", "product.archive", now, work)


def restore(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, now: datetime) -> None:
    """From the archive back to draft, where it can be looked at before it is published."""

    def work(_session: Session, product: Product) -> None:
        if product.status is not Status.ARCHIVED:
            raise Conflict("This is not archived. There is nothing to restore.")
        product.status = Status.DRAFT

    catalog.change(actor, product_id, sent, "restore", "product.restore", now, work)


def _forget_what_did_not_come(product: Product, now: datetime) -> None:
    if product.published_at is not None and product.published_at > now:
        product.published_at = None
