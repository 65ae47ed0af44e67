"""Money goes back by unit, by delivery or by amount; units, shelf, books, order and buyer follow, once."""

import pytest
from sqlalchemy import text

from store.actors import ANONYMOUS, Actor, Role
from store.catalog.models import Kind
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.payments.refunds.rules import UnitsBack, Wish
from store.stock import returns
from tests.integration.parcels import buy, lines, ship
from tests.integration.refunding import (
    RITA,
    books,
    everything,
    intent_of,
    order_states,
    refund,
    refunds,
    sent,
    units,
    unsent,
)
from tests.shop import token


def refused(shop, error, work):
    before = everything(shop)
    with pytest.raises(error) as refusal:
        work()
    assert everything(shop) == before
    return str(refusal.value)


def test_units_not_sent_are_canceled_and_can_be_sold_again(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=3)
    made = refund(shop, number, unsent(shop, number, 2))

    assert (made.state, made.amount, made.origin) == ("succeeded", 6800, "staff")
    assert units(shop) == [(0, 2, 0, 0, 2)]
    assert shop.rows("SELECT shipped, cancelled, refunding FROM hold") == [(0, 2, 0)]
    assert shop.level(tee) == (10, 1)
    assert order_states(shop, number) == ("part_refunded", "unfulfilled")
    (call,) = shop.requests("/v1/refunds")
    assert call["params"] | {"metadata": None} == {
        "payment_intent": intent_of(shop, number),
        "amount": "6800",
        "reason": "requested_by_customer",
        "metadata": None,
    }
    assert call["params"]["metadata"] == {"refund": made.key}
    assert call["headers"]["Idempotency-Key"] == f"refund:{made.key}:1"


def test_of_two_orders_of_one_thing_only_the_refunded_one_gives_its_units_up(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=3)
    buy(shop, tee, quantity=3)
    refund(shop, number, unsent(shop, number, 2))
    assert units(shop) == [(0, 2, 0, 0, 2), (0, 0, 0, 0, 0)]
    assert shop.rows("SELECT shipped, cancelled, refunding FROM hold ORDER BY id") == [(0, 2, 0), (0, 0, 0)]
    assert shop.level(tee) == (10, 4)


def test_of_what_nobody_counts_units_go_back_and_no_shelf_changes(shop):
    tee, tape = shop.make_item(price=3400, units=10), shop.make_item("Tape", 900, kind=Kind.DIGITAL)
    number = buy(shop, tee, tape)
    before = shop.rows("SELECT * FROM stock_level")
    made = refund(shop, number, unsent(shop, number, 0, 1))
    assert (made.state, made.amount) == ("succeeded", 900)
    assert [row[1] for row in units(shop)] == [0, 1]
    assert shop.rows("SELECT * FROM stock_level") == before
    assert shop.rows("SELECT variant_id, cancelled, refunding FROM hold") == [(tee, 0, 0)]


def test_a_whole_order_goes_back_to_the_cent_with_its_delivery(shop):
    tee, cap = shop.make_item("Tee", 3333, 5), shop.make_item("Cap", 1000, 5)
    number = buy(shop, tee, cap, quantity=2)
    total = shop.value('SELECT total FROM "order"')
    made = refund(shop, number, unsent(shop, number, 2, 2, shipping=850))

    assert (made.amount, made.shipping, total) == (9516, 850, 9516)
    assert order_states(shop, number) == ("refunded", "cancelled")
    assert [shop.level(one) for one in (tee, cap)] == [(5, 0), (5, 0)]
    assert books(shop) == {"sales": -8666, "refunds": 8666}


def test_sent_units_come_back_to_the_shelf_only_if_they_can_be_sold_again(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=3)
    ship(shop, number, {lines(shop, number)[0]: 3})
    refund(shop, number, sent(shop, number, 1))
    assert (units(shop), shop.level(tee)) == ([(3, 0, 0, 1, 1)], (8, 0))
    refund(shop, number, sent(shop, number, 2, restock=False))
    assert (units(shop), shop.level(tee)) == ([(3, 0, 0, 1, 3)], (8, 0))
    moved = "SELECT kind, quantity, actor FROM stock_movement WHERE kind NOT IN ('receive', 'ship')"
    assert shop.rows(moved) == [("return", 1, "member:9")]
    assert order_states(shop, number) == ("part_refunded", "shipped")


def test_unsent_units_that_cannot_be_sold_leave_the_shelf_for_good(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    refund(shop, number, unsent(shop, number, 2, restock=False))
    assert shop.level(tee) == (8, 0)
    assert shop.rows("SELECT kind, quantity FROM stock_movement WHERE kind = 'cancel'") == [("cancel", -2)]


def test_one_shipped_one_refunded_one_left(shop):
    """Rule 29's timeline."""
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=3)
    line = lines(shop, number)[0]
    ship(shop, number, {line: 1})
    refund(shop, number, unsent(shop, number, 1))
    assert (units(shop), shop.level(tee)) == ([(1, 1, 0, 0, 1)], (9, 1))
    assert order_states(shop, number) == ("part_refunded", "part")
    assert refused(shop, Conflict, lambda: ship(shop, number, {line: 2})).startswith("The parcel holds more")
    ship(shop, number, {line: 1})
    assert (units(shop), shop.level(tee)) == ([(2, 1, 0, 0, 1)], (8, 0))
    assert order_states(shop, number) == ("part_refunded", "shipped")


def test_a_refund_by_amount_touches_no_unit(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    made = refund(shop, number, Wish(amount=500))
    assert (made.amount, made.lines) == (500, [])
    assert (units(shop), shop.level(tee)) == ([(0, 0, 0, 0, 0)], (10, 2))
    assert order_states(shop, number) == ("part_refunded", "unfulfilled")


def test_the_books_say_what_of_the_price_and_of_the_delivery_went_back(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee)
    assert books(shop) == {"sales": -3400, "shipping": -550, "stripe_clearing": 3950}
    refund(shop, number, unsent(shop, number, 1, shipping=50))
    assert books(shop) == {"sales": -3400, "refunds": 3400, "shipping": -500, "stripe_clearing": 500}


def test_more_than_is_left_is_refused_in_words(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=2)
    refund(shop, number, unsent(shop, number, 1))
    too_many = "More units than are left to refund. Somebody may have shipped or refunded meanwhile."
    assert refused(shop, Conflict, lambda: refund(shop, number, unsent(shop, number, 2))) == too_many
    assert refused(shop, Conflict, lambda: refund(shop, number, sent(shop, number, 1))) == too_many
    too_much = "That would be $40.51, and only $40.50 is left."
    assert refused(shop, Conflict, lambda: refund(shop, number, Wish(amount=4051))) == too_much
    delivery = "Only $6.50 of the delivery is left to refund."
    assert refused(shop, Conflict, lambda: refund(shop, number, Wish(shipping=651))) == delivery
    nothing = "Nothing to refund yet. Say which units, how much of the delivery, or an amount."
    assert refused(shop, Invalid, lambda: refund(shop, number, Wish())) == nothing
    foreign = Wish({99_999: UnitsBack(unsent=1)})
    assert "not of this order" in refused(shop, Conflict, lambda: refund(shop, number, foreign))
    refused(shop, NotFound, lambda: refund(shop, "NM-XXXXX", Wish(amount=1)))


def test_no_more_sent_units_go_back_than_were_sent(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=3)
    ship(shop, number, {lines(shop, number)[0]: 1})
    assert refused(shop, Conflict, lambda: refund(shop, number, sent(shop, number, 2))).startswith("More units")
    refund(shop, number, sent(shop, number, 1))
    assert refused(shop, Conflict, lambda: refund(shop, number, sent(shop, number, 1))).startswith("More units")


def test_what_the_bank_has_taken_back_is_not_refunded_as_well_and_other_orders_are(shop):
    tee = shop.make_item(price=3400, units=10)
    number, other = buy(shop, tee), buy(shop, tee)
    shop.dispute(intent_of(shop, number))
    assert {status for status, _ in shop.deliver()} == {200}
    said = refused(shop, Conflict, lambda: refund(shop, number, Wish(amount=100)))
    assert said.startswith("The bank has questioned this payment")
    assert refund(shop, other, Wish(amount=100)).state == "succeeded"


def test_only_whom_refunds_are_given_to_may_make_one(shop):
    number = buy(shop, shop.make_item(), quantity=1)
    packer = Actor(member_id=7, roles=frozenset({Role.PACKER, Role.ORDERS, Role.REPORTS}))
    for nobody in (ANONYMOUS, packer):
        refused(shop, Forbidden, lambda nobody=nobody: refund(shop, number, Wish(amount=1), actor=nobody))
    assert shop.requests("/v1/refunds") == []


def test_the_same_form_again_is_the_same_refund(shop):
    number = buy(shop, shop.make_item(), quantity=2)
    key = token()
    first = refund(shop, number, unsent(shop, number, 1), request_key=key)
    after = everything(shop)
    again = refund(shop, number, unsent(shop, number, 1), request_key=key)
    assert (again.id, everything(shop)) == (first.id, after)
    assert len(shop.requests("/v1/refunds")) == 1


def test_a_form_of_another_order_is_refused(shop):
    tee = shop.make_item()
    one, other = buy(shop, tee), buy(shop, tee)
    key = token()
    refund(shop, one, Wish(amount=100), request_key=key)
    assert "another payment" in refused(shop, Conflict, lambda: refund(shop, other, Wish(amount=100), request_key=key))


def test_our_own_refund_told_by_its_events_is_booked_once(shop):
    number = buy(shop, shop.make_item(), quantity=2)
    refund(shop, number, unsent(shop, number, 1))
    shop.worker.drain()
    before = everything(shop)
    assert {status for status, _ in shop.deliver()} == {200}
    shop.worker.drain()
    assert {name: rows for name, rows in everything(shop).items() if name != "jobs"} == {
        name: rows for name, rows in before.items() if name != "jobs"
    }
    assert refunds(shop) == [("staff", "succeeded", 3400)]
    assert [mail.subject for mail in shop.mails()].count("$34.00 is on its way back to you") == 1


def test_the_history_tells_who_refunded_what(shop):
    number = buy(shop, shop.make_item(), quantity=2)
    made = refund(shop, number, unsent(shop, number, 1))
    assert shop.rows("SELECT actor, action, subject FROM audit_entry") == [
        (RITA.name, "order.refund", f"order:{number}")
    ]
    told = shop.rows("SELECT kind, actor FROM order_event ORDER BY id")
    assert told == [("placed", "buyer"), ("paid", "stripe"), ("refunded", "member:9")]
    assert made.note == "too small"


def test_the_sum_is_worked_out_beforehand_and_nothing_is_changed(shop):
    tee, cap = shop.make_item("Tee", 3333, 5), shop.make_item("Cap", 1000, 5)
    number = buy(shop, tee, cap, quantity=2)
    service, before = shop.app.extensions["refunds"], everything(shop)
    tee_line, cap_line = lines(shop, number)
    sum_ = service.work_out(RITA, number, unsent(shop, number, 2, 1, shipping=100))
    assert (sum_.lines, sum_.shipping, sum_.tax, sum_.amount) == ({tee_line: 6666, cap_line: 1000}, 100, 0, 7766)
    with pytest.raises(Conflict):
        service.work_out(RITA, number, unsent(shop, number, 3))
    with pytest.raises(NotFound):
        service.work_out(RITA, "NM-XXXXX", Wish(amount=1))
    with pytest.raises(Forbidden):
        service.work_out(Actor(member_id=3, roles=frozenset({Role.PACKER})), number, Wish(amount=1))
    assert (everything(shop), shop.requests("/v1/refunds")) == (before, [])


def test_another_sum_than_the_one_that_was_shown_is_refused_and_nothing_is_sent(shop):
    number = buy(shop, shop.make_item(price=3400, units=10), quantity=2)
    said = refused(shop, Conflict, lambda: refund(shop, number, unsent(shop, number, 1), expected=3399))
    assert said == "This refund now comes to $34.00, not $33.99. Nothing was sent. Look at it, then confirm it."
    assert shop.requests("/v1/refunds") == []
    key = token()
    assert refund(shop, number, unsent(shop, number, 1), expected=3400, request_key=key).amount == 3400
    assert refund(shop, number, unsent(shop, number, 1), expected=3399, request_key=key).amount == 3400  # the repeat


def test_units_are_withheld_and_given_way_to_only_as_far_as_there_are_as_many(shop):
    tee = shop.make_item(price=3400, units=10)
    number = buy(shop, tee, quantity=4)
    buy(shop, tee, quantity=4)
    ship(shop, number, {lines(shop, number)[0]: 1})
    refund(shop, number, unsent(shop, number, 1))
    checkout = shop.value('SELECT checkout_id FROM "order" WHERE number = :number', number=number)

    def tried(work):
        """What `work` answers, and what is withheld of each hold then; all is undone."""
        seen = []

        def doing(session):
            answer = work(session)
            seen.append((answer, session.scalars(text("SELECT refunding FROM hold ORDER BY id")).all()))
            raise ZeroDivisionError

        before = everything(shop)
        with pytest.raises(ZeroDivisionError):
            shop.db.run(doing)
        assert everything(shop) == before
        return seen[0]

    def gone_too_far(session):
        returns.withhold(session, checkout, {tee: 1})
        returns.give_way(session, checkout, {tee: 2})

    def withheld_and_back(session):
        returns.withhold(session, checkout, {tee: 2})
        returns.give_way(session, checkout, {tee: 2})

    assert tried(lambda session: returns.withhold(session, checkout, {tee: 2})) == (True, [2, 0])
    assert tried(lambda session: returns.withhold(session, checkout, {tee: 3})) == (False, [0, 0])
    assert tried(gone_too_far) == (None, [1, 0])
    assert tried(withheld_and_back) == (None, [0, 0])
