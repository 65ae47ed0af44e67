"""A page asks the database as often for 24 products as for a few; `pytest -s` prints how often."""

import sys

import pytest
from sqlalchemy import event

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Collection, CollectionProduct, ProductPicture, Status
from store.media.models import Picture, Rendition
from store.stock import repository as stock

COUNTS = {"/": 7, "/products": 5, "/collections/tees": 6, "/products/tee-0": 10, "/cart": 7}
"""Statements of a page once the navigation is remembered."""


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
    """Tees in two colors and sizes, each with a picture, all in the drop; a variant of each."""
    now = shop.clock()

    def work(session):
        shelf = Collection(slug="tees", title="Tees", position=1, featured=True)
        session.add(shelf)
        for n in range(products):
            plan = Blueprint(
                slug=f"tee-{n}", number=str(n), title=f"Tee {n}", line="A thing.", status=Status.ACTIVE, price=3400,
                options={"Color": ["Black", "Bone"], "Size": ["S", "M"]}, published_at=now,
            )  # fmt: skip
            product = build_product(session, plan, now)
            picture = Picture(digest=f"{n:064}", source_key="x", width=480, height=480, created_at=now)
            picture.renditions = [Rendition(format="jpeg", width=480, height=480, key=f"{n:064}/480.jpeg", bytes=1)]
            session.add(picture)
            session.flush()
            session.add(ProductPicture(product_id=product.id, picture_id=picture.id, position=0, alt="A tee."))
            session.add(CollectionProduct(collection_id=shelf.id, product_id=product.id, position=n))
            for variant in product.variants:
                stock.receive(session, variant.id, 10, reason="test", actor="test", now=now)
            first.append(product.variants[0].id)

    first = []
    shop.db.run(work)
    return first


@pytest.mark.parametrize("products", [2, 24])
def test_a_page_asks_as_often_for_24_products_as_for_a_few(shop, products):
    client = shop.visitor_with(*fill(shop, products))
    client.get("/")  # the navigation is remembered
    counted = {path: count(shop, client, path) for path in COUNTS}
    sys.stdout.write(f"statements with {products} products: {counted}\n")
    assert counted == COUNTS
