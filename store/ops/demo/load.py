"""`flask demo load`: fills an empty database with the demo shop, once, and never in production."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Collection, CollectionProduct, Product, ProductPicture, Status
from store.catalog.search.service import index
from store.clock import Clock
from store.db import Database
from store.errors import Conflict
from store.media.service import Pictures, PreparedPicture
from store.media.sound import Clips, PreparedClip
from store.ops.demo.drawing import MAIN_WIDTH, OTHER_WIDTH, draw
from store.ops.demo.synth import play
from store.pricing.models import ShippingCountry, ShippingRate, ShippingZone
from store.settings import Settings
from store.stock import repository as stock

HERE = Path(__file__).parent
CAPTION = "Drawing. Photo follows."
MARKER = "003"
"""The catalogue number only the demo has; where it is, the demo is loaded."""


@dataclass(frozen=True, slots=True)
class Made:
    """What stands in the storage by now: drawings by their names, clips by what they sound like."""

    drawings: dict[str, PreparedPicture]
    clips: dict[str, PreparedClip]


def is_loaded(session: Session) -> bool:
    return session.scalar(select(Product.id).where(Product.number == MARKER)) is not None


def load(
    db: Database,
    pictures: Pictures,
    settings: Settings,
    clock: Clock,
    progress: Callable[[list[str]], Iterable[str]] = iter,
) -> bool:
    """Load the demo shop; False when it is there already. Raises Conflict in production or beside other products."""
    if settings.in_production:
        raise Conflict("The demo shop does not go into production.")
    with db.reader() as reader:
        if is_loaded(reader):
            return False
        if reader.scalar(select(Product.id).limit(1)) is not None:
            raise Conflict("This database has products already; the demo goes only into an empty one.")
    catalogue = tomllib.loads((HERE / "catalogue.toml").read_text(encoding="utf-8"))
    made = _make(catalogue, pictures, progress)
    db.run(lambda session: _write(session, catalogue, made, clock()))
    return True


def _make(catalogue: dict[str, Any], pictures: Pictures, progress: Callable[[list[str]], Iterable[str]]) -> Made:
    """Draw and play everything, two at a time: Pillow leaves the interpreter to others while it works."""
    widths = {name: MAIN_WIDTH for entry in catalogue["products"] for name in _mains(entry).values()}
    names = [view["art"] for entry in catalogue["products"] for view in _views(entry)]
    sounds = {track["sound"] for entry in catalogue["products"] for track in entry.get("tracks", [])}
    clips = Clips(pictures.storage)
    with ThreadPoolExecutor(2) as pool:
        drawn = pool.map(lambda name: pictures.prepare(draw(name, widths.get(name, OTHER_WIDTH))), names)
        drawings = {name: next(drawn) for name in progress(names)}
    return Made(drawings, {sound: clips.prepare(play(sound)) for sound in sorted(sounds)})


def _mains(entry: dict[str, Any]) -> dict[str, str]:
    """The drawing that stands on the card, by color; "" stands for no color in particular."""
    art = entry["art"]
    return {"": art} if isinstance(art, str) else art


def _views(entry: dict[str, Any]) -> list[dict[str, str]]:
    """All drawings of a product: those of the card, then the others from near and far."""
    mains = [
        {"art": name, "color": color, "alt": entry["alt"].format(color=color.lower())}
        for color, name in _mains(entry).items()
    ]
    return [*mains, *entry["views"]]


def _write(session: Session, catalogue: dict[str, Any], made: Made, now: datetime) -> None:
    for position, entry in enumerate(catalogue["zones"]):
        _add_zone(session, entry, position)
    shelves = {
        entry["slug"]: Collection(position=position, **entry) for position, entry in enumerate(catalogue["collections"])
    }
    session.add_all(shelves.values())
    session.flush()  # products refer to them
    for position, entry in enumerate(catalogue["products"]):
        product = _add_product(session, entry, now)
        _add_stock(session, product, entry["stock"], now)
        _add_pictures(session, product, entry, made, now)
        for place, track in enumerate(entry.get("tracks", [])):
            clip = made.clips[track["sound"]]
            session.add(replace(clip, seconds=track["seconds"]).track(product.id, place, track["title"], now))
        for slug in entry["collections"]:
            session.add(CollectionProduct(collection_id=shelves[slug].id, product_id=product.id, position=position))
        index(session, [product.id])  # its collections are among its words
    long_ago = now - timedelta(days=900)
    for key, status, appeared in (("archived", Status.ARCHIVED, long_ago), ("drafts", Status.DRAFT, None)):
        for entry in catalogue[key]:
            build_product(session, Blueprint(**entry, status=status, published_at=appeared), now)


def _add_zone(session: Session, entry: dict[str, Any], position: int) -> None:
    zone = ShippingZone(name=entry["name"], position=position)
    session.add(zone)
    session.flush()  # countries and rates refer to it
    session.add_all(ShippingCountry(code=code, zone_id=zone.id) for code in entry["countries"])
    session.add(ShippingRate(zone_id=zone.id, currency="usd", **entry["rate"]))


def _add_product(session: Session, entry: dict[str, Any], now: datetime) -> Product:
    plan = Blueprint(
        slug=entry["slug"],
        number=entry["number"],
        title=entry["title"],
        line=entry["line"],
        status=Status.ACTIVE,
        description=entry["description"],
        details=entry["details"],
        size_chart=entry.get("size_chart"),
        options=_options(entry),
        price=entry["price"],
        was=entry.get("was"),
        weight_grams=entry["weight_grams"],
        customs_code=entry["customs_code"],
        published_at=now - timedelta(days=entry["days_old"], hours=1),
    )
    return build_product(session, plan, now)


def _options(entry: dict[str, Any]) -> dict[str, list[str]]:
    names = entry["options"]
    if not names:
        return {}
    first = list(entry["stock"])
    return {names[0]: first} if len(names) == 1 else {names[0]: first, names[1]: list(entry["stock"][first[0]])}


def _add_stock(session: Session, product: Product, units: Any, now: datetime) -> None:  # noqa: ANN401 - as the file has it
    for variant in product.variants:
        count = units
        for value in variant.values:
            count = count[value.label]
        stock.receive(session, variant.id, count, reason="First delivery", actor="demo", now=now)


def _add_pictures(session: Session, product: Product, entry: dict[str, Any], made: Made, now: datetime) -> None:
    colors = {value.label: value.id for option in product.options for value in option.values if option.name == "Color"}
    for position, view in enumerate(_views(entry)):
        session.add(
            ProductPicture(
                product_id=product.id,
                picture_id=made.drawings[view["art"]].add(session, now),
                value_id=colors.get(view.get("color", "")),
                position=position,
                alt=view["alt"],
                caption=CAPTION,
            )
        )
