"""What of a product can be heard: its tracks on its own page, the first of them on its card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from store.media.models import Track
from store.media.waves import clock, path


@dataclass(frozen=True, slots=True)
class Preview:
    """A clip as a button plays it."""

    title: str
    src: str


@dataclass(frozen=True, slots=True)
class Heard(Preview):
    """A track as a product's page lists it; `length` is of the whole piece, `seconds` of what can be heard."""

    length: str
    seconds: int
    wave: str


_TRACKS = (
    select(Track.title, Track.clip_key, Track.seconds, Track.clip_seconds, Track.peaks)
    .where(Track.product_id == bindparam("product_id"))
    .order_by(Track.position)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_earlier = aliased(Track)
_FIRST = select(func.min(_earlier.position)).where(_earlier.product_id == Track.product_id).scalar_subquery()
_PREVIEWS = select(Track.product_id, Track.title, Track.clip_key).where(
    Track.product_id.in_(_IDS), Track.position == _FIRST
)


def tracks_of(session: Session, product_id: int) -> list[Heard]:
    return [
        Heard(row.title, f"/media/{row.clip_key}", clock(row.seconds), row.clip_seconds, path(row.peaks))
        for row in session.execute(_TRACKS, {"product_id": product_id})
    ]


def previews_of(session: Session, product_ids: Collection[int]) -> dict[int, Preview]:
    """The first track of each product that has any."""
    rows = session.execute(_PREVIEWS, {"ids": list(product_ids)})
    return {row.product_id: Preview(row.title, f"/media/{row.clip_key}") for row in rows}
