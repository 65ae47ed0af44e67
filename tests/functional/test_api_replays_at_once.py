"""One Idempotency-Key from several threads: whoever is first or last, one effect and one answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.cart import api as cart_api
from store.errors import Conflict
from tests.functional.ours import bags
from tests.functional.programs import BUYER, Program, assert_problem, is_same

THREADS = 20
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def program(shop):
    return Program(shop)


def test_a_call_that_was_thought_dead_and_then_fails_takes_nothing_from_the_one_after_it(shop, program, monkeypatch):
    tee, cart = shop.make_item(), program.cart_with()
    call = lambda: program.post(f"{cart}/lines", {"variant": tee, "quantity": 2}, key=KEY)  # noqa: E731
    is_under_way, may_fail, find = threading.Event(), threading.Event(), cart_api.own

    def wait(cart_id):
        if not is_under_way.is_set():
            is_under_way.set()
            may_fail.wait(20)
            raise Conflict("Too late.")
        may_fail.set()
        slow.result(20)
        return find(cart_id)

    with ThreadPoolExecutor(1) as thread, monkeypatch.context() as patch:
        patch.setattr(cart_api, "own", wait)
        slow = thread.submit(call)
        is_under_way.wait(20)
        shop.clock.advance(seconds=61)
        done = call()
    assert_problem(slow.result(), 409, "conflict")
    assert (done.status_code, [quantity for _, _, quantity in bags(shop)]) == (201, [2])
    is_same(done, call())


def at_once(shop, call):
    """What so many answered, let go at the same instant; asked again until the one answer is there."""
    start = threading.Barrier(THREADS)

    def send(_):
        start.wait(20)
        return call()

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(send, range(THREADS)))
    done = [answer for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer.status_code != 201:
            assert_problem(answer, 409, "idempotency-key")
            assert answer.headers["Retry-After"] == "1"
    firsts = [answer for answer in done if "Idempotency-Replayed" not in answer.headers]
    assert len(firsts) == 1
    is_same(firsts[0], call())
    assert {answer.data for answer in done} == {firsts[0].data}
    assert shop.breaches() == []


def test_twenty_at_once_with_one_key_put_one_line_in(shop, program):
    tee, cart = shop.make_item(units=90), program.cart_with()
    at_once(shop, lambda: program.post(f"{cart}/lines", {"variant": tee, "quantity": 3}, key=KEY))
    assert [quantity for _, _, quantity in bags(shop)] == [3]


def test_twenty_at_once_with_one_key_are_one_checkout(shop, program):
    tee = shop.make_item(units=90)
    cart = program.cart_with(tee, quantity=3)
    at_once(shop, lambda: program.post(f"{cart}/checkout", BUYER, key=KEY))
    assert (shop.counts()["checkout"], shop.counts()["stripe_session"], shop.level(tee)) == (1, 1, (90, 3))
    assert len(shop.account.v1.checkout.sessions.list().data) == 1
