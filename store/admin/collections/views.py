"""/admin/collections: the list, a new one, and the page of one with its words and the order of its products."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.collections.pages import view_collection
from store.admin.products.pages import Refusal, say_who
from store.catalog import schemas, shelves
from store.catalog.repository import count_members, list_collections
from store.catalog.writing import Catalog, Changed, Sent
from store.errors import Conflict, Invalid
from store.web.access import needs
from store.web.current import actor, db, now, reader, settings

blueprint = Blueprint("admin_collections", __name__)

SAVED = {
    "created": "The collection is made. Put products into it.",
    "words": "The words are saved.",
    "order": "The list is saved.",
}


def catalog() -> Catalog:
    found: Catalog = current_app.extensions["catalog"]
    return found


@blueprint.get("/admin/collections")
@needs(Permission.CATALOG_READ)
def index() -> str:
    return render_template(
        "admin/collections/index.html",
        collections=list_collections(reader()),
        counts=count_members(reader()),
        may_write=actor().may(Permission.CATALOG_WRITE),
    )


@blueprint.get("/admin/collections/new")
@needs(Permission.CATALOG_WRITE)
def new() -> str:
    return _new_page({}, {})


@blueprint.post("/admin/collections")
@needs(Permission.CATALOG_WRITE)
def create() -> Response:
    typed = request.form.to_dict()
    try:
        words, sent = schemas.read_shelf(typed), schemas.read_sent(typed)
        made = shelves.create_collection(catalog(), actor(), sent, words, now())
    except (ValidationError, Invalid) as refusal:
        return make_response(_new_page(typed, _fields(refusal)), 422)
    return redirect(url_for(".edit", collection_id=made, done="created"), 303)


def _new_page(typed: Mapping[str, str], errors: Mapping[str, list[str]]) -> str:
    return render_template(
        "admin/collections/new.html",
        form={"values": dict(typed), "errors": errors, "summary": []},
        form_token=typed.get("form_token") or secrets.token_urlsafe(18),
    )


@blueprint.get("/admin/collections/<id:collection_id>")
@needs(Permission.CATALOG_READ)
def edit(collection_id: int) -> str:
    return _page(collection_id)


@blueprint.post("/admin/collections/<id:collection_id>/words")
@needs(Permission.CATALOG_WRITE)
def words(collection_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        shelves.edit_collection(catalog(), actor(), collection_id, sent, schemas.read_shelf(typed), now())

    return _save(collection_id, "words", save)


@blueprint.post("/admin/collections/<id:collection_id>/order")
@needs(Permission.CATALOG_WRITE)
def order(collection_id: int) -> Response:
    """One product in, up, down or out: the button says which."""

    def save(typed: dict[str, str], sent: Sent) -> None:
        shelves.order_collection(catalog(), actor(), collection_id, sent, schemas.read_order(typed), now())

    return _save(collection_id, "order", save)


def _save(collection_id: int, section: str, save: Callable[[dict[str, str], Sent], None]) -> Response:
    typed = request.form.to_dict()
    try:
        save(typed, schemas.read_sent(typed))
    except (ValidationError, Invalid) as refusal:
        return make_response(_page(collection_id, Refusal(section, typed, _fields(refusal))), 422)
    except Changed as refusal:
        notice = say_who(reader(), refusal, settings().zone)
        return make_response(_page(collection_id, Refusal(section, typed, {}, notice, is_changed=True)), 409)
    except Conflict as refusal:
        return make_response(_page(collection_id, Refusal(section, typed, {}, str(refusal))), 409)
    return redirect(url_for(".edit", collection_id=collection_id, done=section, _anchor=section), 303)


def _fields(refusal: ValidationError | Invalid) -> dict[str, list[str]]:
    return refusal.fields if isinstance(refusal, Invalid) else refusal.messages_dict


def _page(collection_id: int, refusal: Refusal | None = None) -> str:
    with db().reader() as fresh:
        return render_template(
            "admin/collections/edit.html",
            **view_collection(fresh, collection_id, refusal),
            may_write=actor().may(Permission.CATALOG_WRITE),
            done=SAVED.get(request.args.get("done", "")) if refusal is None else None,
            form_token=secrets.token_urlsafe(18),
        )
