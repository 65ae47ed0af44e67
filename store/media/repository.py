"""The SQL of pictures and sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.media.models import Picture, Rendition, Track


def find_by_digest(session: Session, digest: str) -> Picture | None:
    return session.scalar(select(Picture).where(Picture.digest == digest))


def ids_of_digests(session: Session, digests: Collection[str]) -> dict[str, int]:
    """The picture with each of these digests; those we do not have are left out."""
    rows = session.execute(select(Picture.digest, Picture.id).where(Picture.digest.in_(digests)))
    return {row.digest: row.id for row in rows}


def digests_of(session: Session, picture_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(select(Picture.id, Picture.digest).where(Picture.id.in_(picture_ids)))
    return {row.id: row.digest for row in rows}


def renditions(session: Session, picture_ids: Collection[int]) -> dict[int, list[Rendition]]:
    """The renditions of each picture, narrowest first."""
    found: dict[int, list[Rendition]] = defaultdict(list)
    query = select(Rendition).where(Rendition.picture_id.in_(picture_ids)).order_by(Rendition.width)
    for rendition in session.scalars(query):
        found[rendition.picture_id].append(rendition)
    return found


def list_picture_ids(session: Session) -> list[int]:
    return list(session.scalars(select(Picture.id).order_by(Picture.id)))


def list_tracks(session: Session, product_id: int) -> list[Track]:
    """The tracks of a product in their order."""
    return list(session.scalars(select(Track).where(Track.product_id == product_id).order_by(Track.position)))


def digests(session: Session) -> set[str]:
    """Of all pictures and clips there are."""
    return {*session.scalars(select(Picture.digest)), *session.scalars(select(Track.digest))}
