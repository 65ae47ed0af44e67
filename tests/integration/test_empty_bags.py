"""Bags that were begun and left empty do not stay for ever; nothing that anybody may come back to goes."""

from datetime import timedelta

from store.cart.service import forget_empty
from tests.functional.programs import Program


def carts(shop):
    return {row[0] for row in shop.rows("SELECT id FROM cart")}


def test_only_what_is_empty_old_nobodys_and_never_checked_out_goes(shop):
    tee = shop.make_item(units=9)
    guest = Program(shop)
    empty = guest.post("/carts").json["id"]
    full = guest.cart_with(tee).removeprefix("/carts/")
    shop.buy(tee)  # empty now, and an order hangs on it
    (bought,) = carts(shop) - {empty, full}
    shop.signed_in(shop.make_member("ana@example.com")).post("/cart/lines", data={"variant": tee})
    shop.write("DELETE FROM cart_line WHERE cart_id = (SELECT id FROM cart WHERE member_id IS NOT NULL)")
    (members,) = carts(shop) - {empty, full, bought}
    assert forget_empty(shop.db, shop.clock() + timedelta(days=6)) == 0
    shop.clock.advance(days=8)
    young = guest.post("/carts").json["id"]
    shop.worker.drain()
    assert carts(shop) == {full, bought, members, young}
    assert guest.get(f"/carts/{empty}").status_code == 404
    assert guest.get(f"/carts/{full}").json["lines"][0]["quantity"] == 1
