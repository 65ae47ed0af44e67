"""Deliveries go astray when told to: late, twice, forged, out of order, or never."""

import time

import pytest
import requests
import stripe

from tests.faults.stripe_faults import log, plan


@pytest.fixture
def held(account, receiver):
    """An account with an endpoint, whose deliveries go out only by `drain`."""
    account.control("POST", "deliveries", {"mode": "off"})
    account.endpoint = account.add_endpoint(receiver.url)
    return account


def drain(account):
    return [attempt["status"] for attempt in account.control("POST", "deliveries/drain").json()["data"]]


def told(receiver, secret):
    return [event.type for event in receiver.events(secret)]


STORY = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_the_second_of_a_type_is_dropped_and_only_the_list_of_events_knows(held, receiver):
    plan(held, deliveries=[{"do": "drop", "on": "checkout.session.completed", "nth": 2}])
    sessions = [held.make_session() for _ in range(3)]
    for session in sessions:
        held.pay(session)
    drain(held)
    completed = [e for e in receiver.events(held.endpoint.secret) if e.type == "checkout.session.completed"]
    assert [event.data.object.id for event in completed] == [sessions[0].id, sessions[2].id]
    undelivered = held.v1.events.list({"delivery_success": False}).data
    assert [(event.type, event.data.object.id) for event in undelivered] == [
        ("checkout.session.completed", sessions[1].id)
    ]
    assert (undelivered[0].id, drain(held)) == (log(held)[0]["event"], [])
    held.control("POST", f"events/{undelivered[0].id}/redeliver")
    assert held.v1.events.list({"delivery_success": False}).data == []


def test_an_event_comes_twice_and_a_twin_tells_the_same_under_another_id(held, receiver):
    plan(held, deliveries=[{"do": "duplicate", "on": "charge.*", "times": 3}, {"do": "twin", "on": "*.completed"}])
    held.pay(held.make_session())
    assert drain(held) == [200] * 7
    assert told(receiver, held.endpoint.secret) == [STORY[0], *[STORY[1]] * 3, STORY[2], STORY[3], STORY[3]]
    events = receiver.events(held.endpoint.secret)
    assert len({event.id for event in events[1:4]}) == 1
    assert events[5].id != events[6].id
    assert events[5].data.object.to_dict() == events[6].data.object.to_dict()
    assert held.v1.events.retrieve(events[6].id).type == "checkout.session.completed"


def test_an_event_comes_after_those_that_followed_it(held, receiver):
    plan(held, deliveries=[{"do": "reorder", "on": "payment_intent.created", "within": 1}])
    held.pay(held.make_session())
    drain(held)
    assert told(receiver, held.endpoint.secret) == [STORY[1], STORY[0], STORY[2], STORY[3]]


def test_one_seed_shuffles_and_drops_the_same_every_time(make_account, sandbox, receiver):
    orders = []
    for seed in (5, 5, 6):
        account = make_account(sandbox.url)
        account.control("POST", "deliveries", {"mode": "off"})
        secret = account.add_endpoint(receiver.url).secret
        plan(account, seed=seed, deliveries={"reorder": 0.5, "drop": 0.2, "duplicate": 0.3})
        for _ in range(4):
            account.pay(account.make_session())
        receiver.got.clear()
        drain(account)
        orders.append(told(receiver, secret))
    assert orders[0] == orders[1] != orders[2]


def test_a_late_event_is_waited_for_by_nobody_and_comes_when_its_time_has_come(held, receiver):
    plan(held, deliveries=[{"do": "delay", "on": "checkout.session.completed", "seconds": 90}])
    held.pay(held.make_session())
    assert drain(held) == [200] * 3
    held.advance(80)
    drain(held)
    assert STORY[3] not in told(receiver, held.endpoint.secret)
    held.advance(11)
    drain(held)
    assert told(receiver, held.endpoint.secret).count(STORY[3]) == 1


def test_the_payment_page_sends_the_buyer_back_before_a_late_event(account, receiver):
    account.add_endpoint(receiver.url, ["checkout.session.completed"])
    plan(account, deliveries=[{"do": "delay", "seconds": 3600}])
    session = account.make_session(customer_email="ana@example.com")
    typed = {"method": "card", "card_number": "4242424242424242", "expiry": "12/34", "cvc": "123", "name": "Ana"}
    begun = time.monotonic()
    page = requests.post(session.url, data=typed | {"postal_code": "1"}, allow_redirects=False, timeout=20)
    assert (page.status_code, receiver.got, time.monotonic() - begun < 3) == (303, [], True)


def test_a_forged_signature_is_put_right_at_the_next_attempt(held, receiver):
    receiver.answer = lambda body: 200 if len(receiver.got) > 1 else 400
    plan(held, deliveries=[{"do": "wrong_secret"}])
    held.v1.checkout.sessions.expire(held.make_session().id)
    assert drain(held) == [400]
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events(held.endpoint.secret)
    held.advance(11)
    assert drain(held) == [200]
    receiver.got.pop(0)
    assert told(receiver, held.endpoint.secret) == ["checkout.session.expired"]


def test_an_event_comes_in_another_version_than_the_endpoints(held, receiver):
    plan(held, deliveries=[{"do": "stale_version", "version": "2025-12-15.clover"}])
    held.v1.checkout.sessions.expire(held.make_session().id)
    drain(held)
    (event,) = receiver.events(held.endpoint.secret)
    assert (event.api_version, event.data.object.ui_mode) == ("2025-12-15.clover", "hosted")


def test_a_slow_body_arrives_whole(held, receiver):
    plan(held, deliveries=[{"do": "slow_body", "seconds": 0.3}])
    held.v1.checkout.sessions.expire(held.make_session().id)
    begun = time.monotonic()
    assert (drain(held), time.monotonic() - begun > 0.3) == ([200], True)
    assert told(receiver, held.endpoint.secret) == ["checkout.session.expired"]
    assert "Content-Length" in receiver.got[0][1]


@pytest.mark.parametrize("copies", [[], [{"do": "duplicate", "times": 4}]])
def test_several_are_under_way_at_once(held, receiver, copies):
    """Each answer waits until all have arrived."""
    expected = 4

    def wait_for_the_others(_body):
        return 200 if receiver.wait_for(expected, 3) >= expected else 500

    receiver.answer = wait_for_the_others
    plan(held, deliveries=[{"do": "parallel"}, *copies])
    if copies:
        held.v1.checkout.sessions.expire(held.make_session().id)
    else:
        held.pay(held.make_session())
    assert drain(held) == [200] * 4
