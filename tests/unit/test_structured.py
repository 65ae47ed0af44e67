"""What search engines are told of a product, in schema.org's words."""

import pytest

from store.money import Money
from store.storefront.structured import Offered, crumbs, product

TOLD = {"slug": "tee", "number": "041", "title": "Tee", "line": "A thing."}


def told(*states, number="041", price=3400, currency="usd"):
    offered = [
        Offered(n, f"SKU-{n}", Money(price + 100 * n, currency), state) for n, state in enumerate(states)
    ]  # fmt: skip
    return product("https://x", "NASTYMIXX", TOLD | {"number": number}, ["/media/a.jpeg"], offered)


def test_a_product_of_one_variant_is_one_offer_with_its_sku():
    assert told("in_stock") == {
        "@context": "https://schema.org", "@type": "Product", "@id": "https://x/products/tee#product",
        "url": "https://x/products/tee", "name": "Tee", "description": "A thing.", "mpn": "NMX 041", "sku": "SKU-0",
        "brand": {"@type": "Brand", "name": "NASTYMIXX"}, "image": ["https://x/media/a.jpeg"],
        "offers": {
            "@type": "Offer", "url": "https://x/products/tee", "sku": "SKU-0", "price": "34.00", "priceCurrency": "USD",
            "availability": "https://schema.org/InStock", "itemCondition": "https://schema.org/NewCondition",
        },
    }  # fmt: skip


def test_several_variants_are_told_together_and_each_for_itself():
    offers = told("sold_out", "low", "sold_out")["offers"]
    assert {key: value for key, value in offers.items() if key != "offers"} == {
        "@type": "AggregateOffer", "lowPrice": "34.00", "highPrice": "36.00", "priceCurrency": "USD", "offerCount": 3,
        "availability": "https://schema.org/LimitedAvailability",
    }  # fmt: skip
    each = [
        (offer["sku"], offer["url"][-10:], offer["price"], offer["availability"][19:]) for offer in offers["offers"]
    ]
    assert each == [
        ("SKU-0", "?variant=0", "34.00", "OutOfStock"), ("SKU-1", "?variant=1", "35.00", "LimitedAvailability"),
        ("SKU-2", "?variant=2", "36.00", "OutOfStock"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("states", "availability"),
    [(("sold_out", "sold_out"), "OutOfStock"), (("sold_out", "in_stock", "low"), "InStock")],
)
def test_a_product_can_be_had_as_its_best_variant_can(states, availability):
    assert told(*states)["offers"]["availability"] == f"https://schema.org/{availability}"


@pytest.mark.parametrize(("currency", "written"), [("jpy", "3400"), ("kwd", "3.400")])
def test_prices_have_the_decimals_of_their_currency(currency, written):
    assert told("in_stock", currency=currency)["offers"]["price"] == written


def test_what_has_no_number_has_no_part_number():
    assert "mpn" not in told("in_stock", number=None)


def test_crumbs_lead_from_the_catalog_down():
    trail = crumbs("https://x", [("Catalog", "/products"), ("Tee", "/products/tee")])
    assert [(one["position"], one["name"], one["item"]) for one in trail["itemListElement"]] == [
        (1, "Catalog", "https://x/products"), (2, "Tee", "https://x/products/tee"),
    ]  # fmt: skip
