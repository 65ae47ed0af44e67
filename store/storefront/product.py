"""One product as its page shows it: the chosen color's pictures and sizes, with prices and how many are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from store.catalog.models import (
    Collection,
    CollectionProduct,
    Kind,
    Option,
    OptionValue,
    Product,
    ProductPicture,
    Status,
    Variant,
)
from store.catalog.pictures import Picture, gallery
from store.errors import Gone, NotFound
from store.money import Money, show_price
from store.stock import repository as stock
from store.storefront.cards import Card, Terms, fill, listed

NO_SUCH = "There is no such item. The catalog has everything there is."


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant as a control of the form."""

    id: int
    sku: str
    label: str
    price: Money
    state: str
    left: int | None
    checked: bool
    stock_line: str


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
    selected: Choice | None
    price: Money | str
    related: list[Card]


def read(session: Session, slug: str, variant_id: int | None, terms: Terms) -> ProductPage:
    """The page of a product on sale; raises Gone for an archived one, NotFound for any other."""
    product = _find(session, slug, terms)
    variants = [variant for variant in product.variants if _price_of(variant, terms) is not None]
    if not variants:
        raise NotFound(NO_SUCH)
    left = stock.available(session, [variant.id for variant in variants if variant.stocked])
    chosen = next((variant for variant in variants if variant.id == variant_id), None)
    shown = chosen or _first_buyable(variants, left)
    linked, picked = product.options[:-1], product.options[-1] if product.options else None
    alike = [variant for variant in variants if _same(variant, shown, linked)]
    choices = [_choice(variant, picked, left, terms, checked=variant is chosen) for variant in alike]
    return ProductPage(
        product=_facts(session, product),
        links=[_links(product, variants, option, shown, left) for option in linked],
        choices={"name": picked.name if picked else None, "variants": choices},
        pictures=_pictures(session, product, shown),
        selected=next((choice for choice in choices if choice.checked), None),
        price=_price(choices),
        related=_related(session, product.id, terms),
    )


def _find(session: Session, slug: str, terms: Terms) -> Product:
    query = select(Product).where(Product.slug == slug)
    product = session.scalar(
        query.options(
            selectinload(Product.options).joinedload(Option.values),
            selectinload(Product.variants).options(selectinload(Variant.values), joinedload(Variant.prices)),
            selectinload(Product.pictures),
        )
    )
    if product is not None and product.status is Status.ARCHIVED:
        raise Gone(f"{product.title} has left the catalog. Its number is not used again.")
    opens = product is not None and product.status is Status.ACTIVE and product.published_at
    if (
        product is None
        or not opens
        or opens > terms.now
        or (product.withdrawn_at and product.withdrawn_at <= terms.now)
    ):
        raise NotFound(NO_SUCH)
    return product


def _first_buyable(variants: Sequence[Variant], left: dict[int, int]) -> Variant:
    return next((variant for variant in variants if left.get(variant.id, 1) > 0), variants[0])


def _price_of(variant: Variant, terms: Terms) -> int | None:
    """None for what the shop does not sell in its currency: that is no choice."""
    return next((price.amount for price in variant.prices if price.currency == terms.currency), None)


def _value_of(variant: Variant, option: Option) -> OptionValue:
    return next(value for value in variant.values if value.option_id == option.id)


def _same(variant: Variant, shown: Variant, options: Sequence[Option]) -> bool:
    return all(_value_of(variant, option) is _value_of(shown, option) for option in options)


def _choice(variant: Variant, option: Option | None, left: dict[int, int], terms: Terms, *, checked: bool) -> Choice:
    count = left.get(variant.id) if variant.stocked else None
    label = _value_of(variant, option).label if option else ""
    state = terms.state(count)
    return Choice(
        id=variant.id,
        sku=variant.sku,
        label=label,
        price=Money(_price_of(variant, terms) or 0, terms.currency),
        state=state,
        left=count if state == "low" else None,
        checked=checked and state != "sold_out",
        stock_line=f"Only {count} left in {variant.label}." if state == "low" and variant.label else _few(state, count),
    )


def _few(state: str, count: int | None) -> str:
    return f"Only {count} left." if state == "low" else ""


def _links(
    product: Product, variants: Sequence[Variant], option: Option, shown: Variant, left: dict[int, int]
) -> dict[str, object]:
    values = []
    for value in option.values:
        having = [variant for variant in variants if value in variant.values]
        if not having:
            continue
        buyable = _first_buyable(having, left)
        url = f"/products/{product.slug}?variant={buyable.id}"
        sold_out = left.get(buyable.id, 1) == 0
        values.append(Link(value.label, url, value is _value_of(shown, option), sold_out))
    return {"name": option.name, "values": values}


def _price(choices: Sequence[Choice]) -> Money | str:
    lowest = min(choices, key=lambda choice: choice.price.amount).price
    same = all(choice.price == lowest for choice in choices)
    return lowest if same else f"from {show_price(lowest)}"


def _pictures(session: Session, product: Product, shown: Variant) -> list[Picture]:
    """Those of the chosen color, and those of none."""
    values = {value.id for value in shown.values}
    wanted: list[ProductPicture] = [
        picture for picture in product.pictures if picture.value_id is None or picture.value_id in values
    ]
    return gallery(session, wanted)


def _facts(session: Session, product: Product) -> dict[str, object]:
    query = (
        select(Collection.slug, Collection.title)
        .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
        .where(CollectionProduct.product_id == product.id)
        .order_by(Collection.position)
    )
    return {
        "slug": product.slug,
        "number": product.number,
        "title": product.title,
        "line": product.line,
        "description": [paragraph for paragraph in product.description.split("\n\n") if paragraph],
        "details": product.details,
        "size_chart": product.size_chart,
        "kind": product.kind,
        "collections": [{"slug": row.slug, "title": row.title} for row in session.execute(query)],
        "delivery_note": "Packed within two working days." if product.kind is Kind.PHYSICAL else "",
    }


def _related(session: Session, product_id: int, terms: Terms) -> list[Card]:
    """Its neighbors: others that stand in a collection with it."""
    shelves = select(CollectionProduct.collection_id).where(CollectionProduct.product_id == product_id)
    beside = select(CollectionProduct.product_id).where(CollectionProduct.collection_id.in_(shelves))
    query = listed(terms).where(Product.id.in_(beside), Product.id != product_id)
    rows = session.execute(query.order_by(Product.published_at.desc(), Product.id).limit(4)).all()
    return fill(session, rows, terms)
