"""Who acts in tests of the catalogue, and a tee to act on."""

from store.actors import Actor, Role
from store.catalog.editing import NewProduct, Words, create_product
from store.catalog.gallery import PictureEdit, add_pictures
from store.catalog.writing import Sent
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
        "cart_line",
    )  # fmt: skip
    return {table: sorted(map(str, shop.rows(f"SELECT * FROM {table}"))) for table in tables}


def history(shop, subject):
    return shop.rows("SELECT actor, action FROM audit_entry WHERE subject = :it ORDER BY seq", it=subject)
