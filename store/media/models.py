"""Tables of pictures. The bytes lie in the storage, under keys that begin with the digest of the source."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
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
