"""What cost nothing is canceled by staff: units, shelf, timeline, history and mail follow, once."""

import pytest

from store.actors import ANONYMOUS, Actor, Role
from store.errors import Conflict, Forbidden, NotFound
from store.fulfilment import cancelling
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import everything, order_states, units
from tests.integration.test_refunds_at_once import at_once
from tests.shop import US, token

OLGA = Actor(member_id=8, email="olga@nastymixx.example", roles=frozenset({Role.ORDERS}))


@pytest.fixture
def zine(shop):
    shop.write("UPDATE shipping_rate SET first = 0, additional = 0 WHERE name = 'Delivery to US'")
    return shop.make_item("Zine", price=0, units=5)


@pytest.fixture
def number(shop, zine):
    """An order of two that cost nothing."""
    ana = shop.member("ana@example.com")
    ana.post("/cart/lines", data={"variant": zine, "quantity": 2})
    assert ana.post("/checkout", data=US).status_code == 303
    return shop.value('SELECT number FROM "order"')


def cancel(shop, number, *, actor=OLGA, restock=True, key=None):
    cancelling.cancel(shop.db, actor, number, restock=restock, request_key=key or token(), now=shop.clock())


def refused(shop, error, work):
    before = everything(shop)
    with pytest.raises(error) as refusal:
        work()
    assert everything(shop) == before
    return str(refusal.value)


def test_units_shelf_timeline_history_and_buyer_are_told(shop, zine, number):
    cancel(shop, number)
    assert (units(shop), shop.level(zine)) == ([(0, 2, 0, 0, 0)], (5, 0))
    assert order_states(shop, number) == ("paid", "cancelled")
    assert shop.rows("SELECT kind, actor FROM order_event ORDER BY id") == [
        ("placed", "buyer"),
        ("canceled", "member:8"),
    ]
    assert shop.rows("SELECT actor, action, subject FROM audit_entry") == [
        ("member:8", "order.cancel", f"order:{number}")
    ]
    shop.worker.drain()
    (mail,) = [mail for mail in shop.mails() if "canceled" in mail.subject]
    assert (mail.to, mail.subject) == ("ana@example.com", f"Your order {number} is canceled")
    assert "It cost nothing, so there is nothing to pay back, and nothing of it is sent." in mail.text
    assert "2 x Zine" in mail.text
    assert shop.requests() == []


def test_what_cannot_be_sold_leaves_the_shelf_for_good(shop, zine, number):
    cancel(shop, number, restock=False)
    assert shop.level(zine) == (3, 0)
    assert shop.rows("SELECT kind, quantity FROM stock_movement WHERE kind = 'cancel'") == [("cancel", -2)]


def test_of_an_order_in_parcels_the_rest_is_canceled(shop, zine, number):
    ship(shop, number, {lines(shop, number)[0]: 1})
    cancel(shop, number)
    assert (units(shop), shop.level(zine)) == ([(1, 1, 0, 0, 0)], (4, 0))
    assert order_states(shop, number) == ("paid", "shipped")
    shop.worker.drain()
    assert f"The rest of your order {number} is canceled" in [mail.subject for mail in shop.mails()]


def test_the_same_form_again_does_nothing_and_another_is_told_that_nothing_is_left(shop, number):
    key = token()
    cancel(shop, number, key=key)
    before = everything(shop)
    cancel(shop, number, key=key)
    assert everything(shop) == before
    nothing = "Nothing of this order is left to cancel. Look at its timeline."
    assert refused(shop, Conflict, lambda: cancel(shop, number)) == nothing
    assert "was canceled" in refused(shop, Conflict, lambda: ship(shop, number))


def test_what_was_paid_for_is_refunded_instead(shop):
    paid = buy(shop, shop.make_item(units=5))
    words = "This order was paid for. Refund it, and what has not left is canceled with that."
    assert refused(shop, Conflict, lambda: cancel(shop, paid)) == words
    refused(shop, NotFound, lambda: cancel(shop, "NM-XXXXX"))


def test_only_those_who_keep_orders_may(shop, number):
    for nobody in (ANONYMOUS, Actor(member_id=7, roles=frozenset({Role.PACKER, Role.REFUNDS, Role.REPORTS}))):
        refused(shop, Forbidden, lambda nobody=nobody: cancel(shop, number, actor=nobody))


def test_a_unit_is_either_shipped_or_canceled(shop, zine, number):
    line = lines(shop, number)[0]
    outcomes = at_once(
        lambda: ship(shop, number, {line: 2}), lambda: cancel(shop, number), lambda: cancel(shop, number)
    )
    assert outcomes.count(Conflict) == 2
    assert units(shop) in [[(2, 0, 0, 0, 0)], [(0, 2, 0, 0, 0)]]
    assert shop.level(zine) in [(3, 0), (5, 0)]
