"""Rule 34: Stripe down for hours, and a drop of which nobody has paid. Nothing is given back without Stripe's word."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.errors import PaymentUnavailable
from store.payments.gateway import Refused
from store.payments.reach import PacedWatch, Watch, take_turn
from store.payments.service import Payments
from tests.relay import CREATE, answers, never_arrives
from tests.shop import US, token

AWAY = "Stripe does not answer. Nothing is held or charged."
LIST = ("GET", "/v1/checkout/sessions")


@pytest.fixture
def between(open_shop, relay):
    """A shop that reaches Stripe through the relay."""
    shop = open_shop(stripe_api_base=relay.url)
    shop.tee = shop.make_item(units=60)
    return shop


def try_to_pay(shop, times):
    """So many people at the till, one after the other; what each was answered."""
    return [shop.visitor_with(shop.tee).post("/checkout", data=US | {"form_token": token()}) for _ in range(times)]


def fall_silent(shop, relay, trick=never_arrives):
    relay.tricks[CREATE] = trick
    assert [answer.status_code for answer in try_to_pay(shop, 5)] == [503] * 5


@pytest.mark.parametrize(
    "trick", [never_arrives, answers(500), answers(429, Retry_After="60")], ids=["cut", "500", "429"]
)
def test_after_five_silences_checkout_says_so_before_it_holds_anything(between, relay, trick):
    fall_silent(between, relay, trick)
    before, asked = between.counts(), len(relay.asked)
    (answer,) = try_to_pay(between, 1)
    assert answer.status_code == 503
    assert AWAY in answer.text
    assert 'value="ana@example.com"' in answer.text
    assert (between.counts(), between.level(between.tee), len(relay.asked)) == (before, (60, 5), asked)


def test_silences_with_answers_between_them_are_not_counted_together(between, relay):
    for _ in range(2):
        relay.tricks[CREATE] = never_arrives
        try_to_pay(between, 4)
        relay.tricks.clear()
        assert try_to_pay(between, 1)[0].status_code == 303


def test_one_caller_in_half_a_minute_tries_and_the_first_answer_lets_everybody_in(between, relay):
    fall_silent(between, relay)
    between.clock.advance(seconds=31)
    asked = len(relay.asked)
    assert [AWAY in answer.text for answer in try_to_pay(between, 3)] == [False, True, True]
    assert len(relay.asked) > asked
    relay.tricks.clear()
    between.clock.advance(seconds=31)
    assert [answer.status_code for answer in try_to_pay(between, 3)] == [303, 303, 303]
    assert between.rows("SELECT silent_since, try_at FROM stripe_reach") == [(None, None)]


def test_what_one_process_has_found_out_all_know(between, relay):
    Watch(between.db, between.clock)  # another process' own count begins at none
    elsewhere = Watch(between.db, between.clock)
    for _ in range(5):
        elsewhere.silent()
    asked = len(relay.asked)
    assert AWAY in try_to_pay(between, 1)[0].text
    assert len(relay.asked) == asked
    elsewhere.heard()
    assert try_to_pay(between, 1)[0].status_code == 303


def test_while_stripe_is_away_jobs_ask_nothing_and_give_nothing_back(between, relay):
    between.check_out(between.visitor_with(between.tee))
    fall_silent(between, relay)
    between.clock.advance(minutes=40)
    between.db.run(
        lambda session: session.connection().exec_driver_sql("UPDATE stripe_reach SET try_at = '2999-01-01'")
    )
    asked = len(relay.asked)
    between.worker.drain()
    assert (len(relay.asked), between.level(between.tee)) == (asked, (60, 6))
    assert between.attention() == []


def test_a_refusal_is_an_answer_and_no_reason_to_stop(between, relay):
    relay.tricks[CREATE] = answers(400, "invalid_request_error")
    for _ in range(6):
        assert "we have been told" in try_to_pay(between, 1)[0].text
    assert between.level(between.tee) == (60, 0)


def test_jobs_of_all_processes_stay_below_the_pace_together(shop):
    ready = [PacedWatch(shop.db, shop.clock, 20) for _ in range(3)]
    begin = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda watch: [watch.before() for _ in range(4)], ready))
    assert time.monotonic() - begin >= 11 * 0.05


def test_a_clock_that_was_wrong_keeps_nobody_waiting_for_long(shop):
    assert shop.db.run(lambda session: take_turn(session, 10_000_000, 200)) == 0
    assert shop.db.run(lambda session: take_turn(session, 10_000_000, 200)) == 200
    assert shop.db.run(lambda session: take_turn(session, 1_000, 200)) == 0


def test_people_never_wait_for_jobs(shop):
    shop.db.run(lambda session: take_turn(session, time.time_ns() // 1_000_000, 60_000))
    begin = time.monotonic()
    shop.check_out(shop.visitor_with(shop.make_item()))
    assert time.monotonic() - begin < 5


def sweep(shop):
    """The sweeper alone: what other jobs ask is not counted here."""
    shop.worker.handlers["sweep"](None)


def abandon(shop, variant_id, count):
    """So many checkouts that nobody pays, all of them seen by Stripe."""
    for _ in range(count):
        shop.check_out(shop.visitor_with(variant_id))


def test_a_drop_that_nobody_has_paid_is_cleared_from_stripes_lists_and_not_one_by_one(between, relay):
    abandon(between, between.tee, 12)
    paid = between.check_out(between.visitor_with(between.tee))
    between.pay(paid)
    between.clock.advance(minutes=40)  # longer than Stripe keeps a page open, and every webhook was lost
    relay.asked.clear()
    sweep(between)
    assert relay.asked == [LIST]
    assert between.level(between.tee) == (60, 1)
    assert between.counts()["order"] == 1


def test_what_a_list_does_not_tell_is_asked_for_by_itself(between, relay):
    abandon(between, between.tee, 10)
    between.clock.advance(minutes=40)
    relay.tricks[LIST] = answers(500)
    sweep(between)
    assert between.level(between.tee) == (60, 0)


def test_what_keeps_others_from_the_last_units_is_asked_about_first(between, relay):
    last = between.make_item("Last one", units=1)
    abandon(between, between.tee, 3)
    contended = between.check_out(between.visitor_with(last))
    between.clock.advance(minutes=31)
    relay.asked.clear()
    sweep(between)
    assert relay.asked[0] == ("POST", f"/v1/checkout/sessions/{contended}/expire")
    assert (len(relay.asked), between.level(last), between.level(between.tee)) == (4, (1, 0), (60, 0))


def test_those_that_cannot_be_read_do_not_keep_the_others_waiting(between, relay):
    lost = [between.check_out(between.visitor_with(between.tee)) for _ in range(2)]
    for session in lost:
        relay.tricks["POST", f"/v1/checkout/sessions/{session}/expire"] = answers(404, "invalid_request_error")
    between.clock.advance(minutes=31)
    sweep(between)
    other = between.check_out(between.visitor_with(between.tee))
    between.clock.advance(minutes=31)
    relay.asked.clear()
    sweep(between)
    between.clock.advance(minutes=2)
    newest = between.check_out(between.visitor_with(between.tee))
    between.write("UPDATE checkout SET hold_ends_at = created_at")
    relay.asked.clear()
    sweep(between)
    assert relay.asked[0] == ("POST", f"/v1/checkout/sessions/{newest}/expire")
    assert between.account.v1.checkout.sessions.retrieve(other).status == "expired"


def test_a_bank_that_takes_days_is_asked_once_an_hour(between, relay):
    between.pay(between.check_out(between.visitor_with(between.tee)), iban="AT611904300234573201")
    between.deliver()
    between.clock.advance(minutes=31)
    relay.asked.clear()
    for _ in range(5):
        sweep(between)
        between.clock.advance(minutes=5)
    assert len(relay.asked) == 1
    between.clock.advance(minutes=40)
    sweep(between)
    assert len(relay.asked) == 2


def test_no_watch_spoils_an_answer_when_the_database_is_away(shop):
    gateway = shop.payments.gateway
    shop.write("ALTER TABLE stripe_reach RENAME TO elsewhere")
    with pytest.raises(Refused):
        gateway.fetch_session("cs_nobody", shop.clock())
    shop.write("ALTER TABLE elsewhere RENAME TO stripe_reach")


def test_a_job_that_may_not_ask_is_told_at_once(shop):
    watch = PacedWatch(shop.db, shop.clock, 1000)
    for _ in range(5):
        watch.silent()
    with pytest.raises(PaymentUnavailable):
        watch.before()


def test_one_checkout_that_cannot_be_settled_keeps_no_other_one_held(between, monkeypatch):
    abandon(between, between.tee, 3)
    poison, settle = between.value("SELECT MIN(id) FROM stripe_session"), Payments.close_attempt

    def close(payments, attempt, *how):
        if attempt.id == poison:
            raise RuntimeError("a fault of ours")
        return settle(payments, attempt, *how)

    monkeypatch.setattr(Payments, "close_attempt", close)
    between.clock.advance(minutes=31)
    between.worker.drain()
    assert between.level(between.tee) == (60, 1)
    assert between.rows("SELECT last_error FROM job WHERE kind = 'sweep' AND last_error IS NOT NULL") == [
        ("RuntimeError: a fault of ours",)
    ]
    monkeypatch.undo()
    between.clock.advance(minutes=1)
    between.worker.drain()
    assert between.level(between.tee) == (60, 0)
