"""Pictures as pages embed them: one for a product, one for a variant's color, and a whole gallery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
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
    query = (
        select(ProductPicture.product_id, ProductPicture, Rendition)
        .join(Rendition, Rendition.picture_id == ProductPicture.picture_id)
        .where(ProductPicture.product_id.in_(product_ids))
        .order_by(ProductPicture.position, Rendition.width)
    )
    return _first_of_each(session.execute(query))


def of_variants(session: Session, variant_ids: Several[int]) -> dict[int, Picture]:
    """The picture of each variant: the first of its own color, else of none in particular."""
    own = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
    fits = or_(ProductPicture.value_id.is_(None), ProductPicture.value_id.in_(own))
    query = (
        select(Variant.id, ProductPicture, Rendition)
        .select_from(Variant)
        .join(ProductPicture, and_(ProductPicture.product_id == Variant.product_id, fits))
        .join(Rendition, Rendition.picture_id == ProductPicture.picture_id)
        .where(Variant.id.in_(variant_ids))
        .order_by(ProductPicture.position, Rendition.width)
    )
    return _first_of_each(session.execute(query))


def _first_of_each(rows: Iterable[tuple[int, ProductPicture, Rendition]]) -> dict[int, Picture]:
    """From owners with their pictures in order, and what was made of each: the first picture of every owner."""
    first: dict[int, ProductPicture] = {}
    made: dict[int, list[Rendition]] = defaultdict(list)
    for owner, picture, rendition in rows:
        if first.setdefault(owner, picture) is picture:
            made[owner].append(rendition)
    return {owner: _embed(picture, made[owner]) for owner, picture in first.items()}


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
