"""The pictures of a product: adding, telling what they show, their order, taking them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.actors import Actor
from store.catalog.models import Product, ProductPicture
from store.catalog.writing import Catalog, Sent
from store.errors import Invalid
from store.media.repository import find_by_digest
from store.media.service import PreparedPicture

MOST_PICTURES = 40
ASIDE = 10_000


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """What is said of one picture; `value_id` is the color it belongs to."""

    id: int
    alt: str
    caption: str = ""
    value_id: int | None = None


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The gallery as its form has it, and the button that was pressed."""

    edits: tuple[PictureEdit, ...]
    up: int | None = None
    down: int | None = None
    remove: int | None = None


def add_pictures(
    catalog: Catalog,
    actor: Actor,
    product_id: int,
    sent: Sent,
    pictures: Sequence[PreparedPicture],
    about: PictureEdit,
    now: datetime,
) -> None:
    """Hang these at the end of the gallery, all with what `about` says. Their bytes are stored already."""

    def work(session: Session, product: Product) -> None:
        if len(product.pictures) + len(pictures) > MOST_PICTURES:
            raise Invalid(f"A product may have {MOST_PICTURES} pictures.")
        _refuse_strange(product, [about])
        last = max((one.position for one in product.pictures), default=-1)
        known = {one.picture_id for one in product.pictures}
        for prepared in pictures:
            picture_id = prepared.add(session, now)
            if picture_id in known:  # the same picture is in this gallery already
                continue
            known.add(picture_id)
            last += 1
            product.pictures.append(
                ProductPicture(
                    picture_id=picture_id, position=last, alt=about.alt, caption=about.caption, value_id=about.value_id
                )
            )

    wish = ([prepared.digest for prepared in pictures], about)
    catalog.change(actor, product_id, sent, wish, "product.pictures", now, work)


def arrange_pictures(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, wish: Arrangement, now: datetime
) -> None:
    """Save what is said of the pictures, and move or remove the one whose button was pressed."""

    def work(session: Session, product: Product) -> None:
        edits = {edit.id: edit for edit in wish.edits}
        _refuse_strange(product, wish.edits)
        for picture in product.pictures:
            if edit := edits.get(picture.id):
                picture.alt, picture.caption, picture.value_id = edit.alt, edit.caption, edit.value_id
        for picture in [picture for picture in product.pictures if picture.id == wish.remove]:
            product.pictures.remove(picture)
        order = moved([picture.id for picture in product.pictures], wish.up, wish.down)
        for picture in product.pictures:
            picture.position += ASIDE
        session.flush()  # places are unique: all step aside first
        for picture in product.pictures:
            picture.position = order.index(picture.id)

    catalog.change(actor, product_id, sent, wish, "product.pictures", now, work)


@dataclass(frozen=True, slots=True)
class Hung:
    """A picture we have, by the digest of its bytes, as it is to hang in a gallery."""

    digest: str
    alt: str
    caption: str = ""
    color: str | None = None


def hang_pictures(
    catalog: Catalog, actor: Actor, product_id: int, sent: Sent, wish: tuple[Hung, ...], now: datetime
) -> None:
    """Let the gallery be these, in this order. Raises Invalid for one we do not have, or of a color it has not."""

    def work(session: Session, product: Product) -> None:
        known = {one.digest: find_by_digest(session, one.digest) for one in wish}
        unknown = sorted(digest for digest, picture in known.items() if picture is None)
        if unknown:
            raise Invalid("We have no such picture.", {"images": [f"Send {digest[:12]}… first." for digest in unknown]})
        colors = {value.label.casefold(): value.id for option in product.options for value in option.values}
        strange = sorted({one.color for one in wish if one.color and one.color.casefold() not in colors})
        if strange:
            raise Invalid("That is none of this product's.", {"images": [f"It has no {', '.join(strange)}."]})
        product.pictures.clear()
        session.flush()  # places are unique
        for position, one in enumerate(wish):
            value_id = colors[one.color.casefold()] if one.color else None
            picture = known[one.digest]
            product.pictures.append(
                ProductPicture(
                    picture_id=picture.id if picture else 0,
                    position=position,
                    alt=one.alt,
                    caption=one.caption,
                    value_id=value_id,
                )
            )

    catalog.change(actor, product_id, sent, wish, "product.pictures", now, work)


def moved(order: Sequence[int], up: int | None, down: int | None) -> list[int]:
    """The order with one thing a place earlier, or later; at the end of its way it stays."""
    order = list(order)
    for which, step in ((up, -1), (down, 1)):
        if which in order:
            here = order.index(which)
            there = min(max(here + step, 0), len(order) - 1)
            order[here], order[there] = order[there], order[here]
    return order


def _refuse_strange(product: Product, edits: Sequence[PictureEdit]) -> None:
    own = {value.id for option in product.options for value in option.values}
    if any(edit.value_id not in {None, *own} for edit in edits):
        raise Invalid("That color is none of this product's. Choose one of the list.")
