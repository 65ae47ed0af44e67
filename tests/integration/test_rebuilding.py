"""A checkout made again by hand of what Stripe knows: what does not add up makes nothing (rule 35)."""

import dataclasses

import pytest
from sqlalchemy import select

from store.catalog.models import Kind
from store.errors import Conflict
from store.orders.repository import lock_order
from store.payments import rebuilding
from store.payments.bought import ask_what_was_bought
from store.payments.models import Payment
from store.payments.refunds.repository import standing
from store.payments.repository import lock_payment
from store.stock.models import Hold, HoldState
from tests.integration.refunding import refund, unsent

SECRET_KEY = "k" * 40


@pytest.fixture
def lost(shop):
    """A tee and a file, bought; the shop has forgotten the checkout, and knows the payment alone."""
    shop.tee, shop.tape = shop.make_item("Tee", units=5), shop.make_item("Tape", price=700, kind=Kind.DIGITAL)
    session_id = shop.check_out(shop.visitor_with(shop.tee, shop.tape))
    shop.pay(session_id)
    shop.bought = ask_what_was_bought(shop.payments.gateway, session_id, shop.clock())
    fact = dataclasses.replace(shop.bought.fact, checkout_id="chk_again", attempt_id="att_again", session_id="cs_again")
    shop.bought = dataclasses.replace(shop.bought, fact=fact)

    def note(session):
        payment = lock_payment(session, "pi_again", shop.clock())
        payment.amount, payment.currency, payment.livemode = shop.bought.total, "usd", False

    shop.db.run(note)
    return shop


def make_again(shop, bought):
    def work(session):
        payment = lock_payment(session, "pi_again", shop.clock())
        return rebuilding.rebuild(session, payment, bought, SECRET_KEY, shop.clock()).id

    return shop.db.run(work)


def made(shop):
    return shop.rows("SELECT id, total FROM checkout WHERE id = 'chk_again'")


class Enough(Exception):
    """Seen, and taken back: staff accept the money in the same transaction, or there is no such checkout."""


def test_what_is_counted_was_held_and_given_back_and_a_file_was_not(lost):
    def work(session):
        payment = lock_payment(session, "pi_again", lost.clock())
        checkout = rebuilding.rebuild(session, payment, lost.bought, SECRET_KEY, lost.clock())
        held = session.execute(
            select(Hold.variant_id, Hold.quantity, Hold.state).where(Hold.checkout_id == "chk_again")
        )
        raise Enough([tuple(row) for row in held], (checkout.id, checkout.total, payment.checkout_id))

    with pytest.raises(Enough) as seen:
        lost.db.run(work)
    held, made_again = seen.value.args
    assert held == [(lost.tee, 1, HoldState.RELEASED)]
    assert made_again == ("chk_again", lost.bought.total, "chk_again")
    assert lost.level(lost.tee) == (5, 1)  # what the first checkout holds, and nothing more


@pytest.mark.parametrize("missing", ["checkout_id", "attempt_id"])
def test_a_session_that_does_not_say_whose_it_was_makes_nothing(lost, missing):
    fact = dataclasses.replace(lost.bought.fact, **{missing: None})
    with pytest.raises(Conflict, match="does not add up"):
        make_again(lost, dataclasses.replace(lost.bought, fact=fact))
    assert made(lost) == []


@pytest.mark.parametrize("change", ["email", "sum"])
def test_a_session_without_an_address_or_of_another_sum_makes_nothing(lost, change):
    other = {"email": {"email": ""}, "sum": {"delivery": lost.bought.delivery + 1}}[change]
    with pytest.raises(Conflict, match="does not add up"):
        make_again(lost, dataclasses.replace(lost.bought, **other))
    assert made(lost) == []


def test_two_lines_of_one_stock_number_make_nothing(lost):
    first, second = lost.bought.lines
    twice = [first, dataclasses.replace(second, sku=first.sku)]
    with pytest.raises(Conflict, match="does not say which things"):
        make_again(lost, dataclasses.replace(lost.bought, lines=twice))
    assert made(lost) == []


def test_a_stock_number_that_nothing_has_is_named(lost):
    first, second = lost.bought.lines
    with pytest.raises(Conflict, match="stock number NOBODYS"):
        make_again(lost, dataclasses.replace(lost.bought, lines=[first, dataclasses.replace(second, sku="NOBODYS")]))
    assert made(lost) == []


def test_what_has_gone_back_is_counted_for_its_own_payment_alone(shop):
    tee = shop.make_item(units=5)
    for _ in range(2):
        shop.buy(tee)
    first, second = (row[0] for row in shop.rows('SELECT number FROM "order" ORDER BY id'))
    refund(shop, first, unsent(shop, first, 1, shipping=550))

    def goods_back(number):
        def work(session):
            order = lock_order(session, number)
            payment = session.query(Payment).filter_by(order_id=order.id).one()
            known = standing(session, payment, order)
            return known.goods_refunded, known.shipping_refunded, known.counted

        return shop.db.run(work)

    assert (goods_back(first), goods_back(second)) == ((3400, 550, 3950), (0, 0, 0))
