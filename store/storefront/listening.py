"""What of a product can be heard: its tracks on its own page, the first of them on its card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import aliased

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


TRACKS = select(
    Track.position, Track.title, Track.clip_key, Track.seconds, Track.clip_seconds, cast(Track.peaks, String)
)
"""A product's tracks, for `heard`."""
_earlier = aliased(Track)
_FIRST = select(func.min(_earlier.position)).where(_earlier.product_id == Track.product_id).scalar_subquery()
IS_FIRST = Track.position == _FIRST
"""Of a product's tracks the one that its card plays."""


def heard(rows: Iterable[Sequence[Any]]) -> list[Heard]:
    """Rows of `TRACKS` as a page lists them, in their order."""
    return [
        Heard(title, f"/media/{clip}", clock(seconds), clip_seconds, path(json.loads(peaks)))
        for _, title, clip, seconds, clip_seconds, peaks in sorted(rows, key=itemgetter(0))
    ]
