"""Tables of pictures and sound. The bytes lie in the storage, under keys that begin with the digest of the source."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import relationship

from store.db import Base, Id, Mapped, Ref, check, mapped_column


class Picture(Base):
    """One source picture, kept once whatever number of products show it."""

    __tablename__ = "picture"
    __table_args__ = (UniqueConstraint("digest"), check("size_positive", "width > 0 AND height > 0"))

    id: Mapped[Id]
    digest: Mapped[str]
    """SHA-256 of the source, in hex."""
    source_key: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    color: Mapped[str | None]
    """The color there is most of, `#rrggbb`; None for those that came before this was kept."""
    created_at: Mapped[datetime]
    renditions: Mapped[list[Rendition]] = relationship(order_by="Rendition.width", cascade="all, delete-orphan")


class Rendition(Base):
    """The picture in one format and width, ready to be sent."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("picture_id", "format", "width"),)

    id: Mapped[Id]
    picture_id: Mapped[int] = mapped_column(Ref, ForeignKey("picture.id"))
    format: Mapped[str]
    """`jpeg` or `avif`."""
    width: Mapped[int]
    height: Mapped[int]
    key: Mapped[str]
    bytes: Mapped[int]


class Track(Base):
    """A piece of a record, a tape or a download, with the part of it that everybody may hear."""

    __tablename__ = "track"
    __table_args__ = (
        UniqueConstraint("product_id", "position"),
        Index("ix_track_digest", "digest"),
        check("seconds_positive", "seconds > 0 AND clip_seconds > 0"),
    )

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(Ref, ForeignKey("product.id"))
    position: Mapped[int]
    title: Mapped[str]
    seconds: Mapped[int]
    """Of the whole piece."""
    digest: Mapped[str]
    """SHA-256 of the clip, in hex; the same clip may stand beside several products."""
    clip_key: Mapped[str]
    clip_seconds: Mapped[int]
    clip_bytes: Mapped[int]
    peaks: Mapped[list[int]] = mapped_column(JSON)
    """How loud the clip is, from its begin to its end: 90 numbers from 0 to 100."""
    created_at: Mapped[datetime]
