"""Pictures as pages embed them: one for a product, one for a variant's color, and a whole gallery.

One statement each, built once: pictures are on every page.
"""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ScalarSelect, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from store.catalog.models import ProductPicture, Variant, VariantValue
from store.media.models import Picture as Source
from store.media.models import Rendition

MIDDLE = 640


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a page embeds it."""

    alt: str
    width: int
    height: int
    src: str
    """For browsers that choose for themselves from nothing below."""
    full: str
    """The widest there is, to look at closely."""
    srcset: str
    avif_srcset: str | None
    caption: str
    color: str | None


class Made(NamedTuple):
    """What is known of a picture; `jpeg` and `avif` are the widths it was made in, as text."""

    alt: str
    caption: str
    digest: str
    width: int
    height: int
    color: str | None
    jpeg: str | None
    avif: str | None


def _widths_of(form: str) -> ScalarSelect[str]:
    """The widths a picture was made in, as text: `240,480`; NULL where it was not made in this format."""
    widths = func.aggregate_strings(cast(Rendition.width, String), ",")
    return (
        select(widths)
        .where(Rendition.picture_id == Source.id, Rendition.format == form)
        .correlate(Source)
        .scalar_subquery()
    )


SHOWN = (
    ProductPicture.alt,
    ProductPicture.caption,
    Source.digest,
    Source.width,
    Source.height,
    Source.color,
    _widths_of("jpeg").label("jpeg"),
    _widths_of("avif").label("avif"),
)
"""The columns of `Made`; of `ProductPicture` joined to its `Source`."""
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_earlier = aliased(ProductPicture)
_FIRST = select(func.min(_earlier.position)).where(_earlier.product_id == ProductPicture.product_id).scalar_subquery()
IS_FIRST = ProductPicture.position == _FIRST
"""Of a product's pictures the one it is known by."""
OF_PRODUCTS = (
    select(ProductPicture.product_id, *SHOWN)
    .join(Source, Source.id == ProductPicture.picture_id)
    .where(ProductPicture.product_id.in_(_IDS), IS_FIRST)
)
_own_values = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
_FITS = or_(ProductPicture.value_id.is_(None), ProductPicture.value_id.in_(_own_values))
OF_VARIANTS = (
    select(Variant.id, *SHOWN)
    .select_from(Variant)
    .join(ProductPicture, and_(ProductPicture.product_id == Variant.product_id, _FITS))
    .join(Source, Source.id == ProductPicture.picture_id)
    .where(Variant.id.in_(_IDS))
    .order_by(ProductPicture.position)
)
GALLERY = select(ProductPicture.position, ProductPicture.value_id, *SHOWN).join(
    Source, Source.id == ProductPicture.picture_id
)
"""A product's pictures, each behind its position and the color it is of."""


def of_products(session: Session, product_ids: Several[int]) -> dict[int, Picture]:
    """The picture each product is known by: the first of its gallery."""
    rows = session.execute(OF_PRODUCTS, {"ids": list(product_ids)})
    return {owner: picture for owner, *shown in rows if (picture := embed(Made._make(shown)))}


def of_variants(session: Session, variant_ids: Several[int]) -> dict[int, Picture]:
    """The picture of each variant: the first that is of its own color, or of none in particular."""
    first: dict[int, Picture] = {}
    for owner, *shown in session.execute(OF_VARIANTS, {"ids": list(variant_ids)}):
        if owner not in first and (picture := embed(Made._make(shown))):
            first[owner] = picture
    return first


def gallery(rows: Iterable[Sequence[Any]], values: Several[int]) -> list[Picture]:
    """Rows of `GALLERY` as pictures in their order: those of the chosen values, and those of none."""
    chosen = [shown for _, value, *shown in sorted(rows, key=itemgetter(0)) if value is None or value in values]
    return [picture for shown in chosen if (picture := embed(Made._make(shown)))]


def embed(made: Made | Any) -> Picture | None:  # noqa: ANN401 - or a row that has all of it
    """JPEG is what every browser can show: without it there is no picture. AVIF is offered once it was made."""
    if made.jpeg is None:
        return None
    digest, widths = made.digest, _numbers(made.jpeg)
    usual = max([one for one in widths if one <= MIDDLE], default=widths[0])
    return Picture(
        alt=made.alt,
        width=made.width,
        height=made.height,
        src=_address(digest, usual, "jpeg"),
        full=_address(digest, widths[-1], "jpeg"),
        srcset=_srcset(digest, widths, "jpeg"),
        avif_srcset=_srcset(digest, _numbers(made.avif), "avif") if made.avif else None,
        caption=made.caption,
        color=made.color,
    )


def _numbers(widths: str) -> list[int]:
    return sorted(map(int, widths.split(",")))


def _address(digest: str, width: int, form: str) -> str:
    return f"/media/{digest}/{width}.{form}"


def _srcset(digest: str, widths: Iterable[int], form: str) -> str:
    return ", ".join(f"{_address(digest, width, form)} {width}w" for width in widths)
