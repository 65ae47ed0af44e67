"""The catalogue's edition moves with every write of what public pages show, and with nothing else."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, func, insert, select, text, update

from store.catalog.edition import Editions
from store.catalog.models import (
    CatalogEdition,
    Collection,
    CollectionProduct,
    Option,
    OptionValue,
    Product,
    ProductPairing,
    ProductPicture,
    Variant,
    VariantPrice,
    VariantValue,
)
from store.catalog.search.models import SearchPrice
from store.db import Database
from store.media.models import Picture, Rendition, Track
from store.pricing.models import ShippingCountry, ShippingRate, ShippingZone
from store.stock.models import StockLevel

SAMPLES = {
    "catalog.home": "/", "catalog.products": "/products", "catalog.collection": "/collections/tees",
    "catalog.product": "/products/item-100", "catalog.terms": "/terms", "catalog.privacy": "/privacy",
    "catalog.returns": "/returns", "catalog.delivery": "/delivery", "feeds.robots": "/robots.txt",
    "feeds.sitemap": "/sitemap.xml",
    "feeds.sitemap_part": "/sitemap-1.xml", "feeds.sitemap_pages": "/sitemap-pages.xml",
    "feeds.products": "/feeds/products.xml", "api_catalog.list_products": "/api/v1/products",
    "api_catalog.show_product": "/api/v1/products/item-100", "api_docs.docs": "/api/docs",
    "api_docs.openapi": "/api/v1/openapi.json",
}  # fmt: skip
"""Each public view with an address of it that answers 200."""
NEW_SHELF = "INSERT INTO collection (slug, title, description, position, featured)"
NOT_SHOWN = {"catalog_edition", "price_change"}
"""The edition itself, and what is only ever written along with a price, which moves it."""


def edition(db):
    return int(db.peek("SELECT SUM(number) FROM catalog_edition"))


@pytest.fixture
def rows(shop):
    """A row of each table that pages show, in the order in which they can be made."""
    now = shop.clock()
    product = {"slug": "s", "title": "T", "line": "L", "kind": "physical", "created_at": now, "updated_at": now}
    return [
        (Product, [{"id": 71} | product, {"id": 82} | product | {"slug": "u"}], "title"),
        (Option, {"id": 72, "product_id": 71, "name": "Color", "position": 0}, "name"),
        (OptionValue, {"id": 73, "option_id": 72, "label": "Black", "position": 0}, "label"),
        (Variant, {"id": 74, "product_id": 71, "sku": "S", "position": 0}, "label"),
        (VariantValue, {"variant_id": 74, "value_id": 73}, "value_id"),
        (VariantPrice, {"variant_id": 74, "currency": "usd", "amount": 100}, "amount"),
        (StockLevel, {"variant_id": 74, "on_hand": 3}, None),
        (Picture, {"id": 75, "digest": "d", "source_key": "k", "width": 1, "height": 1, "created_at": now}, "width"),
        (Rendition, {"id": 76, "picture_id": 75, "format": "jpeg", "width": 1, "height": 1, "key": "k", "bytes": 1},
         "key"),
        (ProductPicture, {"id": 77, "product_id": 71, "picture_id": 75, "position": 0, "alt": "A."}, "alt"),
        (Track, {"id": 79, "product_id": 71, "position": 0, "title": "T", "seconds": 9, "digest": "d", "clip_key": "k",
                 "clip_seconds": 1, "clip_bytes": 1, "peaks": [], "created_at": now}, "title"),
        (SearchPrice, {"currency": "usd", "product_id": 71, "lowest": 1, "cells": ""}, "lowest"),
        (Collection, {"id": 78, "slug": "c", "title": "C", "position": 0}, "title"),
        (CollectionProduct, {"collection_id": 78, "product_id": 71, "position": 0}, "position"),
        (ProductPairing, {"product_id": 71, "other_id": 82, "position": 0}, "position"),
        (ShippingZone, {"id": 80, "name": "Z", "position": 9}, "position"),
        (ShippingCountry, {"code": "NO", "zone_id": 80}, "zone_id"),
        (ShippingRate, {"id": 81, "zone_id": 80, "currency": "usd", "name": "R", "first": 1, "additional": 1}, "name"),
    ]  # fmt: skip


def moves(shop, statement):
    before = edition(shop.db)
    shop.db.run(lambda session: session.execute(statement))
    after = edition(shop.db)
    assert after >= before
    return after > before


def test_every_write_to_every_table_of_public_pages_moves_it(shop, rows):
    for model, values, column in rows:
        assert moves(shop, insert(model).values(values)), f"insert into {model.__tablename__}"
        if column is not None:
            same = update(model).values({column: model.__table__.c[column]})
            assert moves(shop, same), f"update of {model.__tablename__}"
    for model, _, _ in reversed(rows):
        assert moves(shop, delete(model)), f"delete from {model.__tablename__}"


def test_no_public_page_reads_a_table_whose_writes_would_not_move_it(shop, rows):
    tee = shop.make_item()
    shop.show_picture(tee)
    shop.write(
        "INSERT INTO collection (slug, title, description, position, featured) VALUES ('tees', 'T', '', 1, true)"
    )
    shop.write("INSERT INTO collection_product SELECT c.id, p.id, 1 FROM collection c, product p")
    views = shop.app.view_functions.items()
    shared = {name for name, view in views if hasattr(view, "tells_apart")}
    assert shared == set(SAMPLES)
    read, named = set(), set()

    def note(_connection, _cursor, statement, *_):
        named.update(re.findall(r"(?:WITH|\), ?) ([a-z_]+) AS", statement))
        read.update(name.strip('"') for name in re.findall(r'(?:FROM|JOIN) \(?("?[a-z_]+"?)', statement))

    event.listen(shop.db.engine, "before_cursor_execute", note)
    for path in SAMPLES.values():
        assert shop.visitor().get(path).status_code == 200, path
    event.remove(shop.db.engine, "before_cursor_execute", note)
    assert read - named - NOT_SHOWN <= {model.__tablename__ for model, _, _ in rows}


def test_of_a_level_only_what_a_page_can_tell_moves_it(shop, rows):
    tee = shop.make_item(units=100)

    def set_level(on_hand, reserved=0):
        return moves(shop, update(StockLevel).where(StockLevel.variant_id == tee).values(
            on_hand=on_hand, reserved=reserved))  # fmt: skip

    assert not set_level(100, 50)  # enough, and enough still
    assert not set_level(100, 79)
    assert set_level(100, 80)  # from here on a page may say how many
    assert set_level(100, 81)
    assert not set_level(90, 71)  # as many are left as before
    assert set_level(90, 90)
    shop.write("UPDATE stock_level SET short = 5 WHERE variant_id = :id", id=tee)
    assert not set_level(85, 90)  # sold out is sold out
    shop.write("UPDATE stock_level SET short = 0, reserved = 0 WHERE variant_id = :id", id=tee)
    assert not set_level(100)


def test_a_purchase_from_a_full_shelf_moves_nothing(shop):
    tee = shop.make_item(units=100)
    before = edition(shop.db)
    shop.buy(tee)
    assert edition(shop.db) == before


def test_a_write_that_is_undone_moves_nothing(shop):
    before = edition(shop.db)

    def work(session):
        session.execute(
            text(
                "INSERT INTO collection (slug, title, description, position, featured) VALUES ('a', 'A', '', 1, false)"
            )
        )
        raise LookupError

    with pytest.raises(LookupError):
        shop.db.run(work)
    assert edition(shop.db) == before


def test_it_moves_on_by_a_step_that_nobody_can_count(shop):
    """A backup that was restored goes on from an earlier number, and must not come to the later ones again."""
    before = edition(shop.db)
    for slug in "abc":
        shop.write(f"{NEW_SHELF} VALUES (:slug, 'A', '', 1, false)", slug=slug)
    assert edition(shop.db) - before > 3


def test_time_alone_moves_it_when_something_appears_or_is_withdrawn(shop):
    editions = Editions(shop.db, shop.clock, shop.settings.zone)
    local = shop.clock().astimezone(shop.settings.zone)
    shop.clock.advance(hours=(32 - local.hour) % 24)  # to a morning: the day, which moves it as well, does not end
    shop.make_item()
    later, gone = shop.clock() + timedelta(hours=1), shop.clock() + timedelta(hours=2)
    shop.db.run(lambda session: session.execute(update(Product).values(published_at=later, withdrawn_at=gone)))
    first = editions.current()
    shop.clock.advance(minutes=59)
    assert editions.current() == first
    shop.clock.advance(minutes=2)
    second = editions.current()
    assert second != first
    another_process = Editions(shop.db, shop.clock, shop.settings.zone)
    assert another_process.current() == second
    shop.clock.advance(minutes=50)
    assert editions.current() == second
    shop.clock.advance(minutes=20)
    assert editions.current() not in (first, second)


def test_two_who_take_the_last_of_two_items_crosswise_do_not_lock_each_other_out(shop):
    """Each locks its levels in order; the edition comes after all of them, at the end of the transaction."""
    one, two = shop.make_item(units=20), shop.make_item(units=20)

    def take(variant_id):
        def work(session):
            for chosen in sorted({variant_id, two}):
                session.execute(
                    update(StockLevel).where(StockLevel.variant_id == chosen).values(reserved=StockLevel.reserved + 1)
                )

        return [shop.db.run(work) for _ in range(8)]

    before = edition(shop.db)
    with ThreadPoolExecutor(2) as both:
        list(both.map(take, [one, two]))
    assert (shop.level(one), shop.level(two)) == ((20, 8), (20, 16))
    assert edition(shop.db) > before
    shop.write("UPDATE stock_level SET reserved = 0")


def test_it_is_the_sum_of_all_slots(shop):
    other = Database(shop.db.url)
    with other.reader() as reader:
        assert reader.scalar(select(func.count()).select_from(CatalogEdition)) == 16
    shop.db.run(lambda session: session.execute(update(CatalogEdition).values(number=CatalogEdition.number + 1)))
    before = edition(other)
    shop.db.run(lambda session: session.execute(update(CatalogEdition).values(number=CatalogEdition.number + 1)))
    assert edition(other) - before == 16
    other.engine.dispose()
