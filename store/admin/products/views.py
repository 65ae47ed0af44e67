"""/admin/products: the list, a new one, and the page of one, each part of which is a form of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from babel.numbers import get_currency_symbol
from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.products import repository
from store.admin.products.pages import Refusal, rows_for_details, say_who, view_product
from store.admin.products.repository import View
from store.catalog import editing, gallery, options, publishing, schemas, shelves, variants
from store.catalog.proposals import next_number
from store.catalog.repository import newest_numbers
from store.catalog.typed import MOST_OPTIONS, read_moment
from store.catalog.writing import Catalog, Changed, Sent
from store.errors import Conflict, Invalid
from store.media.service import MOST_BYTES, Pictures
from store.storefront import product as products_of
from store.storefront.views import card_terms, delivery_of
from store.web.access import needs
from store.web.current import actor, db, now, reader, settings
from store.web.limits import takes_uploads

blueprint = Blueprint("admin_products", __name__)

TABS = {"all": "All", "draft": "Drafts", "coming": "Coming", "on_sale": "On sale", "archived": "Archived"}
SAVED = {
    "created": "The draft is made. Add pictures, then publish it.",
    "words": "The words are saved.",
    "options": "The options are saved.",
    "variants": "The table is saved.",
    "pictures": "The pictures are saved.",
    "upload": "The pictures are added.",
    "tracks": "The tracks are saved.",
    "clip": "The track is added.",
    "collections": "The collections are saved.",
    "pairings": "What goes with it is saved.",
    "publishing": "Saved.",
}
ANCHORS = {"upload": "gallery", "pictures": "gallery", "clip": "tracks"}
"""Where on the page a form stands, if not under its own name."""


def catalog() -> Catalog:
    found: Catalog = current_app.extensions["catalog"]
    return found


@blueprint.get("/admin/products")
@needs(Permission.CATALOG_READ)
def index() -> str:
    words = " ".join(request.args.get("q", "").split())[:200]
    view = View(name) if (name := request.args.get("view", "all")) in TABS else View.ALL
    before = request.args.get("before", "")
    is_key = before.isascii() and before.isdigit() and len(before) <= 18
    listing = repository.list_products(
        reader(), view, words, int(before) if is_key else None, settings().store_currency, now()
    )
    counts = repository.count_views(reader(), words, now())
    return render_template(
        "admin/products/index.html",
        rows=listing.rows,
        later=url_for(".index", view=view, q=words or None, before=listing.after) if listing.after else None,
        words=words,
        view=view,
        may_write=actor().may(Permission.CATALOG_WRITE),
        tabs=[
            {
                "label": label,
                "url": url_for(".index", view=name, q=words or None),
                "current": name == view,
                "count": counts[View(name)],
            }
            for name, label in TABS.items()
        ],
    )


@blueprint.get("/admin/products/new")
@needs(Permission.CATALOG_WRITE)
def new() -> str:
    proposal = {
        "number": next_number(newest_numbers(reader())),
        "kind": "physical",
        "name-0": "Color",
        "name-1": "Size",
    }
    return _new_page(proposal, {})


@blueprint.post("/admin/products")
@needs(Permission.CATALOG_WRITE)
def create() -> Response:
    typed = request.form.to_dict()
    try:
        wish = schemas.read_new_product(_without_empty_options(typed), settings().store_currency)
        made = editing.create_product(catalog(), actor(), schemas.read_sent(typed), wish, now())
    except (ValidationError, Invalid) as refusal:
        return make_response(_new_page(typed, _fields(refusal)), 422)
    return redirect(url_for(".edit", product_id=made, done="created"), 303)


def _new_page(typed: Mapping[str, str], errors: Mapping[str, list[str]]) -> str:
    return render_template(
        "admin/products/new.html",
        form={"values": dict(typed), "errors": errors, "summary": []},
        form_token=typed.get("form_token") or secrets.token_urlsafe(18),
        detail_rows=rows_for_details(typed),
        option_rows=range(MOST_OPTIONS),
        sign=get_currency_symbol(settings().store_currency.upper(), "en_US"),
    )


def _without_empty_options(typed: Mapping[str, str]) -> dict[str, str]:
    """The names the form proposes mean nothing as long as no values stand beside them."""
    empty = {row for row in range(MOST_OPTIONS) if not typed.get(f"values-{row}", "").strip()}
    return {name: text for name, text in typed.items() if name not in {f"name-{row}" for row in empty}}


@blueprint.get("/admin/products/<id:product_id>")
@needs(Permission.CATALOG_READ)
def edit(product_id: int) -> str:
    return _page(product_id)


@blueprint.post("/admin/products/<id:product_id>/words")
@needs(Permission.CATALOG_WRITE)
def words(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        editing.edit_words(catalog(), actor(), product_id, sent, schemas.read_words(typed), now())

    return save_section(product_id, "words", save)


@blueprint.post("/admin/products/<id:product_id>/options")
@needs(Permission.CATALOG_WRITE)
def set_options(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        options.set_options(catalog(), actor(), product_id, sent, schemas.read_axes(typed), now())

    return save_section(product_id, "options", save)


@blueprint.post("/admin/products/<id:product_id>/variants")
@needs(Permission.CATALOG_WRITE)
def edit_variants(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        rows, for_all = schemas.read_table(typed, settings().store_currency)
        variants.edit_variants(catalog(), actor(), product_id, sent, rows, for_all, now())

    return save_section(product_id, "variants", save)


@blueprint.post("/admin/products/<id:product_id>/collections")
@needs(Permission.CATALOG_WRITE)
def collections(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        ticked = schemas.read_ids(typed, "shelf")
        shelves.choose_collections(catalog(), actor(), product_id, sent, ticked, now())

    return save_section(product_id, "collections", save)


@blueprint.post("/admin/products/<id:product_id>/publishing")
@needs(Permission.CATALOG_WRITE)
def publish(product_id: int) -> Response:
    """The button that was pressed says what is to be done."""

    def save(typed: dict[str, str], sent: Sent) -> None:
        steps = {"draft": publishing.take_back, "archive": publishing.archive, "restore": publishing.restore}
        if step := steps.get(typed.get("action", "")):
            step(catalog(), actor(), product_id, sent, now())
            return
        if typed.get("action") not in ("now", "at"):
            raise Invalid("Nothing was chosen. Use one of the buttons.")
        try:
            at = read_moment(typed.get("at", ""), settings().zone) if typed["action"] == "at" else None
        except ValueError as refusal:
            raise Invalid("That is no moment.", {"at": [str(refusal)]}) from None
        publishing.publish(catalog(), actor(), product_id, sent, now(), at)

    return save_section(product_id, "publishing", save)


@blueprint.post("/admin/products/<id:product_id>/pictures")
@needs(Permission.CATALOG_WRITE)
@takes_uploads(MOST_BYTES + 64 * 1024)
def add_pictures(product_id: int) -> Response:
    """Several at once; one that is no picture keeps all of them out."""

    def save(typed: dict[str, str], sent: Sent) -> None:
        about = schemas.read_about(typed)
        pictures: Pictures = current_app.extensions["pictures"]
        files = [content for file in request.files.getlist("pictures") if (content := _read(file))]
        prepared, faults = [], []
        for place, content in enumerate(files[: gallery.MOST_PICTURES], start=1):
            try:
                prepared.append(pictures.prepare(content))
            except Invalid as refusal:
                faults.append(f"Picture {place} of {len(files)}: {refusal}" if len(files) > 1 else str(refusal))
        if faults or not prepared:
            raise Invalid("Nothing was added.", {"pictures": faults or ["Choose at least one picture."]})
        gallery.add_pictures(catalog(), actor(), product_id, sent, prepared, about, now())

    return save_section(product_id, "upload", save)


def _read(file: FileStorage) -> bytes:
    with file.stream as stream:
        return stream.read()


@blueprint.post("/admin/products/<id:product_id>/gallery")
@needs(Permission.CATALOG_WRITE)
def arrange_pictures(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        gallery.arrange_pictures(catalog(), actor(), product_id, sent, schemas.read_arrangement(typed), now())

    return save_section(product_id, "pictures", save)


@blueprint.get("/admin/products/<id:product_id>/preview")
@needs(Permission.CATALOG_READ)
def preview(product_id: int) -> Response:
    """The product's page as the shop will show it, drafts included; for staff alone, and for no search engine."""
    variant = request.args.get("variant", "")
    chosen = int(variant) if variant.isascii() and variant.isdigit() and len(variant) <= 18 else None
    address = url_for(".preview", product_id=product_id)
    page = products_of.preview(reader(), product_id, chosen, card_terms(), address)
    answer = make_response(render_template("catalog/product.html", preview=True, **page.context, **delivery_of(page)))
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def save_section(product_id: int, section: str, save: Callable[[dict[str, str], Sent], None]) -> Response:
    """Do it and come back to the section; or show it again with what was typed and what to mend."""
    typed = request.form.to_dict()
    try:
        save(typed, schemas.read_sent(typed))
    except (ValidationError, Invalid) as refusal:
        fields = _fields(refusal)
        notice = None if fields else str(refusal)
        return make_response(_page(product_id, Refusal(section, typed, fields, notice)), 422)
    except Changed as refusal:
        notice = say_who(reader(), refusal, settings().zone)
        return make_response(_page(product_id, Refusal(section, typed, {}, notice, is_changed=True)), 409)
    except Conflict as refusal:
        return make_response(_page(product_id, Refusal(section, typed, {}, str(refusal))), 409)
    anchor = ANCHORS.get(section, section)
    return redirect(url_for("admin_products.edit", product_id=product_id, done=section, _anchor=anchor), 303)


def _fields(refusal: ValidationError | Invalid) -> dict[str, list[str]]:
    return refusal.fields if isinstance(refusal, Invalid) else refusal.messages_dict


def _page(product_id: int, refusal: Refusal | None = None) -> str:
    with db().reader() as fresh:
        view: dict[str, Any] = view_product(
            fresh, product_id, settings().store_currency, settings().zone, now(), refusal
        )
        may_write = actor().may(Permission.CATALOG_WRITE)
        saved = request.args.get("done", "") if refusal is None else ""
        return render_template(
            "admin/products/edit.html",
            **view,
            may_write=may_write,
            done=SAVED.get(saved),
            done_at={"created": "", "upload": "pictures", "clip": "tracks"}.get(saved, saved),
            form_token=secrets.token_urlsafe(18),
        )
