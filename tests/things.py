"""A small catalogue to search and filter: tees and hoodies in colors and sizes, records, things."""

from datetime import timedelta

from sqlalchemy import select

from store.catalog.build import Blueprint, build_product
from store.catalog.models import Collection, CollectionProduct, Product, Status
from store.catalog.search.service import index
from store.stock import repository as stock

THINGS = {
    "041": ("Pitch Control Tee", "The scale printed down the spine.", "Heavy enough for July."),
    "042": ("Run-Out Groove Tee", "Blank front.", "This shirt says nothing on the chest."),
    "036": ("Dead Air Hoodie", "Eleven seconds of silence down one sleeve.", "Brushed fleece."),
    "043": ("Night Bus, Vol. 2", "Eleven members, one gatefold.", "Two 12-inch records: Łódź, Detroit, Oslo."),
    "040": ("Low End EP, Kez B", "Three tracks cut loud at 45.", "Her first 12-inch, black vinyl."),
    "021": ("Łódź, 4 a.m., Ola Wiśniewska", "A-side for the room.", "A 7-inch from the café on the corner."),
    "018": ("Locked Groove Slipmats", "Felt, so they still slip.", "A pair."),
    "015": ("Night Bus Tape 07, DJ Marlow", "Ninety minutes, mistakes left in.", "Recorded in one take."),
    "012": ("White Label Stickers", "Blank center labels and a pen.", "For jam jars. Tees not included."),
}
PRICES = {
    "041": 3400,
    "042": 3400,
    "036": 7600,
    "043": 3800,
    "040": 1900,
    "021": 1400,
    "018": 2000,
    "015": 1200,
    "012": 600,
}
SHELVES = {"wear": ["041", "042", "036"], "records": ["043", "040", "021", "015"]}
GONE = {("036", "Bone, M"), ("036", "Bone, XL"), ("041", "Black, XL"), ("021", "")}


def stock_up(shop):
    """Put THINGS on sale, the first of them the oldest; of each variant ten but for those that are GONE."""
    now = shop.clock()

    def work(session):
        for age, (number, (title, line, text)) in enumerate(THINGS.items()):
            options = {"Color": ["Black", "Bone"], "Size": ["M", "XL"]} if title.endswith(("Tee", "Hoodie")) else {}
            plan = Blueprint(
                slug=f"item-{number}", number=number, title=title, line=line, description=text, status=Status.ACTIVE,
                price=PRICES[number], options=options, published_at=now - timedelta(days=99 - age),
            )  # fmt: skip
            for variant in build_product(session, plan, now).variants:
                if (number, variant.label) not in GONE:
                    stock.receive(session, variant.id, 10, reason="test", actor="test", now=now)

    shop.db.run(work)
    return shop


def shelve(shop):
    """Stand THINGS in their collections."""

    def work(session):
        for position, (slug, numbers) in enumerate(SHELVES.items()):
            shelf = Collection(slug=slug, title=slug.capitalize(), position=position)
            session.add(shelf)
            session.flush()
            ids = session.scalars(select(Product.id).where(Product.number.in_(numbers)).order_by(Product.id)).all()
            session.add_all(
                CollectionProduct(collection_id=shelf.id, product_id=one, position=place)
                for place, one in enumerate(ids)
            )
            index(session, ids)

    shop.db.run(work)
