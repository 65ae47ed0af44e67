"""The sweeper: nothing is given back because a clock says so, only because Stripe does (rules 9, 18 and 34)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store.orders.models import Checkout
from store.payments.models import StripeSession
from store.payments.repository import list_due, note_asked
from tests.integration.stories import DEBIT_THAT_WORKS, altered, told
from tests.relay import CREATE, answers, lost, never_arrives
from tests.shop import US


@pytest.fixture
def between(open_shop, relay):
    """A shop that reaches Stripe through the relay."""
    shop = open_shop(stripe_api_base=relay.url)
    shop.tee = shop.make_item()
    shop.client = shop.visitor_with(shop.tee)
    return shop


def sweep(shop, **after):
    shop.clock.advance(**after)
    shop.worker.drain()


def asked_of_sessions(relay):
    """How often somebody asked about sessions: other jobs ask Stripe other things."""
    return sum("/checkout/sessions" in path for _, path in relay.asked)


def at_stripe(shop):
    return [session.status for session in shop.account.v1.checkout.sessions.list({"limit": 100}).data]


def stands(shop):
    """(checkout, attempt, dead, reserved)."""
    ((checkout, attempt, dead),) = shop.rows(
        "SELECT checkout.state, attempt.state, attempt.dead FROM checkout"
        " JOIN stripe_session attempt ON attempt.checkout_id = checkout.id"
    )
    return checkout, attempt, bool(dead), shop.level(shop.tee)[1]


# -- a hold that has ended --


def test_before_a_hold_has_ended_nobody_asks(between, relay):
    between.check_out(between.client)
    asked = asked_of_sessions(relay)
    sweep(between, minutes=29)
    assert (stands(between), asked_of_sessions(relay), at_stripe(between)) == (
        ("open", "open", False, 1),
        asked,
        ["open"],
    )


def test_after_it_stripe_is_asked_to_end_the_session_and_then_the_things_go_back(between):
    between.check_out(between.client)
    sweep(between, minutes=30, seconds=5)
    assert (stands(between), at_stripe(between)) == (("expired", "expired", True, 0), ["expired"])
    assert (between.attention(), between.mails()) == ([], [])
    assert between.rows("SELECT quantity FROM cart_line") == [(1,)]


@pytest.mark.parametrize(
    "trick", [answers(500), answers(429, Retry_After="60"), never_arrives], ids=["500", "429", "cut"]
)
def test_while_stripe_does_not_answer_nothing_is_given_back_however_long_it_takes(between, relay, trick):
    session = between.check_out(between.client)
    relay.tricks["POST", f"/v1/checkout/sessions/{session}/expire"] = trick
    sweep(between, minutes=31)
    assert (stands(between), between.attention()) == (("open", "open", False, 1), [])
    relay.tricks["GET", f"/v1/checkout/sessions/{session}"] = trick
    sweep(between, days=3)
    assert (stands(between), between.attention()) == (("open", "open", False, 1), [])
    relay.tricks.clear()
    sweep(between, minutes=1)
    assert stands(between) == ("expired", "expired", True, 0)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_to_tell_never_releases_but_calls_staff(between, relay, status):
    session = between.check_out(between.client)
    relay.tricks["POST", f"/v1/checkout/sessions/{session}/expire"] = answers(status, "invalid_request_error")
    sweep(between, minutes=31)
    assert (stands(between), between.attention()) == (("open", "open", False, 1), ["session_unreadable"])
    sweep(between, minutes=1)
    assert between.attention() == ["session_unreadable"]


def test_what_was_paid_while_the_webhook_was_lost_is_found_and_becomes_the_order(between):
    between.pay(between.check_out(between.client))
    sweep(between, minutes=31)
    assert stands(between) == ("paid", "complete", False, 1)
    assert (between.counts()["order"], len(between.mails())) == (1, 1)


def test_a_declined_card_leaves_the_page_open_until_its_hold_has_ended(between):
    session = between.check_out(between.client)
    between.pay(session, card="4000000000000002")
    assert {status for status, _ in between.deliver()} == {200}
    sweep(between, minutes=20)
    assert (stands(between), at_stripe(between)) == (("open", "open", False, 1), ["open"])
    between.pay(session)
    between.deliver()
    assert stands(between) == ("paid", "complete", False, 1)


def test_a_bank_that_waits_for_its_customer_does_not_keep_a_page_open_for_ever(between):
    between.pay(between.check_out(between.client), card="4000002500003155")
    sweep(between, minutes=31)
    assert (stands(between), at_stripe(between)) == (("expired", "expired", True, 0), ["expired"])


def test_a_payment_on_its_way_is_waited_for_although_its_hold_has_ended(between):
    between.pay(between.check_out(between.client), iban=DEBIT_THAT_WORKS)
    between.deliver()
    sweep(between, hours=30)
    assert stands(between) == ("awaiting_payment", "complete", False, 1)
    sweep(between, days=4)  # the webhook of the bank's answer is lost
    assert stands(between) == ("paid", "complete", False, 1)


# -- rule 9: the answer to create was lost --


@pytest.fixture
def nameless(between, relay, request):
    """A checkout whose create was executed, or not, without our knowing."""
    relay.tricks[CREATE] = {"executed": lost, "unexecuted": never_arrives}[request.param]
    assert between.client.post("/checkout", data=US).status_code == 503
    relay.tricks.clear()
    assert stands(between) == ("open", "creating", False, 1)
    return between


executed = pytest.mark.parametrize("nameless", ["executed"], indirect=True)
unexecuted = pytest.mark.parametrize("nameless", ["unexecuted"], indirect=True)
either = pytest.mark.parametrize("nameless", ["executed", "unexecuted"], indirect=True)


@either
def test_a_nameless_attempt_is_left_alone_while_a_replay_could_still_create_it(nameless, relay):
    asked = asked_of_sessions(relay)
    sweep(nameless, minutes=3)
    sweep(nameless, minutes=1, seconds=30)
    assert (stands(nameless), asked_of_sessions(relay)) == (("open", "creating", False, 1), asked)


@executed
def test_an_executed_key_answers_with_its_session_which_is_then_ended(nameless):
    sweep(nameless, minutes=6)
    assert (stands(nameless), at_stripe(nameless)) == (("expired", "expired", True, 0), ["expired"])


@unexecuted
def test_an_unexecuted_key_is_refused_and_was_never_created(nameless):
    sweep(nameless, minutes=6)
    assert (stands(nameless), at_stripe(nameless)) == (("cancelled", "never_created", True, 0), [])
    assert nameless.attention() == []


@executed
def test_a_session_that_nobody_here_knew_but_somebody_paid_becomes_the_order(nameless):
    nameless.pay(nameless.account.v1.checkout.sessions.list().data[0].id)
    sweep(nameless, minutes=6)
    assert stands(nameless) == ("paid", "complete", False, 1)


@either
@pytest.mark.parametrize("status", [401, 409])
def test_a_replay_that_does_not_say_never_created_keeps_the_things_held(nameless, relay, status):
    relay.tricks[CREATE] = answers(status, "invalid_request_error")
    sweep(nameless, minutes=6)
    assert stands(nameless) == ("open", "creating", False, 1)
    relay.tricks.clear()
    sweep(nameless, minutes=1)
    assert stands(nameless)[3] == 0


@executed
def test_after_twenty_hours_the_session_is_found_by_its_stamp(nameless, relay):
    relay.asked.clear()
    sweep(nameless, hours=25)
    assert (stands(nameless), at_stripe(nameless)) == (("expired", "expired", True, 0), ["expired"])
    assert CREATE not in relay.asked  # the key may have been pruned: a replay could create a second one


@unexecuted
def test_after_twenty_hours_a_session_that_is_nowhere_was_never_created(nameless, relay):
    relay.asked.clear()
    sweep(nameless, hours=25)
    assert (stands(nameless), at_stripe(nameless)) == (("cancelled", "never_created", True, 0), [])
    assert CREATE not in relay.asked


@executed
def test_a_payment_found_after_twenty_hours_becomes_the_order(nameless):
    nameless.pay(nameless.account.v1.checkout.sessions.list().data[0].id)
    sweep(nameless, hours=25)
    assert stands(nameless) == ("paid", "complete", False, 1)


# -- which are due --

A_MOMENT = timedelta(microseconds=1)


def is_due(shop, moment):
    with shop.db.reader() as reader:
        return [attempt.stripe_id for attempt in list_due(reader, moment, 10)]


def hold_ends_at(shop):
    with shop.db.reader() as reader:
        return reader.scalars(select(Checkout.hold_ends_at)).one()


def is_asked_again_after(shop, session, first, pause):
    """Due at `first`, and once it has been asked about then, not before `pause` is over."""
    assert is_due(shop, first) == [session]
    attempt = shop.value("SELECT id FROM stripe_session WHERE stripe_id = :id", id=session)
    shop.db.run(lambda writing: note_asked(writing, [attempt], first))
    assert (is_due(shop, first + pause - A_MOMENT), is_due(shop, first + pause)) == ([], [session])


def test_an_open_session_is_due_from_the_moment_its_hold_ends(shop):
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    end = hold_ends_at(shop)
    assert (is_due(shop, end - A_MOMENT), is_due(shop, end)) == ([], [session])


def test_one_that_waits_for_its_bank_is_due_once_an_hour(shop):
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    shop.pay(session, iban=DEBIT_THAT_WORKS)
    shop.deliver()
    end = hold_ends_at(shop)
    assert is_due(shop, end - A_MOMENT) == []
    is_asked_again_after(shop, session, end, timedelta(hours=1))


def test_one_that_goes_on_after_its_checkout_has_ended_is_due_once_an_hour_until_it_is_dead(shop):
    session = shop.check_out(shop.visitor_with(shop.make_item()))
    sweep(shop, minutes=31)
    assert is_due(shop, shop.clock()) == []
    expired = told(shop, "checkout.session.expired")
    goes_on = {"id": "cs_test_goes_on", "recovered_from": session}
    assert shop.post_event(altered(expired, status="open", **goes_on)) == (200, "applied")
    is_asked_again_after(shop, "cs_test_goes_on", shop.clock(), timedelta(hours=1))
    assert shop.post_event(altered(expired, **goes_on)) == (200, "applied")
    assert is_due(shop, shop.clock() + timedelta(days=1)) == []


def test_one_whose_answer_was_lost_is_due_two_minutes_after_it_was_asked_for(between, relay):
    relay.tricks[CREATE] = lost
    assert between.client.post("/checkout", data=US).status_code == 503
    with between.db.reader() as reader:
        asked_at = reader.scalars(select(StripeSession.created_at)).one()
    due = asked_at + timedelta(minutes=2)
    assert (is_due(between, due - A_MOMENT), is_due(between, due)) == ([], [None])


def test_first_comes_what_keeps_others_from_the_last_unit_then_what_ended_first(shop):
    plenty, few = shop.make_item("Tee", units=9), shop.make_item("Cap", units=2)
    first, then = (shop.check_out(shop.visitor_with(thing)) for thing in (plenty, few))
    late = shop.clock() + timedelta(hours=1)
    assert is_due(shop, late) == [first, then]
    shop.buy(few)
    assert is_due(shop, late) == [then, first]
    attempt = shop.value("SELECT id FROM stripe_session WHERE stripe_id = :id", id=then)
    shop.db.run(lambda session: note_asked(session, [attempt], late))
    ten = timedelta(minutes=10)
    assert (is_due(shop, late + ten - A_MOMENT), is_due(shop, late + ten)) == ([first, then], [then, first])
