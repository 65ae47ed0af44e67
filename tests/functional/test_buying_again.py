"""A second order like the first: what can still be had goes into the bag, from the order's own page."""

import pytest

from store.orders.numbers import private_link
from tests.functional.ours import assert_page, bags, everything


@pytest.fixture
def bought(shop):
    """A tee twice, and a tape: the address of the order's page."""
    tee, tape = shop.make_item("Tee", units=5), shop.make_item("Tape", units=5)
    client = shop.visitor_with(tee, quantity=2)
    assert client.post("/cart/lines", data={"variant": tape}).status_code == 303
    shop.pay(shop.check_out(client))
    shop.deliver()
    number = shop.value('SELECT number FROM "order"')
    return tee, tape, f"/o/{private_link(number, shop.settings.secret_key)}"


def test_the_whole_order_goes_into_a_new_bag(shop, bought):
    tee, tape, page = bought
    client = shop.visitor()
    assert f'action="{page}/again"' in client.get(page).text
    answer = client.post(f"{page}/again")
    assert (answer.status_code, answer.location) == (303, "/cart?again=all")
    assert sorted(row[1:] for row in bags(shop)) == [(tee, 2), (tape, 1)]
    assert_page(client.get(answer.location), 200, "All of that order is in your bag.")
    assert client.get_cookie("bag_count").value == "3"


def test_what_has_sold_out_stays_out_and_is_said(shop, bought):
    tee, tape, page = bought
    shop.buy(tape, quantity=4)
    client = shop.visitor()
    answer = client.post(f"{page}/again")
    assert answer.location == "/cart?again=some"
    assert [row[1:] for row in bags(shop)] == [(tee, 2)]
    assert_page(client.get(answer.location), 200, "What is left of that order is in your bag. The rest has sold out.")


def test_where_nothing_is_left_nothing_changes(shop, bought):
    tee, tape, page = bought
    shop.buy(tee, quantity=3)
    shop.buy(tape, quantity=4)
    before = everything(shop)
    assert_page(shop.visitor().post(f"{page}/again"), 409, "All of it has sold out meanwhile.")
    assert everything(shop) == before


def test_a_member_buys_again_what_is_theirs_and_nobody_elses(shop, bought):
    ana = shop.make_member("ana@example.com")
    shop.write('UPDATE "order" SET member_id = :id', id=ana)
    number = shop.value('SELECT number FROM "order"')
    assert shop.signed_in(ana).post(f"/account/orders/{number}/again").location == "/cart?again=all"
    bea = shop.signed_in(shop.make_member("bea@example.com"))
    before = everything(shop)
    assert bea.post(f"/account/orders/{number}/again").status_code == 404
    assert everything(shop) == before
