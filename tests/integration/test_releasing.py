"""Staff release a checkout of which Stripe will not tell; of one that it tells about they need not (rule 34)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.audit.repository import raise_attention
from store.errors import Conflict, Forbidden, NotFound
from store.payments.releasing import release
from tests.integration.quarantined import COMPLETED, OMAR, ORLA, RITA, everything, money, quarantine
from tests.integration.stories import DEBIT_THAT_WORKS, altered, told
from tests.relay import CREATE, answers, lost, never_arrives
from tests.shop import US, token

WHY = "The key was replaced, and Stripe knows this session no more."


@pytest.fixture
def shop(open_shop, relay):
    shop = open_shop(stripe_api_base=relay.url)
    shop.relay = relay
    shop.tee = shop.make_item(units=20)
    return shop


def mute(shop, session, trick=None):
    """Stripe will not tell about a session."""
    path = f"/v1/checkout/sessions/{session}"
    for call in (("GET", path), ("POST", f"{path}/expire")):
        shop.relay.tricks[call] = trick or answers(404, "invalid_request_error")


def held(shop):
    """A checkout whose hold has ended and of which Stripe will not tell; its session."""
    session = shop.check_out(shop.visitor_with(shop.tee))
    mute(shop, session)
    shop.clock.advance(minutes=31)
    return session


def checkout(shop):
    return shop.value("SELECT id FROM checkout ORDER BY created_at DESC LIMIT 1")


def let_go(shop, checkout_id=None, actor=ORLA, reason=WHY, form=None):
    release(shop.payments, actor, checkout_id or checkout(shop), reason, form or token(), shop.clock())


def refused(shop, sentence, error=Conflict, **how):
    before = everything(shop)
    with pytest.raises(error, match=sentence):
        let_go(shop, **how)
    assert everything(shop) == before


def test_what_stripe_will_not_tell_about_is_released_by_a_person_only(shop):
    held(shop)
    shop.worker.drain()
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee)) == ("open", (20, 1))
    assert shop.attention() == ["session_unreadable"]

    let_go(shop)
    assert shop.rows("SELECT state, released_by FROM checkout") == [("cancelled", "member:5")]
    assert (shop.level(shop.tee), shop.attention()) == ((20, 0), [])
    assert shop.rows("SELECT actor, action, subject FROM audit_entry") == [
        ("member:5", "checkout.release", f"checkout:{checkout(shop)}")
    ]
    shop.worker.drain()
    assert (shop.breaches(), shop.attention()) == ([], [])


def test_once_stripe_tells_after_all_the_matter_settles_itself(shop):
    held(shop)
    shop.worker.drain()
    assert shop.attention() == ["session_unreadable"]
    shop.relay.tricks.clear()
    shop.clock.advance(minutes=1)
    shop.worker.drain()
    assert (shop.state_of(checkout(shop)), shop.attention()) == ("expired", [])
    assert shop.rows("SELECT closed_by FROM attention") == [(None,)]


def test_a_payment_that_was_on_its_way_for_too_long_settles_its_matter_when_it_comes(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.tee)), iban=DEBIT_THAT_WORKS)
    shop.deliver(COMPLETED)
    now, subject = shop.clock(), f"checkout:{checkout(shop)}"
    shop.db.run(lambda session: raise_attention(session, "payment_overdue", subject, "Late.", now))
    shop.clock.advance(days=4)
    shop.deliver()
    assert (shop.state_of(checkout(shop)), shop.attention()) == ("paid", [])


def test_it_is_released_while_stripe_cannot_be_reached_at_all(shop):
    session = shop.check_out(shop.visitor_with(shop.tee))
    mute(shop, session, never_arrives)
    shop.clock.advance(minutes=31)
    let_go(shop)
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee)) == ("cancelled", (20, 0))


def test_a_session_whose_name_was_lost_is_not_asked_for_once_its_key_may_be_forgotten(shop):
    """Asked for again under a key that Stripe has forgotten, it would be a second one that can be paid."""
    shop.relay.tricks[CREATE] = lost
    assert shop.visitor_with(shop.tee).post("/checkout", data=US).status_code == 503
    shop.relay.tricks.clear()
    shop.clock.advance(hours=20)
    asked = shop.relay.asked.count(CREATE)
    let_go(shop)
    assert shop.relay.asked.count(CREATE) == asked
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee)) == ("cancelled", (20, 0))


def test_a_payment_that_comes_after_it_is_unapplied_and_shown(shop):
    session = held(shop)
    let_go(shop)
    shop.clock.advance(minutes=-31)
    shop.relay.tricks.clear()
    shop.pay(session)
    assert (200, "attention") in shop.deliver(COMPLETED)
    assert money(shop) == [(3950, "usd", "cancelled", False, None)]
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee)) == ("cancelled", (20, 0))
    assert shop.attention() == ["unapplied_cancelled"]
    assert shop.breaches() == []


def test_the_same_form_twice_releases_once(shop):
    held(shop)
    form = token()
    let_go(shop, form=form)
    let_go(shop, form=form)
    assert (shop.level(shop.tee), shop.value("SELECT COUNT(*) FROM audit_entry")) == ((20, 0), 1)


def test_two_of_the_staff_at_once_release_once(shop):
    held(shop)
    start = threading.Barrier(2)

    def decide(actor):
        start.wait()
        try:
            return let_go(shop, actor=actor)
        except Conflict as refusal:
            return str(refusal)

    with ThreadPoolExecutor(2) as threads:
        outcomes = set(threads.map(decide, (ORLA, OMAR)))
    assert outcomes == {None, "Somebody has released this checkout already. Nothing of it is held any more."}
    assert (shop.level(shop.tee), shop.value("SELECT COUNT(*) FROM audit_entry")) == ((20, 0), 1)


# -- refused, in words --


def test_while_its_buyer_still_has_time_nothing_is_released_and_stripe_is_not_asked(shop):
    mute(shop, shop.check_out(shop.visitor_with(shop.tee)))
    asked = len(shop.relay.asked)
    refused(shop, "still has time to pay")
    assert len(shop.relay.asked) == asked


def test_when_stripe_tells_that_it_is_dead_that_is_settled_and_nothing_is_left_to_release(shop):
    shop.check_out(shop.visitor_with(shop.tee))
    shop.clock.advance(minutes=31)
    with pytest.raises(Conflict, match="Stripe has told how it ended: it is expired"):
        let_go(shop)
    assert shop.rows("SELECT state, released_by FROM checkout") == [("expired", None)]
    assert shop.level(shop.tee) == (20, 0)


def test_when_stripe_tells_that_it_was_paid_there_is_an_order(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.tee)))
    shop.clock.advance(minutes=31)
    with pytest.raises(Conflict, match="Stripe has told how it ended: it is paid"):
        let_go(shop)
    assert (shop.counts()["order"], shop.level(shop.tee)) == (1, (20, 1))


def test_a_payment_on_its_way_keeps_its_things(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.tee)), iban=DEBIT_THAT_WORKS)
    shop.deliver(COMPLETED)
    shop.clock.advance(minutes=31)
    refused(shop, "on its way")
    assert shop.state_of(checkout(shop)) == "awaiting_payment"


def test_a_payment_on_its_way_of_which_stripe_will_not_tell_may_be_released(shop):
    session = shop.check_out(shop.visitor_with(shop.tee))
    shop.pay(session, iban=DEBIT_THAT_WORKS)
    shop.deliver(COMPLETED)
    shop.clock.advance(minutes=31)
    mute(shop, session)
    let_go(shop)
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee)) == ("cancelled", (20, 0))


def test_a_quarantined_checkout_with_money_is_accepted_or_refunded_and_never_released(shop):
    quarantine(shop, shop.tee)
    shop.clock.advance(minutes=31)
    refused(shop, "Money has come for it. Accept the payment, or refund it.")


def test_a_quarantined_checkout_for_which_nothing_came_is_released(shop):
    shop.pay(shop.check_out(shop.visitor_with(shop.tee)))
    free = altered(told(shop, COMPLETED), payment_status="no_payment_required", payment_intent=None)
    shop.post_event(free)
    assert (shop.state_of(checkout(shop)), shop.attention()) == ("quarantined", ["session_mismatch"])
    let_go(shop)
    assert (shop.state_of(checkout(shop)), shop.level(shop.tee), shop.attention()) == ("cancelled", (20, 0), [])


def test_a_checkout_nobody_knows_is_not_there(shop):
    refused(shop, "We know no such checkout", error=NotFound, checkout_id="none")


def test_who_may_refund_and_no_more_may_not_release(shop):
    held(shop)
    refused(shop, "Your role does not allow this", error=Forbidden, actor=RITA)


def test_a_form_of_another_checkout_is_refused(shop):
    held(shop)
    form = token()
    let_go(shop, form=form)
    held(shop)
    refused(shop, "sent for another checkout", form=form)
