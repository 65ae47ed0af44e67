"""What the page of one product shows: each part's form as it is stored, and what differs from what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_symbol
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.admin.products.repository import stock_of
from store.catalog import repository
from store.catalog.models import Product, ProductPicture, Status, Variant
from store.catalog.snapshots import missing_for_sale, paired_with, shelves_of
from store.catalog.typed import MOST_DETAILS, MOST_OPTIONS, write_moment, write_price
from store.catalog.variants import price_of
from store.catalog.writing import Changed
from store.media.models import Track
from store.media.repository import list_tracks, renditions
from store.media.waves import clock, path
from store.members.models import Member
from store.web.words import day_and_time

SPARE_DETAILS = 3
Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that was not saved: which, what was typed, the sentences beside its fields, and whether it had aged."""

    section: str
    typed: Mapping[str, str]
    errors: Mapping[str, list[str]]
    notice: str | None = None
    is_changed: bool = False


def view_product(
    session: Session, product_id: int, currency: str, zone: ZoneInfo, now: datetime, refusal: Refusal | None = None
) -> dict[str, Any]:
    """Everything the template needs. Raises NotFound."""
    product = repository.get_product(session, product_id)
    tracks = list_tracks(session, product_id)
    sections = _sections(session, product, tracks, currency, _moment(product, zone, now))
    forms = {
        name: as_form(values, product.version, refusal if refusal and refusal.section == name else None)
        for name, values in sections.items()
    }
    levels = stock_of(session, [variant.id for variant in product.variants])
    return {
        "product": product,
        "forms": forms,
        "refusal": refusal,
        "sign": get_currency_symbol(currency.upper(), "en_US"),
        "currency": currency.upper(),
        "has_appeared": product.published_at is not None and product.published_at <= now,
        "is_coming": is_coming(product, now),
        "is_on_sale": product.status is Status.ACTIVE and not is_coming(product, now),
        "lacks": missing_for_sale(product, currency),
        "detail_rows": rows_for_details(forms["words"]["values"]),
        "option_rows": range(MOST_OPTIONS),
        "variants": [{"it": variant, "stock": levels.get(variant.id)} for variant in product.variants],
        "gallery": _gallery(session, product),
        "tracks": [_track(track) for track in tracks],
        "colors": [("", "Any"), *_colors(product)],
        "shelves": repository.list_collections(session),
    }


def _sections(
    session: Session, product: Product, tracks: list[Track], currency: str, publishes_at: str
) -> dict[str, dict[str, Any]]:
    """What each form of the page is filled with."""
    return {
        "words": _words(product),
        "options": _options(product),
        "variants": _table(product, currency),
        "pictures": _pictures(product),
        "upload": {"alt-new": "", "caption-new": "", "color-new": ""},
        "tracks": {f"title-{track.id}": track.title for track in tracks},
        "clip": {"title-new": "", "begin-new": ""},
        "collections": {f"shelf-{shelf_id}": "yes" for shelf_id in shelves_of(session, product.id)},
        "pairings": {"goes-with": ", ".join(_named(session, paired_with(session, product.id)))},
        "publishing": {"at": publishes_at},
    }


def _named(session: Session, product_ids: list[int]) -> list[str]:
    """Catalogue numbers, or the first sku of what has none, as the form takes them."""
    found = {product.id: product for product in repository.products_by_id(session, product_ids)}
    return [found[one].number or found[one].variants[0].sku for one in product_ids]


def _colors(product: Product) -> list[tuple[int, str]]:
    """What a picture can be of: the values of all options but the last, which is chosen in the form; or of the only."""
    return [(value.id, value.label) for option in product.options[:-1] or product.options for value in option.values]


def _moment(product: Product, zone: ZoneInfo, now: datetime) -> str:
    at = product.published_at
    return write_moment(at, zone) if at is not None and is_coming(product, now) else ""


def is_coming(product: Product, now: datetime) -> bool:
    return product.status is Status.ACTIVE and product.published_at is not None and product.published_at > now


def rows_for_details(values: Mapping[str, str]) -> range:
    """As many rows as are filled, and some more to fill."""
    filled = [row for row in range(MOST_DETAILS) if values.get(f"label-{row}") or values.get(f"text-{row}")]
    return range(min(max(filled, default=-1) + 1 + SPARE_DETAILS, MOST_DETAILS))


def as_form(stored: Values, version: int, refusal: Refusal | None) -> dict[str, Any]:
    """A form as our macros take it; `now` holds what is stored where it differs from what was typed.

    What was refused keeps the version it was made from, unless its writer has now been shown what changed since.
    """
    if refusal is None:
        return {"values": stored, "errors": {}, "summary": [], "now": {}, "version": version}
    typed = {name: text.replace("\r\n", "\n") for name, text in refusal.typed.items()}
    differs = {name: text for name, text in stored.items() if typed.get(name, "") != text}
    return {
        "values": {**dict.fromkeys(stored, ""), **typed},
        "errors": {name: sentences for name, sentences in refusal.errors.items() if name != "ready"},
        "summary": refusal.errors.get("ready", []),
        "now": differs if refusal.is_changed else {},
        "version": version if refusal.is_changed else refusal.typed.get("version", ""),
    }


def _words(product: Product) -> Values:
    values = {
        "title": product.title,
        "line": product.line,
        "slug": product.slug,
        "number": product.number or "",
        "description": product.description,
        "kind": product.kind.value,
        "limit": str(product.limit_per_member or ""),
    }
    for row, detail in enumerate(product.details):
        values |= {f"label-{row}": detail["label"], f"text-{row}": detail["text"]}
    return values


def _options(product: Product) -> Values:
    values = {}
    for row, option in enumerate(product.options):
        values[f"option-{row}"] = str(option.id)
        values[f"name-{row}"] = option.name
        values[f"values-{row}"] = ", ".join(value.label for value in option.values)
    return values


def _table(product: Product, currency: str) -> Values:
    values: Values = {}
    for variant in product.variants:
        values |= {f"{name}-{variant.id}": text for name, text in _row(variant, currency).items()}
    return values


def _row(variant: Variant, currency: str) -> Values:
    price = price_of(variant, currency)
    return {
        "sku": variant.sku,
        "price": write_price(price.amount, currency) if price else "",
        "was": write_price(price.compare_at, currency) if price and price.compare_at is not None else "",
        "weight": str(variant.weight_grams),
        "customs": variant.customs_code or "",
    }


def _pictures(product: Product) -> Values:
    values: Values = {}
    for one in product.pictures:
        values |= {
            f"alt-{one.id}": one.alt,
            f"caption-{one.id}": one.caption,
            f"color-{one.id}": str(one.value_id or ""),
        }
    return values


def _gallery(session: Session, product: Product) -> list[dict[str, Any]]:
    made = renditions(session, [one.picture_id for one in product.pictures])
    return [{"it": one, "thumb": _thumb(one, made)} for one in product.pictures]


def _track(track: Track) -> dict[str, Any]:
    return {"it": track, "length": clock(track.seconds), "wave": path(track.peaks)}


def _thumb(one: ProductPicture, made: Mapping[int, Any]) -> Any:  # noqa: ANN401
    return next((rendition for rendition in made.get(one.picture_id, []) if rendition.format == "jpeg"), None)


def find_actor_mail(session: Session, actor_name: str) -> str:
    """Who the history calls `member:12`, as colleagues know them."""
    kind, _, member_id = actor_name.partition(":")
    if kind != "member" or not member_id.isdigit():
        return actor_name
    return session.scalar(select(Member.email).where(Member.id == int(member_id))) or "Somebody who has left"


def say_who(session: Session, refusal: Changed, zone: ZoneInfo) -> str:
    """Who has changed it, and when, as colleagues would say it."""
    who = find_actor_mail(session, refusal.who)
    when = f" at {day_and_time(refusal.at, zone)}" if refusal.at else ""
    return f"{who} changed this{when}. Nothing of yours is saved yet. Look at what is there now, then save again."
