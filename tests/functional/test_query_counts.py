"""A page asks the database as often for 24 products as for a few; `pytest -s` prints how often.

Counted as rendered anew. As shipped a public page asks nothing but which edition of the catalogue it is.
"""

import sys
from datetime import timedelta

import pytest
from sqlalchemy import event

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Collection, CollectionProduct, PriceChange, ProductPicture, Status
from store.media.models import Picture, Rendition
from store.stock import repository as stock

COUNTS = {
    "/": 4, "/products": 3, "/collections/tees": 4, "/products/tee-0": 4, "/cart": 7, "/delivery": 1,
    "/terms": 0, "/privacy": 0, "/returns": 0, "/robots.txt": 0, "/sitemap.xml": 3,
    "/sitemap-pages.xml": 1, "/sitemap-1.xml": 1,
    "/feeds/products.xml": 2, "/.well-known/security.txt": 0,
    "/api/v1/products": 4, "/api/v1/products/tee-0": 1, "/api/docs": 0, "/api/v1/openapi.json": 0,
}  # fmt: skip
"""Statements of a page once the navigation is remembered, one of them for prices that were higher."""

pytestmark = pytest.mark.usefixtures("remembered")


def count(shop, client, path):
    statements = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            statements.append(statement)

    event.listen(shop.db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(shop.db.engine, "before_cursor_execute", note)
    return len(statements)


def fill(shop, products):
    """Tees in two colors and sizes, all reduced, each with a picture, all in the drop; a variant of each."""
    now = shop.clock()
    before = now - timedelta(days=9)

    def work(session):
        shelf = Collection(slug="tees", title="Tees", position=1, featured=True)
        session.add(shelf)
        for n in range(products):
            plan = Blueprint(
                slug=f"tee-{n}", number=str(n), title=f"Tee {n}", line="A thing.", status=Status.ACTIVE, price=3900,
                options={"Color": ["Black", "Bone"], "Size": ["S", "M"]}, published_at=before,
            )  # fmt: skip
            product = build_product(session, plan, before)
            picture = Picture(digest=f"{n:064}", source_key="x", width=480, height=480, created_at=now)
            picture.renditions = [Rendition(format="jpeg", width=480, height=480, key=f"{n:064}/480.jpeg", bytes=1)]
            session.add(picture)
            session.flush()
            session.add(ProductPicture(product_id=product.id, picture_id=picture.id, position=0, alt="A tee."))
            session.add(CollectionProduct(collection_id=shelf.id, product_id=product.id, position=n))
            for variant in product.variants:
                variant.prices[0].amount, variant.prices[0].compare_at = 3400, 3900
                session.add(PriceChange(variant_id=variant.id, currency="usd", amount=3400, actor="test", at=now))
                stock.receive(session, variant.id, 10, reason="test", actor="test", now=now)
            first.append(product.variants[0].id)

    first = []
    shop.db.run(work)
    return first


@pytest.mark.parametrize("products", [2, 24])
def test_a_page_asks_as_often_for_24_products_as_for_a_few(open_shop, products):
    shop = open_shop(page_cache_megabytes=0)
    client = shop.visitor_with(*fill(shop, products))
    client.get("/")  # the navigation is remembered
    assert "was <s>" in client.get("/products/tee-0").text
    counted = {path: count(shop, client, path) for path in COUNTS}
    sys.stdout.write(f"statements with {products} products: {counted}\n")
    assert counted == COUNTS


def test_no_public_page_is_left_out(shop):
    """Each address of those that are the same for everybody is counted above."""
    fill(shop, 2)
    views = shop.app.view_functions
    rules = [rule for rule in shop.app.url_map.iter_rules() if hasattr(views[rule.endpoint], "tells_apart")]
    urls = shop.app.url_map.bind("localhost")
    counted = {urls.match(path)[0] for path in COUNTS}
    assert {rule.endpoint for rule in rules} <= counted


def test_a_page_that_is_kept_asks_for_its_edition_alone(shop):
    fill(shop, 2)
    client = shop.visitor()
    for path in COUNTS:
        client.get(path)
        if path not in ("/cart", "/.well-known/security.txt"):
            assert count(shop, client, path) == 0, path
