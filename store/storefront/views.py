"""Home, listing, product, collections, and the small print. The same for everybody: no cookie is read or set."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from store.catalog.addresses import collection_formerly_at, product_formerly_at
from store.catalog.models import Kind
from store.errors import Invalid, NotFound
from store.money import Money
from store.settings import Settings
from store.storefront import product as products_of
from store.storefront import repository, structured
from store.storefront.cards import Terms
from store.storefront.delivery import list_deliveries
from store.web.current import now, reader, settings
from store.web.front import for_everybody
from store.web.headers import cache_publicly

blueprint = Blueprint("catalog", __name__)

SORTS = {"newest": "Newest", "price": "Price, low first", "-price": "Price, high first"}


def terms_of(settings: Settings, moment: datetime) -> Terms:
    tomorrow = moment.astimezone(settings.zone).date() + timedelta(days=1)
    day_ends = datetime.combine(tomorrow, time(), settings.zone)
    return Terms(settings.store_currency, moment, settings.low_stock, day_ends)


def card_terms() -> Terms:
    return terms_of(settings(), now())


@blueprint.after_request
def share(response: Response) -> Response:
    """Public pages may be kept by anybody, as long as they ask again."""
    if response.status_code == 200:
        cache_publicly(response)
    return response


@blueprint.get("/")
@for_everybody()
def home() -> str:
    shelves = repository.list_shelves(reader(), card_terms())
    featured = next((shelf for shelf in shelves if shelf.featured), None)
    latest = repository.list_newest(reader(), card_terms(), 8, besides=featured.id if featured else None)
    drop = _drop(featured) if featured else None
    return render_template("catalog/home.html", drop=drop, latest=latest, collections=shelves)


def _drop(shelf: repository.Shelf) -> dict[str, Any]:
    lowest = repository.lowest_price(reader(), shelf.id, card_terms()) or 0
    return {
        "title": shelf.title,
        "slug": shelf.slug,
        "line": shelf.description,
        "count": shelf.count,
        "from_price": Money(lowest, settings().store_currency),
        "cards": repository.list_of_collection(reader(), shelf.id, card_terms(), 3),
    }


@blueprint.get("/products")
@for_everybody("collection", "sort", "after")
def products() -> str:
    slug = request.args.get("collection")
    within = repository.get_collection(reader(), slug) if slug else None
    listing = _listing(within.id if within else None)
    return render_template("catalog/products.html", **listing)


@blueprint.get("/collections/<slug>")
@for_everybody("sort", "after")
def collection(slug: str) -> str | Response:
    try:
        found = repository.get_collection(reader(), slug)
    except NotFound:
        present = collection_formerly_at(reader(), slug)
        if present is None:
            raise
        return _moved(url_for(".collection", slug=present))
    return render_template("catalog/collection.html", collection=found, **_listing(found.id))


def _listing(collection_id: int | None) -> dict[str, Any]:
    sort = request.args.get("sort", "newest")
    if sort not in SORTS:
        raise Invalid("The catalog can be sorted by newest or by price.")
    page = repository.list_products(reader(), card_terms(), sort, request.args.get("after"), collection_id)
    return {
        "products": page.products,
        "total": page.total,
        "next_url": _here(sort=sort, after=page.after) if page.after else None,
        "sorts": [{"label": label, "url": _here(sort=key), "current": key == sort} for key, label in SORTS.items()],
    }


def _here(**query: str | None) -> str:
    kept = {"collection": request.args.get("collection")}
    values: dict[str, Any] = {**(request.view_args or {}), **kept, **query}
    return url_for(request.endpoint or "", **values)


@blueprint.get("/products/<slug>")
@for_everybody("variant")
def product(slug: str) -> str | Response:
    variant = request.args.get("variant", "")
    chosen = int(variant) if variant.isascii() and variant.isdigit() and len(variant) <= 18 else None
    try:
        page = products_of.read(reader(), slug, chosen, card_terms())
    except NotFound:
        present = product_formerly_at(reader(), slug)
        if present is None:
            raise
        products_of.read(reader(), present, None, card_terms())  # of what is not on sale not even the place is told
        return _moved(url_for(".product", slug=present, variant=chosen))
    return render_template("catalog/product.html", **page.context, **delivery_of(page), linked=_linked(page))


def _moved(address: str) -> Response:
    """For good; yet nobody may keep it, for the former address may become another's."""
    return Response(status=301, headers={"Location": address})


def _linked(page: products_of.ProductPage) -> list[dict[str, object]]:
    own, public_url = page.product, settings().public_url
    told = {name: str(own[name]) if own[name] else None for name in ("slug", "number", "title", "line")}
    steps = [("Catalog", "/products")]
    steps += [(shelf["title"], f"/collections/{shelf['slug']}") for shelf in page.shelves[-1:]]
    steps.append((str(own["title"]), f"/products/{own['slug']}"))
    pictures = [picture.full for picture in page.pictures]
    return [
        structured.product(public_url, settings().shop_name, told, pictures, page.offered),
        structured.crumbs(public_url, steps),
    ]


def delivery_of(page: products_of.ProductPage) -> dict[str, Any]:
    """What the buy box says of delivery; nothing of what needs no parcel."""
    is_shipped = page.product["kind"] is Kind.PHYSICAL
    return {"deliveries": list_deliveries(reader(), settings(), now()) if is_shipped else []}


@blueprint.get("/delivery")
@for_everybody()
def delivery() -> str:
    return render_template("catalog/delivery.html", deliveries=list_deliveries(reader(), settings(), now()))


@blueprint.get("/terms")
@for_everybody()
def terms() -> str:
    return render_template("catalog/terms.html")


@blueprint.get("/privacy")
@for_everybody()
def privacy() -> str:
    return render_template("catalog/privacy.html")


@blueprint.get("/returns")
@for_everybody()
def returns() -> str:
    return render_template("catalog/returns.html")
