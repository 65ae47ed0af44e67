"""What search engines are told of a page, in schema.org's words. Pure.

Every variant is an offer, whatever is chosen on the page: it is told under the one address without a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.money import Money, plain

AVAILABILITY = {"in_stock": "InStock", "low": "LimitedAvailability", "sold_out": "OutOfStock"}
ORG = "https://schema.org"


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant as it can be had now; `id` leads to it."""

    id: int
    sku: str
    price: Money
    state: str


def product(
    public_url: str,
    shop_name: str,
    told: dict[str, str | None],
    pictures: Sequence[str],
    offered: Sequence[Offered],
) -> dict[str, object]:
    """A product; `told` has its slug, number, title and line."""
    url = f"{public_url}/products/{told['slug']}"
    data: dict[str, object] = {
        "@context": ORG,
        "@type": "Product",
        "@id": f"{url}#product",
        "url": url,
        "name": told["title"],
        "description": told["line"],
        "brand": {"@type": "Brand", "name": shop_name},
        "offers": _offers(url, offered),
    }
    if told["number"]:
        data["mpn"] = f"NMX {told['number']}"
    if len(offered) == 1:
        data["sku"] = offered[0].sku
    if pictures:
        data["image"] = [f"{public_url}{path}" for path in pictures]
    return data


def crumbs(public_url: str, steps: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Where a page stands: (title, path) from the catalogue down to itself."""
    return {
        "@context": ORG,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": title, "item": f"{public_url}{path}"}
            for place, (title, path) in enumerate(steps, 1)
        ],
    }


def _offers(url: str, offered: Sequence[Offered]) -> dict[str, object]:
    if len(offered) == 1:
        return _offer(url, offered[0])
    amounts = sorted((offer.price for offer in offered), key=lambda price: price.amount)
    states = {offer.state for offer in offered}
    best = next(state for state in AVAILABILITY if state in states)
    return {
        "@type": "AggregateOffer",
        "lowPrice": plain(amounts[0]),
        "highPrice": plain(amounts[-1]),
        "priceCurrency": amounts[0].currency.upper(),
        "offerCount": len(offered),
        "availability": f"{ORG}/{AVAILABILITY[best]}",
        "offers": [_offer(f"{url}?variant={offer.id}", offer) for offer in offered],
    }


def _offer(url: str, offer: Offered) -> dict[str, object]:
    return {
        "@type": "Offer",
        "url": url,
        "sku": offer.sku,
        "price": plain(offer.price),
        "priceCurrency": offer.price.currency.upper(),
        "availability": f"{ORG}/{AVAILABILITY[offer.state]}",
        "itemCondition": f"{ORG}/NewCondition",
    }
