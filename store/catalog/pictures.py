"""Pictures as pages embed them: one for a product, one for a variant's color, and a whole gallery.

One statement each, built once: pictures are on every page.
"""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, String, and_, bindparam, cast, func, or_, select
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


_SHOWN = (
    ProductPicture.alt,
    ProductPicture.caption,
    Source.digest,
    Source.width,
    Source.height,
    Source.color,
    Rendition.format,
)
# One row for each format, not for each of its widths: a page of cards has hundreds of renditions.
_WIDTHS = func.aggregate_strings(cast(Rendition.width, String), ",").label("widths")
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _made(*owner: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """The formats of each owner's pictures; joined to `ProductPicture`, which the caller brings in."""
    return select(*owner, *_SHOWN, _WIDTHS).group_by(*owner, ProductPicture.id, *_SHOWN)


def _with_files(query: Select[Any]) -> Select[Any]:
    return query.join(Source, Source.id == ProductPicture.picture_id).join(
        Rendition, Rendition.picture_id == ProductPicture.picture_id
    )


_earlier = aliased(ProductPicture)
_FIRST = select(func.min(_earlier.position)).where(_earlier.product_id == ProductPicture.product_id).scalar_subquery()
OF_PRODUCTS = _with_files(_made(ProductPicture.product_id.label("owner")).select_from(ProductPicture)).where(
    ProductPicture.product_id.in_(_IDS), ProductPicture.position == _FIRST
)
_own_values = select(VariantValue.value_id).where(VariantValue.variant_id == Variant.id)
_FITS = or_(ProductPicture.value_id.is_(None), ProductPicture.value_id.in_(_own_values))
OF_VARIANTS = (
    _with_files(
        _made(Variant.id.label("owner"), ProductPicture.position)
        .select_from(Variant)
        .join(ProductPicture, and_(ProductPicture.product_id == Variant.product_id, _FITS))
    )
    .where(Variant.id.in_(_IDS))
    .order_by(ProductPicture.position)
)
GALLERY = (
    _with_files(
        _made(ProductPicture.id.label("owner"), ProductPicture.value_id, ProductPicture.position).select_from(
            ProductPicture
        )
    )
    .where(ProductPicture.product_id == bindparam("product_id"))
    .order_by(ProductPicture.position)
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
    made: dict[Hashable, dict[str, Any]] = {}
    for row in rows:
        made.setdefault(row.owner, {})[row.format] = row
    return {owner: _embed(formats) for owner, formats in made.items()}


def _embed(formats: Mapping[str, Any]) -> Picture:
    """JPEG is what every browser can show; AVIF is offered once the worker has made it."""
    jpeg, avif = formats["jpeg"], formats.get("avif")
    widths = _widths(jpeg)
    return Picture(
        alt=jpeg.alt,
        width=jpeg.width,
        height=jpeg.height,
        src=_address(jpeg, max([width for width in widths if width <= MIDDLE], default=widths[0])),
        full=_address(jpeg, widths[-1]),
        srcset=_srcset(jpeg),
        avif_srcset=_srcset(avif) if avif else None,
        caption=jpeg.caption,
        color=jpeg.color,
    )


def _widths(row: Any) -> list[int]:  # noqa: ANN401 - a row of one of the statements above
    return sorted(map(int, row.widths.split(",")))


def _address(row: Any, width: int) -> str:  # noqa: ANN401
    return f"/media/{row.digest}/{width}.{row.format}"


def _srcset(row: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{_address(row, width)} {width}w" for width in _widths(row))
