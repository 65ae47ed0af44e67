"""Products for staff's programs: another shop's catalogue moves in, prices follow, pictures hang."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import PreconditionFailed

from store.actors import Permission
from store.admin.products import programs, repository
from store.admin.products.views import catalog
from store.catalog import editing, gallery, new_variant, publishing, variants
from store.catalog.models import Product, Status
from store.catalog.repository import get_product
from store.catalog.writing import Changed, Sent
from store.errors import Invalid, NotFound
from store.media.service import MOST_BYTES, PreparedPicture
from store.web.api import versions
from store.web.api.calls import Calls
from store.web.api.paging import number
from store.web.api.replays import request_key
from store.web.current import actor, db, now, reader, settings

calls = Calls("admin_products", __name__, "Products: drafts included, for staff.")
WRITES = (Permission.CATALOG_WRITE,)
Answered = tuple[dict[str, Any], int, dict[str, str]]


@calls.get("/admin/products", query=programs.ProductsIn, answers=programs.RowList, needs=(Permission.CATALOG_READ,))
def list_all(query: dict[str, Any]) -> dict[str, Any]:
    """The newest first, all of them or what fits."""
    view, before = repository.View(query["view"]), number(query["cursor"])
    found = repository.list_products(
        reader(), view, query["q"], before, settings().store_currency, now(), query["limit"]
    )
    return {"items": found.rows, "next": str(found.after) if found.after else None}


@calls.post("/admin/products", takes=programs.ProductIn, answers=programs.StaffProductOut, needs=WRITES)
def create(body: dict[str, Any]) -> Answered:
    """A draft, with a variant for every combination of its options."""
    made = editing.create_product(catalog(), actor(), Sent(token=request_key()), programs.new_product(body), now())
    return _told(made, 201)


@calls.get("/admin/products/<id:product_id>", answers=programs.StaffProductOut, needs=(Permission.CATALOG_READ,))
def show(product_id: int) -> Answered:
    """One product, whatever its state. Its ETag goes along with a change as If-Match."""
    return _told(product_id)


@calls.patch(
    "/admin/products/<id:product_id>", takes=programs.ChangesIn, answers=programs.StaffProductOut, needs=WRITES,
    by_version=True,
)  # fmt: skip
def change(body: dict[str, Any], product_id: int) -> Answered:
    """Change some of its words, or put it on sale, take it back, archive it."""
    sent = _sent(versions.asked_for())
    try:
        if "status" in body:
            _move(product_id, sent, body)
        else:
            known = programs.words_of(get_product(reader(), product_id))
            editing.edit_words(catalog(), actor(), product_id, sent, programs.words(body, known), now())
    except Changed as refusal:
        raise PreconditionFailed(str(refusal)) from None
    return _told(product_id)


@calls.post(
    "/admin/products/<id:product_id>/variants", takes=programs.VariantIn, answers=programs.StaffProductOut,
    needs=WRITES,
)  # fmt: skip
def add_variant(body: dict[str, Any], product_id: int) -> Answered:
    """One variant more, by its value of each option. A value that is new comes with every other option's values."""
    values = {option["name"]: option["value"] for option in body["options"]}
    if len(values) < len(body["options"]):
        raise Invalid("A variant has one value of each option.", {"options": ["Name each option once."]})
    wish = new_variant.NewVariant(values, body["sku"], body["price"], body["weight_grams"])
    sent = _sent(versions.asked_for(get_product(reader(), product_id).version))
    new_variant.add_variant(catalog(), actor(), product_id, sent, wish, now())
    return _told(product_id, 201)


@calls.patch(
    "/admin/products/<id:product_id>/variants/<id:variant_id>",
    takes=programs.VariantChangesIn, answers=programs.StaffProductOut, needs=WRITES,
)  # fmt: skip
def change_variant(body: dict[str, Any], product_id: int, variant_id: int) -> Answered:
    """Change a variant's sku, its price or its weight."""
    product = get_product(reader(), product_id)
    variant = next((one for one in product.variants if one.id == variant_id), None)
    if variant is None:
        raise NotFound("This product has no such variant.")
    edit = programs.variant_edit(variant, body, settings().store_currency)
    sent = _sent(versions.asked_for(product.version))
    variants.edit_variants(catalog(), actor(), product_id, sent, (edit,), variants.ForAll(), now())
    return _told(product_id)


@calls.put(
    "/admin/products/<id:product_id>/images", takes=programs.ImagesIn, answers=programs.StaffProductOut, needs=WRITES
)
def hang(body: dict[str, Any], product_id: int) -> Answered:
    """Let its gallery be these pictures, in this order."""
    wish = tuple(gallery.Hung(**image) for image in body["images"])
    sent = _sent(versions.asked_for(get_product(reader(), product_id).version))
    gallery.hang_pictures(catalog(), actor(), product_id, sent, wish, now())
    return _told(product_id)


@calls.post(
    "/admin/pictures", answers=programs.PictureOut, needs=WRITES, takes_bytes=MOST_BYTES + 1024, limit="60 per minute"
)
def send_picture() -> PreparedPicture:
    """Keep a picture, sent as it is; it hangs where its digest is named. The same bytes have the same digest."""
    kept: PreparedPicture = current_app.extensions["pictures"].keep(request.get_data(), now())
    return kept


def _sent(version: int) -> Sent:
    """The key of the call is the token of its form: repeated after a crash, it is one effect."""
    return Sent(version, request_key())


def _move(product_id: int, sent: Sent, body: dict[str, Any]) -> None:
    status = Status(body["status"])
    if status is Status.ACTIVE:
        publishing.publish(catalog(), actor(), product_id, sent, now(), body.get("publish_at"))
    elif status is Status.ARCHIVED:
        publishing.archive(catalog(), actor(), product_id, sent, now())
    elif get_product(reader(), product_id).status is Status.ARCHIVED:
        publishing.restore(catalog(), actor(), product_id, sent, now())
    else:
        publishing.take_back(catalog(), actor(), product_id, sent, now())


def _told(product_id: int, status: int = 200) -> Answered:
    with db().reader() as fresh:
        found = get_product(fresh, product_id)
        return _show(fresh, found), status, {"ETag": versions.etag(found.version)}


def _show(session: Session, product: Product) -> dict[str, Any]:
    return programs.show(session, product, settings().store_currency)
