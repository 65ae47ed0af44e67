"""Two processes at the same instant, round after round: one unit, one order, no deadlock."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import stripe

from tests.integration.racer import Racer, at_once
from tests.integration.stories import told
from tests.shop import SECRET, session_in

ROUNDS = 100


@pytest.fixture
def racers(shop):
    racers = [Racer(shop), Racer(shop)]
    yield racers
    for racer in racers:
        racer.stop()


def signed(event):
    body = json.dumps(event)
    return {"do": "webhook", "body": body, "signature": stripe.WebhookSignature.generate_signature_header(body, SECRET)}


def newest_completed(shop):
    listed = shop.account.v1.events.list({"type": "checkout.session.completed", "limit": 1})
    return listed.data[0].to_dict()


def test_of_two_buyers_at_the_last_unit_exactly_one_gets_it(shop, racers):
    ana, ben = racers
    for round_ in range(ROUNDS):
        last = shop.make_item("Last Tee", units=1)
        for racer in racers:
            assert racer.ask(do="fill", variants=[last]) == {"statuses": [303]}
        answers = at_once(
            (ana, {"do": "place", "email": f"ana{round_}@example.com"}),
            (ben, {"do": "place", "email": f"ben{round_}@example.com"}),
        )
        assert sorted(answer["status"] for answer in answers) == [303, 409], answers
        (loser,) = [answer for answer in answers if answer["status"] == 409]
        assert any(f"Last Tee {words} sold out." in loser["text"] for words in ("is", "has"))
        assert shop.level(last) == (1, 1)
    assert shop.counts()["checkout"] == shop.counts()["stripe_session"] == shop.counts()["hold"] == ROUNDS
    assert len([call for call in shop.requests() if call["method"] == "POST"]) == ROUNDS


def test_two_bags_in_opposite_order_never_wait_for_each_other(shop, racers):
    here, there = racers
    items = [shop.make_item(units=500) for _ in range(4)]
    for round_ in range(25):
        here.ask(do="fill", variants=items)
        there.ask(do="fill", variants=items[::-1])
        emails = [{"do": "place", "email": f"{name}{round_}@example.com"} for name in ("ana", "ben")]
        assert [answer["status"] for answer in at_once((here, emails[0]), (there, emails[1]))] == [303, 303]
    assert [shop.level(item) for item in items] == [(500, 50)] * 4
    here.stop()
    there.stop()  # a PostgreSQL process tells its statistics when it ends
    racers.clear()
    if shop.db.is_sqlite:
        return
    with psycopg.connect(shop.settings.database_url.replace("+psycopg", "")) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)


def test_webhook_and_return_page_at_the_same_instant_make_one_order(shop, racers):
    stripe_, buyer = racers
    tee = shop.make_item(units=1000)
    for round_ in range(ROUNDS):
        buyer.ask(do="fill", variants=[tee])
        (placed,) = at_once((buyer, {"do": "place", "email": f"ana{round_}@example.com"}))
        session = session_in(placed["location"])
        shop.pay(session)
        page = {"do": "get", "path": f"/checkout/success?session_id={session}"}
        answers = at_once((stripe_, signed(newest_completed(shop))), (buyer, page))
        assert [answer["status"] for answer in answers] == [200, 200], answers
        assert shop.counts()["order"] == round_ + 1
    assert shop.level(tee) == (1000, ROUNDS)
    assert shop.value("SELECT COUNT(*) FROM job WHERE kind = 'order_confirmation'") == ROUNDS
    assert shop.value("SELECT COUNT(*) FROM journal_entry") == ROUNDS
    assert shop.attention() == []


def test_cancelling_and_paying_at_the_same_instant_ends_one_way_or_the_other(shop, racers):
    buyer, _ = racers
    tee = shop.make_item(units=1000)
    ends = []
    for round_ in range(15):
        buyer.ask(do="fill", variants=[tee])
        (placed,) = at_once((buyer, {"do": "place", "email": f"ana{round_}@example.com"}))
        session = session_in(placed["location"])
        card = {"card": "4242424242424242"}
        paying = threading.Thread(target=shop.account.control, args=("POST", f"pay/{session}", card))
        paying.start()
        at_once((buyer, {"do": "cancel"}))
        paying.join()
        ended = shop.value("SELECT state FROM checkout ORDER BY created_at DESC LIMIT 1")
        paid = shop.account.v1.checkout.sessions.retrieve(session).payment_status == "paid"
        assert ended == ("paid" if paid else "cancelled")
        ends.append(ended)
    assert shop.counts()["order"] == ends.count("paid")
    assert shop.level(tee) == (1000, ends.count("paid"))
    assert shop.attention() == []


def test_one_event_twenty_times_at_once_is_one_order_one_mail_and_twenty_thanks(shop):
    tee = shop.make_item(units=5)
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    completed, start = told(shop, "checkout.session.completed"), threading.Barrier(20)

    def post(_):
        start.wait()
        return shop.post_event(completed)

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(post, range(20))) == [(200, "applied")] * 20
    shop.worker.drain()
    assert (shop.counts()["order"], shop.counts()["payment"], shop.level(tee)) == (1, 1, (5, 1))
    assert len(shop.mails()) == 1
    assert shop.rows("SELECT outcome, failures FROM webhook_event") == [("applied", 0)]


def test_one_form_sent_five_times_at_once_is_one_checkout(shop):
    tee = shop.make_item(units=5)
    client = shop.visitor_with(tee)
    bag = client.get_cookie("bag").value
    start = threading.Barrier(5)

    def send(_):
        other = shop.visitor()
        other.set_cookie("bag", bag)
        start.wait()
        return shop.check_out(other, form_token="one-and-the-same-form")

    with ThreadPoolExecutor(5) as threads:
        assert len(set(threads.map(send, range(5)))) == 1
    assert (shop.counts()["checkout"], shop.counts()["stripe_session"], shop.level(tee)) == (1, 1, (5, 1))
    assert len(shop.account.v1.checkout.sessions.list().data) == 1
