"""Pictures as pages embed them: one for a product, one for a variant's color, and a whole gallery."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from store.catalog.models import ProductPicture, Variant, VariantValue
from store.media.models import Rendition
from store.media.repository import renditions


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page embeds it."""

    alt: str
    width: int
    height: int
    src: str
    srcset: str
    avif_srcset: str | None
    caption: str


def gallery(session: Session, pictures: Sequence[ProductPicture]) -> list[Picture]:
    """These entries of a gallery, in their order; one whose bytes are not there yet is left out."""
    made = renditions(session, [picture.picture_id for picture in pictures])
    return [_embed(picture, made[picture.picture_id]) for picture in pictures if picture.picture_id in made]


def of_products(session: Session, product_ids: Several[int]) -> dict[int, Picture]:
    """The picture each product is known by: the first of its gallery."""
    query = select(ProductPicture).where(ProductPicture.product_id.in_(product_ids)).order_by(ProductPicture.position)
    first: dict[int, ProductPicture] = {}
    for picture in session.scalars(query):
        first.setdefault(picture.product_id, picture)
    return _by_owner(session, first)


def of_variants(session: Session, variant_ids: Several[int]) -> dict[int, Picture]:
    """The picture of each variant: the first of its own color, else of none in particular."""
    own = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
    fits = or_(ProductPicture.value_id.is_(None), ProductPicture.value_id.in_(own))
    query = (
        select(Variant.id, ProductPicture)
        .join(ProductPicture, and_(ProductPicture.product_id == Variant.product_id, fits))
        .where(Variant.id.in_(variant_ids))
        .order_by(ProductPicture.position)
    )
    first: dict[int, ProductPicture] = {}
    for variant_id, picture in session.execute(query):
        first.setdefault(variant_id, picture)
    return _by_owner(session, first)


def _by_owner(session: Session, pictures: dict[int, ProductPicture]) -> dict[int, Picture]:
    made = renditions(session, {picture.picture_id for picture in pictures.values()})
    return {
        owner: _embed(picture, made[picture.picture_id])
        for owner, picture in pictures.items()
        if picture.picture_id in made
    }


def _embed(picture: ProductPicture, made: Sequence[Rendition]) -> Picture:
    """The widest JPEG is the one every browser can show; AVIF is offered once the worker has made it."""
    jpegs = [rendition for rendition in made if rendition.format == "jpeg"]
    avifs = [rendition for rendition in made if rendition.format == "avif"]
    widest = jpegs[-1]
    return Picture(
        alt=picture.alt,
        width=widest.width,
        height=widest.height,
        src=f"/media/{widest.key}",
        srcset=_srcset(jpegs),
        avif_srcset=_srcset(avifs) or None,
        caption=picture.caption,
    )


def _srcset(made: Sequence[Rendition]) -> str:
    return ", ".join(f"/media/{rendition.key} {rendition.width}w" for rendition in made)
