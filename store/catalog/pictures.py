"""Pictures as pages embed them: one for a product, one for a variant's color, and a whole gallery.

One statement each, built once: pictures are on every page.
"""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from store.catalog.models import ProductPicture, Variant, VariantValue
from store.media.models import Rendition


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


_SHOWN = (
    ProductPicture.alt,
    ProductPicture.caption,
    Rendition.format,
    Rendition.width,
    Rendition.height,
    Rendition.key,
)
_MADE = Rendition.picture_id == ProductPicture.picture_id
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_earlier = aliased(ProductPicture)
_FIRST = select(func.min(_earlier.position)).where(_earlier.product_id == ProductPicture.product_id).scalar_subquery()
OF_PRODUCTS = (
    select(ProductPicture.product_id.label("owner"), *_SHOWN)
    .select_from(ProductPicture)
    .join(Rendition, _MADE)
    .where(ProductPicture.product_id.in_(_IDS), ProductPicture.position == _FIRST)
    .order_by(Rendition.width)
)
_own_values = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
_FITS = or_(ProductPicture.value_id.is_(None), ProductPicture.value_id.in_(_own_values))
OF_VARIANTS = (
    select(Variant.id.label("owner"), ProductPicture.position, *_SHOWN)
    .select_from(Variant)
    .join(ProductPicture, and_(ProductPicture.product_id == Variant.product_id, _FITS))
    .join(Rendition, _MADE)
    .where(Variant.id.in_(_IDS))
    .order_by(ProductPicture.position, Rendition.width)
)
GALLERY = (
    select(ProductPicture.id.label("owner"), ProductPicture.value_id, *_SHOWN)
    .select_from(ProductPicture)
    .join(Rendition, _MADE)
    .where(ProductPicture.product_id == bindparam("product_id"))
    .order_by(ProductPicture.position, Rendition.width)
)


def of_products(session: Session, product_ids: Several[int]) -> dict[int, Picture]:
    """The picture each product is known by: the first of its gallery."""
    return _by_owner(session.execute(OF_PRODUCTS, {"ids": list(product_ids)}))


def of_variants(session: Session, variant_ids: Several[int]) -> dict[int, Picture]:
    """The picture of each variant: the first that is of its own color, or of none in particular."""
    rows = session.execute(OF_VARIANTS, {"ids": list(variant_ids)}).all()
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(row.owner, row.position)
    return _by_owner(row for row in rows if row.position == first[row.owner])


def gallery(session: Session, product_id: int, values: Several[int]) -> list[Picture]:
    """A product's pictures in their order: those of the chosen values, and those of none."""
    rows = session.execute(GALLERY, {"product_id": product_id})
    return list(_by_owner(row for row in rows if row.value_id is None or row.value_id in values).values())


def _by_owner(rows: Iterable[Any]) -> dict[Any, Picture]:
    made: dict[Hashable, list[Any]] = {}
    for row in rows:
        made.setdefault(row.owner, []).append(row)
    return {owner: _embed(renditions) for owner, renditions in made.items()}


def _embed(made: Sequence[Any]) -> Picture:
    """The widest JPEG is the one every browser can show; AVIF is offered once the worker has made it."""
    jpegs = [row for row in made if row.format == "jpeg"]
    avifs = [row for row in made if row.format == "avif"]
    widest = jpegs[-1]
    return Picture(
        alt=widest.alt,
        width=widest.width,
        height=widest.height,
        src=f"/media/{widest.key}",
        srcset=_srcset(jpegs),
        avif_srcset=_srcset(avifs) or None,
        caption=widest.caption,
    )


def _srcset(made: Sequence[Any]) -> str:
    return ", ".join(f"/media/{row.key} {row.width}w" for row in made)
