"""Who acts in tests of the catalogue, and a tee to act on."""

import pytest

from store.actors import Actor, Role
from store.catalog.editing import NewProduct, Words, create_product
from store.catalog.gallery import PictureEdit, add_pictures
from store.catalog.variants import VariantEdit
from store.catalog.writing import Sent
from store.errors import Conflict
from store.stock import repository as stock
from tests.integration.drawings import png

CATALOG = Actor(member_id=1, roles=frozenset({Role.CATALOG}))
OTHER = Actor(member_id=2, roles=frozenset({Role.OWNER}))
STALL = Actor(member_id=3, roles=frozenset({Role.STALL}))
TEE = (("Color", ("Black", "Bone")), ("Size", ("S", "M", "L", "XL", "2XL", "3XL")))


def new(number="041", title="Pitch Control Tee", options=TEE, price=3400, **words):
    return NewProduct(Words(title=title, line="A thing.", number=number, **words), options, price, 210, "6109.10")


def make(shop, actor=CATALOG, **what):
    return create_product(shop.app.extensions["catalog"], actor, Sent(), new(**what), shop.clock())


def version(shop, product_id):
    return shop.value("SELECT version FROM product WHERE id = :id", id=product_id)


def sent(shop, product_id, token=None):
    return Sent(version(shop, product_id), token)


def hang(shop, product_id, alt="A tee, flat.", color=(120, 40, 40)):
    prepared = shop.app.extensions["pictures"].prepare(png(color=color))
    about = PictureEdit(0, alt)
    add_pictures(
        shop.app.extensions["catalog"], CATALOG, product_id, sent(shop, product_id), [prepared], about, shop.clock()
    )


def state(shop):
    """Everything staff can change in the catalogue, and what is written along with it."""
    tables = (
        "product", "product_option", "option_value", "variant", "variant_value", "variant_price", "price_change",
        "product_picture", "picture", "collection", "collection_product", "catalog_form", "audit_entry", "stock_level",
        "cart_line", "former_address",
    )  # fmt: skip
    return {table: sorted(map(str, shop.rows(f"SELECT * FROM {table}"))) for table in tables}


def history(shop, subject):
    return shop.rows("SELECT actor, action FROM audit_entry WHERE subject = :it ORDER BY seq", it=subject)


def skus(shop, product_id):
    query = "SELECT sku FROM variant WHERE product_id = :id ORDER BY position"
    return [row[0] for row in shop.rows(query, id=product_id)]


def variants(shop, product_id):
    query = "SELECT id, label FROM variant WHERE product_id = :id ORDER BY position"
    return {label: variant_id for variant_id, label in shop.rows(query, id=product_id)}


def options(shop, product_id):
    query = "SELECT id, name FROM product_option WHERE product_id = :id ORDER BY position"
    return {name: option_id for option_id, name in shop.rows(query, id=product_id)}


def edit(shop, variant_id, **change):
    """The row of the table as it is, but for these."""
    sku, weight, customs, price, was = shop.rows(
        "SELECT sku, weight_grams, customs_code, amount, compare_at FROM variant"
        " LEFT JOIN variant_price ON variant_id = id WHERE id = :id", id=variant_id,
    )[0]  # fmt: skip
    row = {"id": variant_id, "sku": sku, "price": price, "was": was, "weight_grams": weight, "customs_code": customs}
    return VariantEdit(**row | change)


def refused(shop, work, *args, error=Conflict, match=None, **values):
    """`work` refuses, and nothing has changed."""
    before = state(shop)
    with pytest.raises(error, match=match) as refusal:
        work(*args, **values)
    assert state(shop) == before
    return refusal.value


def counted(session, variant_id, now):
    stock.receive(session, variant_id, 3, reason="test", actor="test", now=now)
