"""Calls with an Idempotency-Key: however often one is sent, cut off or raced, it has one effect and one answer."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.app import SCHEDULE
from store.web.api import replays
from tests.functional.accounts import ANA, BEN
from tests.functional.ours import bags, everything
from tests.functional.programs import ADDRESS, BUYER, JSON, Program, assert_problem, make_token

THREADS = 20
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


class Killed(BaseException):
    """The process was ended: nothing behind this point has run."""


@pytest.fixture
def program(shop):
    return Program(shop)


def keys(shop):
    return shop.rows("SELECT digest, status FROM api_replay ORDER BY begun_at")


def is_same(first, again):
    """The second is the first again, byte for byte, and says so."""
    assert (again.status_code, again.data, again.content_type) == (first.status_code, first.data, first.content_type)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"


def test_every_call_that_changes_something_is_answered_the_same_again_and_done_once(shop, program):
    tee, cap = shop.make_item(units=9), shop.make_item(units=9)
    made = program.post("/carts", key="cart")
    cart = f"/carts/{made.json['id']}"
    is_same(made, program.post("/carts", key="cart"))
    answers = []

    def ask(method, path, body, key):
        answers.append(((method, f"{cart}{path}", body, key), program.ask(method, f"{cart}{path}", body, key=key)))

    for variant in (tee, cap):
        ask("POST", "/lines", {"variant": variant, "quantity": 2}, f"of {variant}")
    first, second = (row[0] for row in shop.rows("SELECT id FROM cart_line ORDER BY id"))
    ask("PATCH", f"/lines/{first}", {"quantity": 5}, KEY)
    ask("DELETE", f"/lines/{second}", b"", KEY)
    ask("PUT", "/destination", {"country": "US"}, KEY)
    ask("POST", "/checkout", BUYER, KEY)
    assert [answer.status_code for _, answer in answers] == [201, 201, 200, 200, 200, 201]
    after = everything(shop)
    for (method, path, body, key), answer in answers:
        is_same(answer, program.ask(method, path, body, key=key))
    assert everything(shop) == after
    assert bags(shop) == [(made.json["id"], tee, 5)]
    assert (shop.counts()["checkout"], shop.level(tee), len(keys(shop))) == (1, (9, 5), 7)


def test_a_key_with_another_body_is_refused_and_changes_nothing(shop, program):
    tee, cart = shop.make_item(), program.cart_with()
    first = program.post(f"{cart}/lines", {"variant": tee}, key=KEY)
    before = everything(shop)
    for body in ({"variant": tee, "quantity": 2}, {"variant": str(tee)}, b'{"variant":%d}' % tee, b"", b"[", b"{}"):
        assert_problem(program.post(f"{cart}/lines", body, key=KEY), 422, "idempotency-key")
    assert everything(shop) == before
    is_same(first, program.post(f"{cart}/lines", {"variant": tee}, key=KEY))


def test_a_checkout_without_a_key_is_refused_before_anything_is_looked_at(shop, program):
    tee = shop.make_item()
    cart, before = program.cart_with(tee), everything(shop)
    for body in (BUYER, {}, b"no json"):
        answer = program.post(f"{cart}/checkout", body)
        assert_problem(answer, 428, "precondition")
        assert answer.json["detail"] == "Send an Idempotency-Key, such as a random UUID."
    assert (everything(shop), keys(shop), shop.requests()) == (before, [], [])


def test_what_is_no_key_is_refused_in_words(shop, program):
    tee = shop.make_item()
    cart = program.cart_with(tee)
    before = everything(shop)
    for bad in ("", "x" * 256, "x" * 5000, "é", "a\tb", "a\x00b", "a\x7fb", "a\x1bb"):
        for path, body in ((f"{cart}/checkout", BUYER), (f"{cart}/lines", {"variant": tee})):
            answer = program.post(path, body, key=bad)
            assert_problem(answer, 400, "idempotency-key")
            assert answer.json["detail"] == "Idempotency-Key is 1 to 255 plain characters, such as a random UUID."
    assert (everything(shop), keys(shop)) == (before, [])


def test_whatever_is_plain_is_a_key(program):
    for good in ("1", "x" * 255, "a b", '"quoted"', "~!@#$%^&*()/\\"):
        is_same(program.post("/carts", key=good), program.post("/carts", key=good))


def test_a_refused_call_is_forgotten_and_the_key_works_once_its_reason_is_gone(shop, program):
    last = shop.make_item("Last Tee", units=1)
    mine, theirs = program.cart_with(last), program.cart_with(last)
    held = program.post(f"{theirs}/checkout", BUYER, key="theirs")
    assert held.status_code == 201
    sold_out, before = BUYER | {"email": "ben@example.com"}, everything(shop)
    for _ in range(2):
        assert_problem(program.post(f"{mine}/checkout", sold_out, key=KEY), 409, "conflict")
        invalid = {"email": "no address", "shipping_address": ADDRESS}
        assert_problem(program.post(f"{mine}/checkout", invalid, key=KEY), 422, "invalid", "email")
        assert_problem(program.post(f"{mine}/checkout", b"{", key=KEY), 400, "malformed")
    assert (everything(shop), len(keys(shop))) == (before, 1)
    shop.clock.advance(minutes=31)
    shop.worker.drain()
    bought = program.post(f"{mine}/checkout", sold_out, key=KEY)
    assert bought.status_code == 201, bought.text
    is_same(bought, program.post(f"{mine}/checkout", sold_out, key=KEY))
    assert shop.level(last) == (1, 1)


def test_the_same_key_of_another_caller_path_cart_or_method_is_another_call(shop, program):
    tee = shop.make_item(units=50)
    for email in (ANA, BEN):
        shop.make_member(email)
    ana, ben = (Program(shop, make_token(shop, email, "orders:read")) for email in (ANA, BEN))
    elsewhere = [program, Program(shop, network="198.51.100.7"), Program(shop, network="2001:db8:1:2::1"), ana, ben]
    made = [one.post("/carts", key=KEY) for one in elsewhere]
    ids = [answer.json["id"] for answer in made]
    assert (len(set(ids)), [answer.status_code for answer in made]) == (5, [201] * 5)
    neighbour = Program(shop, network="2001:db8:1:2:ffff::9")  # of the same customer
    is_same(made[2], neighbour.post("/carts", key=KEY))
    for cart_id, one in zip(ids, elsewhere, strict=True):
        assert one.post(f"/carts/{cart_id}/lines", {"variant": tee}, key=KEY).status_code == 201
        assert one.put(f"/carts/{cart_id}/destination", {"country": "US"}, key=KEY).status_code == 200
    assert [quantity for _, _, quantity in bags(shop)] == [1] * 5
    line = shop.value("SELECT MIN(id) FROM cart_line")
    assert program.patch(f"/carts/{ids[0]}/lines/{line}", {"quantity": 2}, key=KEY).json["lines"][0]["quantity"] == 2
    assert program.delete(f"/carts/{ids[0]}/lines/{line}", key=KEY).json["lines"] == []


def test_nobody_reads_anothers_answer_by_knowing_the_key_and_the_cart(shop):
    shop.make_member(ANA)
    ana, tee = Program(shop, make_token(shop, ANA, "orders:read")), shop.make_item()
    cart = ana.cart_with(tee)
    assert ana.post(f"{cart}/checkout", BUYER, key=KEY).status_code == 201
    assert_problem(Program(shop).post(f"{cart}/checkout", BUYER, key=KEY), 404, "not-found")


def die(monkeypatch, place, call):
    """The process that makes this call is killed there, and tidies nothing up."""

    def end(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(replays, "_let_go", lambda *_: None)
        patch.setattr(place, end)
        with pytest.raises(Killed):
            call()


@pytest.mark.parametrize("place", ["store.cart.service._lock_or_make", "store.cart.api._told"], ids=["before", "after"])
def test_lines_that_a_crash_cut_off_are_there_once_after_a_minute(shop, program, monkeypatch, place):
    tee, cart = shop.make_item(), program.cart_with()
    call = lambda: program.post(f"{cart}/lines", {"variant": tee, "quantity": 2}, key=KEY)  # noqa: E731
    die(monkeypatch, place, call)
    for _ in range(2):
        answer = call()
        assert_problem(answer, 409, "idempotency-key")
        assert answer.headers["Retry-After"] == "1"
    shop.clock.advance(seconds=61)
    done = call()
    assert (done.status_code, [line["quantity"] for line in done.json["lines"]]) == (201, [2])
    is_same(done, call())
    assert [quantity for _, _, quantity in bags(shop)] == [2]


def test_a_line_is_taken_out_once_though_a_crash_cut_the_answer_off(shop, program, monkeypatch):
    cart = program.cart_with(shop.make_item())
    call = lambda: program.delete(f"{cart}/lines/1", key=KEY)  # noqa: E731
    die(monkeypatch, "store.cart.api._told", call)
    assert bags(shop) == []
    shop.clock.advance(seconds=61)
    done = call()
    assert (done.status_code, done.json["lines"]) == (200, [])
    is_same(done, call())


@pytest.mark.parametrize(
    "place",
    ["store.checkout.taking._hold", "store.checkout.service.Checkouts._hand_over", "store.checkout.api.Money"],
    ids=["before holding", "before Stripe", "before the answer"],
)
def test_a_checkout_that_a_crash_cut_off_is_the_same_one_after_a_minute(shop, program, monkeypatch, place):
    tee = shop.make_item()
    cart = program.cart_with(tee)
    call = lambda: program.post(f"{cart}/checkout", BUYER, key=KEY)  # noqa: E731
    die(monkeypatch, place, call)
    assert_problem(call(), 409, "idempotency-key")
    shop.clock.advance(seconds=61)
    done = call()
    assert (done.status_code, done.json["total"]) == (201, {"amount": 3950, "currency": "usd"})
    is_same(done, call())
    assert (shop.counts()["checkout"], shop.counts()["stripe_session"], shop.level(tee)) == (1, 1, (10, 1))
    assert len(shop.account.v1.checkout.sessions.list().data) == 1


def test_an_answer_that_fails_after_its_effect_leaves_the_key_to_ask_for_it_again_at_once(shop, program, monkeypatch):
    tee, cart = shop.make_item(), program.cart_with()
    with monkeypatch.context() as patch:
        patch.setattr("store.cart.resources.bag", lambda *_: 1 / 0)
        assert_problem(program.post(f"{cart}/lines", {"variant": tee}, key=KEY), 500, "broken")
    assert program.post(f"{cart}/lines", {"variant": tee}, key=KEY).status_code == 201
    assert [quantity for _, _, quantity in bags(shop)] == [1]


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


def test_keys_are_forgotten_after_two_days_and_not_before(shop, program):
    first = program.post("/carts", key=KEY)
    assert "forget_replays" in [one.kind for one in SCHEDULE]
    shop.clock.advance(days=2, seconds=-30)
    shop.worker.drain()
    is_same(first, program.post("/carts", key=KEY))
    shop.clock.advance(seconds=31)
    replays.forget(shop.db, shop.clock())
    assert keys(shop) == []
    assert program.post("/carts", key=KEY).json["id"] != first.json["id"]
    shop.clock.advance(days=3, minutes=1)
    shop.worker.drain()
    assert keys(shop) == []
    assert shop.rows("SELECT state FROM job WHERE kind = 'forget_replays' AND state <> 'done'") == []


def test_what_is_kept_of_a_call_is_its_answer_and_no_key(shop, program):
    made = program.post("/carts", key="a-key-of-mine")
    ((digest, request, status, body, headers),) = shop.rows(
        "SELECT digest, request, status, body, headers FROM api_replay"
    )
    assert (status, json.loads(body), json.loads(headers)) == (201, made.json, {"Content-Type": JSON})
    assert (len(digest), len(request)) == (64, 64)
    assert "mine" not in f"{digest}{request}{body}{headers}"
    assert timedelta(days=2) == replays.KEPT
