"""What goes with a product, as staff choose it; where they choose nothing, its collections speak for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog import repository
from store.catalog.models import Product, ProductPairing
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid

MOST = 4
"""As many as stand in one row."""


def choose_pairings(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, references: tuple[str, ...], now: datetime
) -> None:
    """Say by number or sku what goes with a product, in this order.

    Raises Invalid, beside the field `goes-with`, for what nothing has, for itself, twice the same, or too many.
    """

    def work(session: Session, product: Product) -> None:
        others = [_find(session, product, reference) for reference in references]
        if len(set(others)) < len(others):
            raise Invalid("One is there twice.", {"goes-with": ["One of these is there twice."]})
        if len(others) > MOST:
            raise Invalid("These are too many.", {"goes-with": [f"At most {MOST}: they stand in one row."]})
        session.execute(delete(ProductPairing).where(ProductPairing.product_id == product.id))
        session.add_all(
            ProductPairing(product_id=product.id, other_id=other, position=position)
            for position, other in enumerate(others)
        )

    catalog.change(actor, product_id, sent, references, "product.goes_with", now, work)


def _find(session: Session, product: Product, reference: str) -> int:
    found = repository.find_by_reference(session, reference)
    if found is None:
        raise Invalid("Nothing has that number.", {"goes-with": [f"No item has the number or sku {reference}."]})
    if found.id == product.id:
        raise Invalid("That is this very item.", {"goes-with": [f"{reference} is this very item."]})
    return found.id
