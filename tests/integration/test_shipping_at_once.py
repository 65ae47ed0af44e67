"""Two packers at one order in the same instant: what is sent is sent once, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

from store.audit.checking import verify_chain
from store.audit.history import KEY
from store.errors import Conflict
from store.fulfilment import service
from tests.integration.parcels import PACKER, SENT, buy, lines, ship, state, timeline
from tests.shop import token

ROUNDS = 10


def at_once(*works):
    """All of them at the same instant; for each what it returned, or the refusal."""
    start = threading.Barrier(len(works))

    def run(work):
        start.wait()
        try:
            return work()
        except Conflict as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def refusals(outcomes):
    return [str(outcome) for outcome in outcomes if isinstance(outcome, Conflict)]


def test_two_packers_shipping_the_same_order_send_one_parcel(shop):
    tee = shop.make_item(units=100)
    for round_ in range(1, ROUNDS + 1):
        number = buy(shop, tee)
        outcomes = at_once(*[lambda number=number: ship(shop, number)] * 2)
        (said,) = refusals(outcomes)
        assert said.startswith("All of this order has been shipped already.")
        assert shop.level(tee) == (100 - round_, 0)
        assert shop.value("SELECT COUNT(*) FROM shipment") == round_
    assert shop.value("SELECT COUNT(*) FROM job WHERE kind = 'order_shipped'") == ROUNDS


def test_one_form_sent_five_times_at_once_is_one_parcel(shop):
    tee = shop.make_item()
    number = buy(shop, tee, quantity=5)
    (line,) = lines(shop, number)
    form = token()
    outcomes = at_once(*[lambda: ship(shop, number, {line: 1}, request_key=form)] * 5)
    assert len({shipment.id for shipment in outcomes}) == 1
    assert (shop.rows(SENT), shop.level(tee), state(shop, number)) == ([(1,)], (9, 4), "part")


def test_of_five_parcels_for_three_units_three_leave(shop):
    tee = shop.make_item()
    number = buy(shop, tee, quantity=3)
    (line,) = lines(shop, number)
    outcomes = at_once(*[lambda: ship(shop, number, {line: 1})] * 5)
    assert (len(refusals(outcomes)), shop.rows(SENT), shop.level(tee)) == (2, [(3,)], (7, 0))
    assert (state(shop, number), shop.value("SELECT COUNT(*) FROM shipment")) == ("shipped", 3)


def test_orders_of_the_same_things_in_opposite_order_never_wait_for_each_other(shop):
    items = [shop.make_item(units=500) for _ in range(4)]
    for _ in range(5):
        here, there = buy(shop, *items), buy(shop, *items[::-1])
        assert refusals(at_once(lambda here=here: ship(shop, here), lambda there=there: ship(shop, there))) == []
    assert [shop.level(item) for item in items] == [(490, 0)] * 4
    with shop.db.snapshot() as session:
        assert verify_chain(session, shop.db.info[KEY]) == []
    assert shop.rows("SELECT seq FROM audit_entry ORDER BY seq") == [(seq,) for seq in range(1, 11)]


def test_shipping_an_order_while_its_last_units_are_bought_leaves_the_books_right(shop):
    tee = shop.make_item(units=2)
    number = buy(shop, tee)
    buyer = shop.visitor_with(tee)
    at_once(lambda: ship(shop, number), lambda: shop.check_out(buyer))
    assert shop.level(tee) == (1, 1)


def test_packed_by_two_at_once_is_packed_once(shop):
    number = buy(shop, shop.make_item())
    works = [lambda: service.pack(shop.db, PACKER, number, token(), shop.clock())] * 4
    assert refusals(at_once(*works)) == []
    assert [kind for kind, _ in timeline(shop)] == ["placed", "paid", "packed"]
