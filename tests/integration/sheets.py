"""Shops that give each other their products as CSV."""

import csv
import io
from contextlib import contextmanager

import pytest
from sqlalchemy import insert, select, text

from store.actors import SYSTEM
from store.db import Base
from store.media.models import Picture, Rendition
from store.ops.demo.load import load
from store.ops.products.columns import HEADINGS
from store.ops.products.exporting import export_lines
from store.ops.products.importing import Import, Refused
from tests.integration.staff import hang
from tests.shop import Shop

PLAIN = "Write the price in plain digits, like 34.00."
SIZES = ("S", "M", "L")
OLD = "Handle,Title,Body (HTML),Published,Status,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
Variant Inventory Qty,Variant Price,Variant Compare At Price"
TEE = "fader-tee,Fader Tee,<p>Heavy.</p>,TRUE,draft,Size,{size},{sku},210,{quantity},{price},"


def content() -> str:
    """One tee in three sizes."""
    return sheet(*(tee(size, f"FDR-{size}", str(number)) for number, size in enumerate(SIZES, start=1)))


def export(shop) -> str:
    settings = shop.settings
    return "".join(export_lines(shop.db, settings.store_currency, settings.public_url, shop.clock()))


def take(shop, content, *, name="products.csv", dry_run=False):
    content = content.encode() if isinstance(content, str) else content
    extensions = shop.app.extensions
    one = Import(extensions["catalog"], SYSTEM, io.BytesIO(content), name, shop.clock(), extensions["pictures"])
    return one.run(one.look(), dry_run=dry_run)


def sheet(*lines, header=OLD) -> str:
    return "\r\n".join([header, *lines]) + "\r\n"


def tee(size="M", sku="FDR-M", quantity="3", price="34.00") -> str:
    return TEE.format(size=size, sku=sku, quantity=quantity, price=price)


def rows(content) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def written(some) -> str:
    """A sheet of these rows, each with the columns it names."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, HEADINGS)
    writer.writeheader()
    writer.writerows(some)
    return lines.getvalue()


def load_demo(shop) -> None:
    """It brings its own delivery."""
    extensions = shop.app.extensions
    for table in ("shipping_rate", "shipping_country", "shipping_zone"):
        shop.write(f"DELETE FROM {table}")
    load(shop.db, extensions["pictures"], shop.settings, extensions["clock"])


@contextmanager
def another(shop, databases, *, with_pictures=True, **settings):
    """An empty shop beside this one, which has its pictures or none."""
    url = databases.make()
    other = Shop(url, shop.settings.stripe_api_base, shop.folder, account=shop.account, **settings)
    if with_pictures:
        tables = (Picture.__table__, Rendition.__table__)
        with shop.db.reader() as reader:
            copied = [(table, [dict(row._mapping) for row in reader.execute(select(table))]) for table in tables]
        for table, some in copied:
            other.db.run(lambda session, table=table, some=some: session.execute(insert(table), some))
    yield other
    assert other.breaches() == []
    other.close()
    databases.drop(url)


def everything(shop) -> dict[str, list[str]]:
    """All rows of all tables."""
    with shop.db.reader() as reader:
        return {
            table.name: sorted(map(str, reader.execute(select(table)).all())) for table in Base.metadata.sorted_tables
        } | {"search_text": [str(row) for row in reader.execute(text("SELECT COUNT(*) FROM search_text"))]}


def facts(shop) -> list[tuple]:
    """Products, options, variants, prices and stock, without ids and times."""
    return [
        shop.rows(query)
        for query in (
            "SELECT slug, number, title, line, description, kind, status, published_at, withdrawn_at, limit_per_member"
            " FROM product ORDER BY slug",
            "SELECT slug, o.name, o.position, v.label, v.position FROM product p JOIN product_option o ON"
            " o.product_id = p.id JOIN option_value v ON v.option_id = o.id ORDER BY 1, 3, 5",
            "SELECT slug, sku, label, v.position, weight_grams, customs_code, stocked FROM product p JOIN variant v"
            " ON v.product_id = p.id ORDER BY 2",
            "SELECT sku, currency, amount, compare_at FROM variant JOIN variant_price ON variant_id = id ORDER BY 1, 2",
            "SELECT sku, on_hand, short FROM variant JOIN stock_level ON variant_id = id WHERE on_hand > 0 ORDER BY 1",
        )
    ]


def refused(shop, content, *lines, **how):
    """The file is refused with these lines, and nothing has changed."""
    before = everything(shop)
    with pytest.raises(Refused) as refusal:
        take(shop, content, **how)
    assert refusal.value.faults.lines == list(lines)
    assert everything(shop) == before


def variants(shop):
    return shop.rows(
        "SELECT label, sku, amount, compare_at, on_hand FROM variant v LEFT JOIN variant_price p ON p.variant_id = v.id"
        " LEFT JOIN stock_level l ON l.variant_id = v.id ORDER BY product_id, position"
    )


def on_sale(shop):
    """The tee of `content`, with a picture and for sale."""
    take(shop, content())
    product_id = shop.value("SELECT id FROM product")
    hang(shop, product_id)
    outcome = take(shop, content().replace("draft", "active"))
    assert (outcome.updated, outcome.held_back) == (1, 0)
    return product_id


def edited(shop, **cells):
    """What the shop exports, with these cells in its first row."""
    first, *others = rows(export(shop))
    return written([first | cells, *others])
