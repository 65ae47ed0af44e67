"""What is for sale, for programs. The same for everybody, and answered from bytes like the pages."""

from __future__ import annotations

from typing import Any

from store.catalog.addresses import product_formerly_at
from store.catalog.models import Status
from store.catalog.search import asking
from store.errors import Gone, NotFound
from store.money import exponent
from store.storefront import facts, filters, listing, paging, resources
from store.storefront.schemas import ProductList, ProductOut, ProductsIn
from store.storefront.views import card_terms
from store.web.api.calls import Calls
from store.web.current import reader, settings

calls = Calls("catalog", __name__, "What is for sale.")
NO_SUCH = "There is no such item."


@calls.get("/products", query=ProductsIn, answers=ProductList, public=("q", "collection", "sort", "cursor", "limit"))
def list_products(query: dict[str, Any]) -> dict[str, Any]:
    """What is on sale, all of it or what fits."""
    asked = asking.read(query["q"])
    usual = paging.MATCH if asked else paging.NEWEST
    sort = query["sort"] or usual
    wanted = filters.read_filters(
        {"collection": query["collection"] or ""}, filters.bands(exponent(settings().store_currency))
    )
    wish = listing.Wish(asked, wanted, usual if sort == paging.MATCH else sort, query["cursor"], count=query["limit"])
    found = listing.browse(reader(), card_terms(), wish)
    rows = facts.find_several(reader(), [card.slug for card in found.products], card_terms())
    told = [resources.product(row, card_terms(), settings().public_url) for row in rows]
    return {"items": [one for one in told if one is not None], "next": found.after}


@calls.get("/products/<slug>", answers=ProductOut, public=(), refuses=(404, 410))
def show_product(slug: str) -> dict[str, Any]:
    """One of them, by its slug; also by one it had before."""
    row = facts.find(reader(), slug, card_terms())
    if row is None and (present := product_formerly_at(reader(), slug)):
        row = facts.find(reader(), present, card_terms())
    if row is not None and row.status is Status.ARCHIVED:
        raise Gone(f"{row.title} has left the catalog. Its number is not used again.")
    told = resources.product(row, card_terms(), settings().public_url) if row is not None and row.on_sale else None
    if told is None:
        raise NotFound(NO_SUCH)
    return told
