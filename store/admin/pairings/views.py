"""/admin/products/…/goes-with: which items are shown beside one. The form stands on the product's page."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.pairings.schemas import read_references
from store.admin.products.views import catalog, save_section
from store.catalog.pairings import choose_pairings
from store.catalog.writing import Sent
from store.web.access import needs
from store.web.current import actor, now

blueprint = Blueprint("admin_pairings", __name__)


@blueprint.post("/admin/products/<id:product_id>/goes-with")
@needs(Permission.CATALOG_WRITE)
def choose(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        choose_pairings(catalog(), actor(), product_id, sent, read_references(typed), now())

    return save_section(product_id, "pairings", save)
