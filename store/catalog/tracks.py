"""The tracks of a product that people may hear: adding, naming, their order, taking them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog.gallery import ASIDE, moved
from store.catalog.models import Product
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid
from store.media.repository import list_tracks
from store.media.sound import PreparedClip

MOST_TRACKS = 30


@dataclass(frozen=True, slots=True)
class TrackList:
    """The list as its form has it, (id, title) each, and the button that was pressed."""

    titles: tuple[tuple[int, str], ...]
    up: int | None = None
    down: int | None = None
    remove: int | None = None


def add_track(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, clip: PreparedClip, title: str, now: datetime
) -> None:
    """Put a track at the end of the list. The bytes of its clip are stored already."""

    def work(session: Session, product: Product) -> None:
        tracks = list_tracks(session, product.id)
        if len(tracks) >= MOST_TRACKS:
            raise Invalid(f"A product may have {MOST_TRACKS} tracks. Remove one first.")
        last = max((track.position for track in tracks), default=-1)
        session.add(clip.track(product.id, last + 1, title, now))

    catalog.change(actor, product_id, sent, (clip.digest, title), "product.tracks", now, work)


def arrange_tracks(catalog: Catalog, actor: Actor, product_id: int, sent: Sent, wish: TrackList, now: datetime) -> None:
    """Save the titles, and move or remove the track whose button was pressed."""

    def work(session: Session, product: Product) -> None:
        tracks, titles = list_tracks(session, product.id), dict(wish.titles)
        for track in tracks:
            track.title = titles.get(track.id, track.title)
        for track in [track for track in tracks if track.id == wish.remove]:
            session.delete(track)
            tracks.remove(track)
        order = moved([track.id for track in tracks], wish.up, wish.down)
        for track in tracks:
            track.position += ASIDE
        session.flush()  # places are unique: all step aside first
        for track in tracks:
            track.position = order.index(track.id)

    catalog.change(actor, product_id, sent, wish, "product.tracks", now, work)
