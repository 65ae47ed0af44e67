"""One product as its page shows it: the chosen color's pictures and sizes, with prices and how many are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from sqlalchemy.orm import Session

from store.catalog.models import (
    Status,
)
from store.catalog.pictures import Picture, gallery
from store.errors import Conflict, Gone, NotFound
from store.money import Money, show_price
from store.storefront import facts
from store.storefront.cards import (
    Card,
    Terms,
    fill,
    reduced,
    told_of,
)
from store.storefront.facts import Grid
from store.storefront.listening import Heard, heard
from store.storefront.structured import Offered

NO_SUCH = "There is no such item. The catalog has everything there is."


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant as a control of the form."""

    id: int
    sku: str
    label: str
    url: str
    price: Money
    state: str
    left: int | None
    checked: bool
    stock_line: str
    was: Money | None
    """What it cost before, if that is still to be told."""


@dataclass(frozen=True, slots=True)
class Link:
    """A value of an option that is chosen by going to another address, such as a color."""

    label: str
    url: str
    current: bool
    sold_out: bool


@dataclass(frozen=True, slots=True)
class ProductPage:
    """All that the template needs."""

    product: dict[str, object]
    links: list[dict[str, object]]
    choices: dict[str, object]
    pictures: list[Picture]
    tracks: list[Heard]
    selected: Choice | None
    price: Money | str
    related: list[Card]
    offered: list[Offered]
    """Every variant, whatever is chosen."""

    @property
    def shelves(self) -> list[dict[str, str]]:
        """The collections it stands in: slug and title."""
        return cast("list[dict[str, str]]", self.product["collections"])

    @property
    def context(self) -> dict[str, object]:
        """By the names the template has for them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def read(session: Session, slug: str, variant_id: int | None, terms: Terms) -> ProductPage:
    """The page of a product on sale; raises Gone for an archived one, NotFound for any other."""
    return _page(session, _find(session, slug, terms), variant_id, terms, f"/products/{slug}")


def preview(session: Session, product_id: int, variant_id: int | None, terms: Terms, address: str) -> ProductPage:
    """The page as it will be, whatever its state, with links back to `address`.

    Raises NotFound; Conflict while there is nothing that has a price.
    """
    product = facts.find_any(session, product_id, terms)
    if product is None:
        raise NotFound(NO_SUCH)
    try:
        return _page(session, product, variant_id, terms, address)
    except NotFound:
        raise Conflict("Nothing of it has a price yet. Give it one, then look again.") from None


def _page(session: Session, product: Any, variant_id: int | None, terms: Terms, address: str) -> ProductPage:  # noqa: ANN401 - a row
    variants = facts.variants_of(product)
    if not variants:
        raise NotFound(NO_SUCH)  # what has no price in the shop's currency is no choice
    chosen = next((variant for variant in variants if variant.id == variant_id), None)
    shown = chosen or _first_buyable(variants)
    alike = [variant for variant in variants if _values(variant)[:-1] == _values(shown)[:-1]]
    related = facts.find_related(session, product, terms)
    own = [product.id] if any(variant.compare_at for variant in variants) else []
    past = told_of(session, [*own, *reduced(related)], terms)
    told = {one.variant_id: one.amount for one in past}
    choices = [_choice(variant, address, terms, told.get(variant.id), checked=variant is chosen) for variant in alike]
    return ProductPage(
        product=_facts(product),
        links=[_links(address, variants, shown, place) for place in range(len(shown.values) - 1)],
        choices={"name": shown.values[-1].option if shown.values else None, "variants": choices},
        pictures=gallery(product.gallery or [], _values(shown)),
        tracks=heard(product.tracks or []),
        selected=next((choice for choice in choices if choice.checked), None),
        price=_price(choices),
        related=fill(related, past, terms),
        offered=[Offered(one.id, one.sku, Money(one.price, terms.currency), terms.state(one.left)) for one in variants],
    )


def _find(session: Session, slug: str, terms: Terms) -> Any:  # noqa: ANN401 - a row
    product = facts.find(session, slug, terms)
    if product is not None and product.status is Status.ARCHIVED:
        raise Gone(f"{product.title} has left the catalog. Its number is not used again.")
    if product is None or not product.on_sale:
        raise NotFound(NO_SUCH)
    return product


def _values(variant: Grid) -> list[int]:
    return [value.id for value in variant.values]


def _first_buyable(variants: Sequence[Grid]) -> Grid:
    return next((variant for variant in variants if not variant.is_sold_out), variants[0])


def _choice(variant: Grid, address: str, terms: Terms, was: int | None, *, checked: bool) -> Choice:
    state = terms.state(variant.left)
    place = f" in {variant.label}" if variant.label else ""
    return Choice(
        id=variant.id,
        sku=variant.sku,
        label=variant.values[-1].label if variant.values else "",
        url=f"{address}?variant={variant.id}",
        price=Money(variant.price, terms.currency),
        state=state,
        left=variant.left if state == "low" else None,
        checked=checked,
        stock_line={"low": f"Only {variant.left} left{place}.", "sold_out": f"Sold out{place}."}.get(state, ""),
        was=Money(was, terms.currency) if was is not None and was > variant.price else None,
    )


def _links(address: str, variants: Sequence[Grid], shown: Grid, place: int) -> dict[str, object]:
    """The values of one option, each leading to the first variant that can be had in it."""
    by_value: dict[int, list[Grid]] = {}
    for variant in variants:
        by_value.setdefault(variant.values[place].id, []).append(variant)
    values = []
    for value_id, alike in by_value.items():
        buyable = _first_buyable(alike)
        url = f"{address}?variant={buyable.id}"
        current = value_id == shown.values[place].id
        values.append(Link(buyable.values[place].label, url, current, buyable.is_sold_out))
    return {"name": shown.values[place].option, "values": values}


def _price(choices: Sequence[Choice]) -> Money | str:
    lowest = min(choices, key=lambda choice: choice.price.amount).price
    same = all(choice.price == lowest for choice in choices)
    return lowest if same else f"from {show_price(lowest)}"


def _facts(product: Any) -> dict[str, object]:  # noqa: ANN401 - a row
    return {
        "slug": product.slug,
        "number": product.number,
        "title": product.title,
        "line": product.line,
        "description": [paragraph for paragraph in product.description.split("\n\n") if paragraph],
        "details": product.details,
        "size_chart": product.size_chart,
        "kind": product.kind,
        "limit": product.limit_per_member,
        "collections": [{"slug": slug, "title": title} for _, slug, title in sorted(product.shelves or [])],
    }
