"""A dispute told to two processes at once, and a parcel that is sent at the very instant of one."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from store.errors import Conflict
from tests.integration.disputing import blocks, booked, disputes, order_of, pay, told, withdrawn
from tests.integration.parcels import ship
from tests.integration.racer import Racer, at_once
from tests.shop import SECRET


@pytest.fixture
def tee(shop):
    return shop.make_item(units=100)


@pytest.fixture
def racers(shop):
    both = [Racer(shop), Racer(shop)]
    yield both
    for racer in both:
        racer.stop()


def signed(event):
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, SECRET, timestamp=int(time.time()))
    return {"do": "post", "body": body, "signature": signature}


def test_two_processes_that_hear_of_one_dispute_mirror_and_book_it_once(shop, tee, racers):
    for names in (("e1", "e2"), ("e1", "e1"), ("e6", "e2"), ("e4", "e5")):
        intent = pay(shop, tee)
        answers = at_once(*((racer, signed(told(name, intent))) for racer, name in zip(racers, names, strict=True)))
        assert [answer["status"] for answer in answers] == [200, 200], answers
        moved = 2 if "e4" in names else 1
        assert (len(disputes(shop, intent)), len(booked(shop, intent))) == (1, 2 * moved)
        assert withdrawn(shop, intent) == (0 if "e4" in names else 3950)
    assert shop.breaches() == []


def test_a_parcel_and_a_dispute_at_the_same_instant_agree_on_which_came_first(shop, tee):
    """Whoever has the order's lock first: the parcel has left before the dispute, or it stays."""
    for _ in range(4):
        intent = pay(shop, tee)
        number, event = order_of(shop, intent)[0], told("e1", intent)
        start = threading.Barrier(2)

        def send(number=number, start=start):
            start.wait()
            try:
                ship(shop, number)
            except Conflict as refusal:
                return "bank questions the payment" in str(refusal)
            return "sent"

        def tell(event=event, start=start):
            start.wait()
            return shop.post_event(event)

        with ThreadPoolExecutor(2) as pool:
            parcel, dispute = pool.submit(send), pool.submit(tell)
        assert dispute.result() == (200, "applied")
        assert parcel.result() in ("sent", True)
        assert order_of(shop, intent)[1:] == ("disputed", "shipped" if parcel.result() == "sent" else "unfulfilled")
        assert blocks(shop, intent) == [("dispute", "open")]
    assert shop.breaches() == []
