"""What the page of one collection shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.admin.products.pages import Refusal, as_form
from store.catalog.models import Collection, CollectionProduct, Product
from store.catalog.pictures import of_products
from store.catalog.repository import get_collection


def view_collection(session: Session, collection_id: int, refusal: Refusal | None = None) -> dict[str, Any]:
    """Everything the template needs. Raises NotFound."""
    shelf = get_collection(session, collection_id)
    sections = {"words": _words(shelf), "order": {"add": ""}}
    products = list(session.scalars(_MEMBERS.where(CollectionProduct.collection_id == collection_id)))
    return {
        "collection": shelf,
        "forms": {
            name: as_form(values, shelf.version, refusal if refusal and refusal.section == name else None)
            for name, values in sections.items()
        },
        "refusal": refusal,
        "products": products,
        "pictures": of_products(session, [product.id for product in products]),
    }


_MEMBERS = (
    select(Product)
    .join(CollectionProduct, CollectionProduct.product_id == Product.id)
    .order_by(CollectionProduct.position, Product.id)
)


def _words(shelf: Collection) -> dict[str, str]:
    return {
        "title": shelf.title,
        "slug": shelf.slug,
        "description": shelf.description,
        "featured": "yes" if shelf.featured else "",
    }
