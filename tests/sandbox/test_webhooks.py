import json
import time

import pytest
import stripe

DAY = 24 * 3600


def attempts(account):
    return account.control("GET", "deliveries").json()["data"]


def drain(account):
    return account.control("POST", "deliveries/drain").json()["data"]


@pytest.fixture
def held(account):
    """An account whose deliveries go out only by `drain`."""
    assert account.control("POST", "deliveries", {"mode": "off"}).json() == {"mode": "off"}
    return account


def test_an_event_carries_the_whole_object_the_request_and_the_version_of_the_endpoint(account, receiver):
    endpoint = account.add_endpoint(receiver.url)
    older = account.add_endpoint(receiver.url + "/older", api_version="2025-12-15.clover")
    session = account.make_session()
    account.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "expire-1"})
    assert receiver.wait_for(2) == 2
    by_path = {path: (headers, json.loads(body)) for path, headers, body in receiver.got}
    headers, event = by_path["/webhooks/stripe"]
    _, event_in_older_version = by_path["/webhooks/stripe/older"]
    assert (event["type"], event["api_version"]) == ("checkout.session.expired", "2026-10-28.endive")
    assert (event["request"]["idempotency_key"], event["request"]["id"][:4]) == ("expire-1", "req_")
    assert event["data"]["object"] == account.v1.checkout.sessions.retrieve(session.id).to_dict()
    assert event["data"]["object"]["ui_mode"] == "hosted_page"
    assert (event_in_older_version["api_version"], event_in_older_version["data"]["object"]["ui_mode"]) == (
        "2025-12-15.clover",
        "hosted",
    )
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert endpoint.secret.startswith("whsec_")
    assert older.secret != endpoint.secret


def test_the_signature_holds_for_its_own_secret_only(account, receiver):
    endpoint = account.add_endpoint(receiver.url)
    account.pay(account.make_session())
    assert receiver.wait_for(4) == 4
    assert receiver.events(endpoint.secret)[0].id.startswith("evt_")
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events("whsec_of_somebody_else")


def test_the_secret_is_told_once(account, receiver):
    endpoint = account.add_endpoint(receiver.url)
    assert "secret" not in account.v1.webhook_endpoints.retrieve(endpoint.id)
    assert "secret" not in account.v1.webhook_endpoints.list().data[0]


def test_an_endpoint_hears_only_what_it_wants_and_nothing_while_disabled(account, receiver):
    endpoint = account.add_endpoint(receiver.url, ["checkout.session.completed"])
    account.pay(account.make_session())
    assert receiver.wait_for(1) == 1
    account.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    account.pay(account.make_session())
    account.v1.webhook_endpoints.update(endpoint.id, {"disabled": False, "enabled_events": ["charge.succeeded"]})
    account.pay(account.make_session())
    assert receiver.wait_for(2) == 2
    time.sleep(0.2)
    assert [event.type for event in receiver.events(endpoint.secret)] == [
        "checkout.session.completed",
        "charge.succeeded",
    ]
    account.v1.webhook_endpoints.delete(endpoint.id)
    assert account.v1.webhook_endpoints.list().data == []


def test_both_secrets_sign_while_one_is_rolled(held, receiver):
    endpoint = held.add_endpoint(receiver.url)
    new = held.control("POST", f"webhook_endpoints/{endpoint.id}/roll", {"overlap": 3600}).json()["secret"]
    held.v1.checkout.sessions.expire(held.make_session().id)
    drain(held)
    assert receiver.events(endpoint.secret)[0].id == receiver.events(new)[0].id
    held.advance(3700)
    held.v1.checkout.sessions.expire(held.make_session().id)
    drain(held)
    receiver.got = receiver.got[1:]
    assert receiver.events(new)[0].type == "checkout.session.expired"
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events(endpoint.secret)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503])
def test_only_a_2xx_counts_and_redirects_are_not_followed(held, receiver, status):
    held.add_endpoint(receiver.url)
    receiver.answer = lambda _body: status
    receiver.location = receiver.url + "/elsewhere"
    held.v1.checkout.sessions.expire(held.make_session().id)
    assert [attempt["status"] for attempt in drain(held)] == [status]
    assert len(receiver.got) == 1
    assert held.v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 1
    assert drain(held) == []


def test_what_is_not_taken_is_tried_again_for_up_to_three_days_each_time_signed_afresh(held, receiver):
    endpoint = held.add_endpoint(receiver.url)
    receiver.answer = lambda _body: 500
    held.v1.checkout.sessions.expire(held.make_session().id)
    numbers = [attempt["number"] for attempt in drain(held)]
    for pause in (10, 60, 600, 3600, 6 * 3600, 12 * 3600, DAY, DAY):
        held.advance(pause - 5)
        assert drain(held) == []
        held.advance(5.5)
        numbers += [attempt["number"] for attempt in drain(held)]
    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    held.advance(3 * DAY)
    assert drain(held) == []
    assert len({event.id for event in receiver.events(endpoint.secret)}) == 1
    event = held.v1.events.list({"delivery_success": False}).data[0]
    assert event.pending_webhooks == 0


def test_a_retry_that_is_taken_settles_the_delivery(held, receiver):
    held.add_endpoint(receiver.url)
    receiver.answer = lambda _body: 500
    held.v1.checkout.sessions.expire(held.make_session().id)
    drain(held)
    receiver.answer = lambda _body: 204
    held.advance(11)
    assert [attempt["status"] for attempt in drain(held)] == [204]
    assert [attempt["number"] for attempt in attempts(held)] == [1, 2]
    assert held.v1.events.list({"delivery_success": False}).data == []
    assert held.v1.events.list({"delivery_success": True}).data[0].pending_webhooks == 0


def test_a_shop_that_is_down_is_noted_and_reached_later(held, receiver):
    held.add_endpoint("http://127.0.0.1:1/webhooks/stripe")
    held.v1.checkout.sessions.expire(held.make_session().id)
    (attempt,) = drain(held)
    assert (attempt["status"], attempt["failure"]) == (None, "ConnectionError")


def test_while_deliveries_are_off_events_are_only_listed(held, receiver):
    held.add_endpoint(receiver.url)
    held.pay(held.make_session())
    time.sleep(0.3)
    assert receiver.got == []
    assert held.event_types()[-1] == "checkout.session.completed"
    held.control("POST", "deliveries", {"mode": "on"})
    assert receiver.wait_for(4) == 4


def test_an_event_can_be_sent_again_with_the_same_id(held, receiver):
    endpoint = held.add_endpoint(receiver.url)
    held.v1.checkout.sessions.expire(held.make_session().id)
    drain(held)
    event = held.v1.events.list().data[0]
    answer = held.control("POST", f"events/{event.id}/redeliver").json()["data"]
    assert [attempt["status"] for attempt in answer] == [200]
    assert [told.id for told in receiver.events(endpoint.secret)] == [event.id, event.id]


def test_events_reach_an_endpoint_in_the_order_in_which_they_happened(account, receiver):
    endpoint = account.add_endpoint(receiver.url)
    for _ in range(5):
        account.pay(account.make_session())
    assert receiver.wait_for(20) == 20
    happened = [event.id for event in reversed(account.v1.events.list({"limit": 100}).data)]
    told = [event.id for event in receiver.events(endpoint.secret)]
    assert told[:20] == happened[:20]
