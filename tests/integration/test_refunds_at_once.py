"""Two clicks, two staff, a parcel and a refund at one instant: never more than was paid (rules 22, 27)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from store.errors import Conflict
from store.payments.refunds import repository
from store.payments.refunds.rules import Wish
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import intent_of, refund, refunds, units, unsent
from tests.shop import token

ROUNDS = 4


def at_once(*works):
    """Each in a thread of its own, from the same instant; what came of it, refusals by their kind."""
    barrier = Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            return work()
        except Conflict:
            return Conflict

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def made_there(shop, number):
    return sum(one.amount for one in shop.account.v1.refunds.list({"payment_intent": intent_of(shop, number)}).data)


def test_two_admins_refund_all_of_it_at_once_and_it_goes_back_once(shop):
    for _ in range(ROUNDS):
        number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
        outcomes = at_once(*[lambda number=number: refund(shop, number, unsent(shop, number, 2, shipping=650))] * 2)
        assert outcomes.count(Conflict) == 1
        assert made_there(shop, number) == 7450


def test_a_double_click_on_a_partial_refund_is_one_refund(shop):
    """Rule 2's timeline: half of it twice would fit, and is asked for once."""
    for _ in range(ROUNDS):
        number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
        key = token()
        once, twice = at_once(
            *[lambda number=number, key=key: refund(shop, number, Wish(amount=1000), request_key=key)] * 2
        )
        assert once.id == twice.id
        assert made_there(shop, number) == 1000


def test_a_unit_is_either_shipped_or_refunded(shop):
    for _ in range(ROUNDS):
        tee = shop.make_item(price=3400, units=10)
        number = buy(shop, tee)
        line = lines(shop, number)[0]
        outcomes = at_once(
            lambda number=number, line=line: ship(shop, number, {line: 1}),
            lambda number=number: refund(shop, number, unsent(shop, number, 1)),
        )
        assert outcomes.count(Conflict) == 1
        assert units(shop)[-1] in [(1, 0, 0, 0, 0), (0, 1, 0, 0, 1)]
        assert shop.level(tee) in [(9, 0), (10, 0)]


def test_ours_and_one_in_the_dashboard_at_once_never_take_more_than_was_paid(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    shop.refund_at_stripe(intent_of(shop, number), amount=7000)  # nobody has told us yet
    assert refund(shop, number, unsent(shop, number, 1)).state == "rejected"
    shop.worker.drain()
    assert refunds(shop) == [("staff", "rejected", 3400), ("dashboard", "succeeded", 7000)]
    assert made_there(shop, number) == 7000


def test_the_database_itself_sets_nothing_aside_beyond_what_was_paid(shop):
    """Whoever asks, and whatever they have looked at before: the UPDATE has its own condition."""
    number = buy(shop, shop.make_item(price=3400, units=10))
    payment_id = shop.value("SELECT id FROM payment")

    def reserve(amount):
        return shop.db.run(lambda session: repository.reserve(session, payment_id, amount))

    assert not reserve(3951)
    refund(shop, number, Wish(amount=3000))
    assert not reserve(951)
    assert shop.rows("SELECT refunded FROM payment") == [(3000,)]
