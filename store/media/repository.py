"""The SQL of pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.media.models import Picture, Rendition


def find_by_digest(session: Session, digest: str) -> Picture | None:
    return session.scalar(select(Picture).where(Picture.digest == digest))


def renditions(session: Session, picture_ids: Collection[int]) -> dict[int, list[Rendition]]:
    """The renditions of each picture, narrowest first."""
    found: dict[int, list[Rendition]] = defaultdict(list)
    query = select(Rendition).where(Rendition.picture_id.in_(picture_ids)).order_by(Rendition.width)
    for rendition in session.scalars(query):
        found[rendition.picture_id].append(rendition)
    return found


def digests(session: Session) -> set[str]:
    """Of all pictures there are."""
    return set(session.scalars(select(Picture.digest)))
