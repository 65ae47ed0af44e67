"""Home, listing, product, collections, and the small print. The same for everybody: no cookie is read or set."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for

from store.catalog.addresses import collection_formerly_at, product_formerly_at
from store.catalog.models import Collection, Kind
from store.catalog.search import asking
from store.errors import Invalid, NotFound
from store.money import Money, exponent
from store.settings import Settings
from store.storefront import filters, listing, paging, rail, repository, structured, suggesting
from store.storefront import product as products_of
from store.storefront.cards import Card, Terms, filled
from store.storefront.delivery import list_deliveries
from store.web.current import edition, now, reader, settings
from store.web.front import for_everybody
from store.web.headers import cache_publicly
from store.web.limits import limiter

blueprint = Blueprint("catalog", __name__)
NARROWED = ("q", *filters.FACETS, "sort", "after")
"""What tells the pages of a list apart."""
LATEST, OF_DROP, INSTEAD = 8, 3, 4
"""How many cards the home page, its drop, and a list without anything show."""
FRESH_SECONDS = 60
"""How long suggestions may be shown again; prices on them are looked up anew on every page."""


def terms_of(settings: Settings, moment: datetime) -> Terms:
    tomorrow = moment.astimezone(settings.zone).date() + timedelta(days=1)
    day_ends = datetime.combine(tomorrow, time(), settings.zone)
    return Terms(settings.store_currency, moment, settings.low_stock, day_ends)


def card_terms() -> Terms:
    return terms_of(settings(), now())


@blueprint.after_request
def share(response: Response) -> Response:
    """Public pages may be kept by anybody, as long as they ask again; a view may have said for how long."""
    if response.status_code == 200 and "Cache-Control" not in response.headers:
        cache_publicly(response)
    return response


@blueprint.get("/")
@for_everybody()
def home() -> str:
    terms, shelves = card_terms(), _shelves()
    featured = next((shelf for shelf in shelves if shelf.featured), None)
    latest = repository.list_newest(reader(), terms, LATEST, besides=featured.id if featured else None)
    first = repository.list_of_collection(reader(), featured.id, terms, OF_DROP) if featured else []
    cards = filled(reader(), [*first, *latest], terms)
    drop = _drop(featured, first, cards[: len(first)]) if featured else None
    return render_template("catalog/home.html", drop=drop, latest=cards[len(first) :], collections=shelves)


def _drop(shelf: repository.Shelf, rows: list[Any], cards: list[Card]) -> dict[str, Any]:
    return {
        "title": shelf.title,
        "slug": shelf.slug,
        "line": shelf.description,
        "count": shelf.count,
        "from_price": Money(rows[0].lowest_of_all if rows else 0, settings().store_currency),
        "cards": cards,
    }


@blueprint.get("/products")
@for_everybody(*NARROWED)
def products() -> str:
    return render_template("catalog/products.html", view=_listing())


@blueprint.get("/collections/<slug>")
@for_everybody(*NARROWED)
def collection(slug: str) -> str | Response:
    try:
        found = repository.get_collection(reader(), slug)
    except NotFound:
        present = collection_formerly_at(reader(), slug)
        if present is None:
            raise
        return _moved(url_for(".collection", slug=present))
    return render_template("catalog/collection.html", collection=found, view=_listing(found))


@blueprint.get("/search/suggest")
@limiter.limit("240 per minute")
def suggest() -> Response:
    found = suggesting.suggest(reader(), card_terms(), asking.read(request.args.get("q", "")))
    answer = jsonify(found)
    cache_publicly(answer, FRESH_SECONDS)
    return answer


def _listing(shelf: Collection | None = None) -> dict[str, Any]:
    """What the templates of lists need."""
    asked = asking.read(request.args.get("q", ""))
    priced = filters.bands(exponent(settings().store_currency))
    wanted = filters.read_filters(request.args, priced)
    if shelf is not None:
        wanted = wanted.without("collection")
    usual = paging.MATCH if asked else paging.NEWEST
    sort = request.args.get("sort", usual)
    if sort not in (paging.MATCH, *rail.SORTS):
        raise Invalid("The catalog can be sorted by newest or by price.")
    sort = usual if sort == paging.MATCH else sort
    wish = listing.Wish(asked, wanted, sort, request.args.get("after"), shelf.id if shelf else None)
    found = listing.browse(reader(), card_terms(), wish)
    address = rail.Address(request.path, {"q": asked.text, **wanted.on, "sort": "" if sort == usual else sort})
    labels = rail.Labels(_titles(), settings().store_currency, priced)
    return {
        "products": found.products,
        "total": found.total,
        "count": rail.count_label(found.total, partly=found.partly),
        "next_url": address.but(after=found.after) if found.after else None,
        "sorts": rail.sorts(address, sort, worded=bool(asked)),
        "groups": rail.groups(found.counts, wanted, address, labels, partly=found.partly),
        "chips": rail.chips(wanted, address, labels),
        "clear_url": address.bare,
        "asked": asked,
        "shown": found.shown,
        "instead": [] if found.products else _newest(INSTEAD),
    }


def _titles() -> dict[str, str]:
    return {shelf.slug: shelf.title for shelf in _around()["nav_collections"]}


def _newest(count: int) -> list[Card]:
    return filled(reader(), repository.list_newest(reader(), card_terms(), count, besides=None), card_terms())


def _shelves() -> list[repository.Shelf]:
    """As the navigation of the same page has them; that of a page of no edition may be late."""
    if edition() is None:
        return repository.list_shelves(reader(), card_terms())
    return list(_around()["nav_collections"])


def _around() -> dict[str, Any]:
    return dict(current_app.extensions["navigation"].context(edition()))


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
