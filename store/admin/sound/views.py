"""/admin/products/…/sound: tracks go up, are named, moved and taken out. The forms stand on the product's page."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from store.actors import Permission
from store.admin.products.views import catalog, save_section
from store.admin.sound.schemas import read_clip, read_track_list
from store.catalog.tracks import add_track, arrange_tracks
from store.catalog.writing import Sent
from store.errors import Invalid
from store.media.sound import MOST_BYTES, Clips
from store.web.access import needs
from store.web.current import actor, now
from store.web.limits import takes_uploads

blueprint = Blueprint("admin_sound", __name__)


@blueprint.post("/admin/products/<id:product_id>/sound")
@needs(Permission.CATALOG_WRITE)
@takes_uploads(MOST_BYTES + 64 * 1024)
def add(product_id: int) -> Response:
    """One piece; the minute of it that people may hear is cut here."""

    def save(typed: dict[str, str], sent: Sent) -> None:
        title, begin = read_clip(typed)
        clips: Clips = current_app.extensions["clips"]
        file = request.files.get("sound")
        content = file.read() if file else b""
        if not content:
            raise Invalid("Nothing was added.", {"sound": ["Choose a file."]})
        try:
            clip = clips.prepare(content, begin)
        except Invalid as refusal:
            raise Invalid("Nothing was added.", {"sound": [str(refusal)]}) from None
        add_track(catalog(), actor(), product_id, sent, clip, title, now())

    return save_section(product_id, "clip", save)


@blueprint.post("/admin/products/<id:product_id>/tracks")
@needs(Permission.CATALOG_WRITE)
def arrange(product_id: int) -> Response:
    def save(typed: dict[str, str], sent: Sent) -> None:
        arrange_tracks(catalog(), actor(), product_id, sent, read_track_list(typed), now())

    return save_section(product_id, "tracks", save)
