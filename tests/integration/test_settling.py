"""Money that comes twice, too late, or not as agreed: never lost, never fulfilled by mistake (rules 18, 20 and 22)."""

import pytest

from tests.integration.stories import again, altered, told
from tests.relay import CREATE, lost
from tests.shop import US, token

COMPLETED = "checkout.session.completed"


@pytest.fixture
def tee(shop):
    return shop.make_item(units=3)


def payments(shop):
    """(stage, amount, currency, why unapplied, whether an order has it)."""
    return shop.rows("SELECT stage, amount, currency, unapplied_reason, order_id IS NOT NULL FROM payment ORDER BY id")


def booked(shop, kind):
    return shop.rows(
        "SELECT account, amount FROM posting JOIN journal_entry entry ON entry.id = posting.entry_id"
        " WHERE entry.kind = :kind ORDER BY posting.id",
        kind=kind,
    )


def test_what_is_paid_is_booked_gross_against_what_it_consists_of(shop, tee):
    shop.buy(tee, quantity=2)
    assert payments(shop) == [("paid", 7450, "usd", None, True)]
    assert booked(shop, "sale") == [("stripe_clearing", 7450), ("sales", -6800), ("shipping", -650)]
    assert booked(shop, "unapplied") == []


def test_an_order_is_what_was_agreed_whatever_has_become_of_the_product(shop, tee):
    session = shop.check_out(shop.visitor_with(tee))
    shop.set_price(tee, 9900)
    shop.write("UPDATE product SET title = 'Renamed', status = 'archived'")
    shop.pay(session)
    shop.deliver()
    assert shop.rows("SELECT title, unit_price, net FROM order_line") == [("Tee", 3400, 3400)]
    assert shop.rows('SELECT total FROM "order"') == [(3950,)]


def test_what_is_kept_for_staff_is_booked_on_the_day_it_was_paid_not_on_the_day_we_heard_of_it(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    story = altered(told(shop, COMPLETED), amount_total=395)
    shop.clock.advance(minutes=20)
    assert shop.post_event(story) == (200, "attention")
    assert shop.value("SELECT booked_at FROM journal_entry") == shop.value("SELECT paid_at FROM payment")
    assert shop.value("SELECT booked_at FROM journal_entry") < shop.value("SELECT created_at FROM journal_entry")


@pytest.mark.parametrize("differs", [{}, {"amount_total": 395}])
def test_a_session_that_is_still_open_keeps_checkout_and_bag_as_they_are(shop, tee, differs):
    shop.check_out(shop.visitor_with(tee))
    shop.pay(shop.value("SELECT stripe_id FROM stripe_session"))
    unpaid = {"status": "open", "payment_status": "unpaid", "payment_intent": None}
    before = shop.counts()
    answer = shop.post_event(altered(told(shop, COMPLETED), **unpaid, **differs))
    assert answer == (200, "attention" if differs else "applied")
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("open", (3, 1))
    assert shop.rows("SELECT variant_id, quantity FROM cart_line") == [(tee, 1)]
    assert shop.attention() == (["session_mismatch"] if differs else [])
    assert shop.counts() == before  # nobody is written to


def test_what_is_put_into_the_bag_after_paying_stays_there_when_stripe_tells_of_it_again(shop, tee):
    client = shop.buy(tee)
    client.post("/cart/lines", data={"variant": tee, "quantity": 2})
    assert shop.post_event(again(told(shop, COMPLETED))) == (200, "applied")
    assert shop.rows("SELECT variant_id, quantity FROM cart_line") == [(tee, 2)]


# -- paid after the end --


def run_out(shop, session, *, released=True):
    """The shop lets the checkout go, as it may once Stripe has said that the session is dead."""
    expired = altered(told(shop, "checkout.session.completed"), status="expired", payment_status="unpaid")
    assert shop.post_event(expired | {"type": "checkout.session.expired"})[0] == 200
    assert shop.value("SELECT state FROM checkout") == "expired"


def test_paid_after_its_end_what_is_still_there_is_held_again_and_sold(shop, tee):
    session = shop.check_out(shop.visitor_with(tee))
    shop.pay(session)
    run_out(shop, session)
    assert shop.level(tee) == (3, 0)
    shop.deliver(COMPLETED)
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("paid", (3, 1))
    assert payments(shop) == [("paid", 3950, "usd", None, True)]
    assert shop.attention() == ["session_contradiction"]


def test_paid_after_its_end_and_only_partly_there_nothing_is_taken_and_the_money_is_kept(shop, tee):
    last = shop.make_item("Slipmat", price=1800, units=1)
    session = shop.check_out(shop.visitor_with(tee, last))
    shop.pay(session)
    run_out(shop, session)
    shop.check_out(shop.visitor_with(last), email="ben@example.com")
    shop.deliver(COMPLETED)
    assert (shop.level(tee), shop.level(last)) == ((3, 0), (1, 1))
    assert payments(shop) == [("paid", 5850, "usd", "stock_gone", False)]
    assert shop.counts()["order"] == 0
    assert shop.attention() == ["session_contradiction", "unapplied_stock_gone"]
    assert booked(shop, "unapplied") == [("stripe_clearing", 5850), ("customer_liability", -5850)]


def test_paid_after_it_was_cancelled_is_kept_for_staff_and_not_sent(shop, tee):
    client = shop.visitor_with(tee)
    session = shop.check_out(client)
    client.post("/checkout/cancel")
    late = altered(
        told(shop, "checkout.session.expired"), status="complete", payment_status="paid", payment_intent="pi_late"
    )
    assert shop.post_event(late | {"type": COMPLETED}) == (200, "attention")
    assert shop.value("SELECT stripe_id FROM stripe_session") == session
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("cancelled", (3, 0))
    assert payments(shop) == [("paid", 3950, "usd", "cancelled", False)]
    assert shop.attention() == ["session_contradiction", "unapplied_cancelled"]


# -- twice --


def test_a_second_payment_for_one_checkout_is_kept_and_shown_and_sends_nothing_twice(shop, tee):
    shop.buy(tee)
    second = altered(told(shop, COMPLETED), payment_intent="pi_second")
    assert shop.post_event(second) == (200, "attention")
    assert shop.post_event(again(second)) == (200, "applied")
    assert payments(shop) == [("paid", 3950, "usd", None, True), ("paid", 3950, "usd", "duplicate", False)]
    assert (shop.counts()["order"], shop.level(tee), shop.attention()) == (1, (3, 1), ["unapplied_duplicate"])
    assert booked(shop, "unapplied") == [("stripe_clearing", 3950), ("customer_liability", -3950)]
    shop.worker.drain()
    assert len(shop.mails()) == 1


# -- not as agreed --

DIFFERENT = {
    "amount": {"amount_total": 395},
    "currency": {"currency": "eur"},
    "mode": {"livemode": True},
    "checkout": {"metadata": {"checkout": "another-checkout"}},
    "attempt": {"metadata": {"attempt": "another-attempt"}},
    "no payment required": {"payment_status": "no_payment_required", "payment_intent": None},
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_does_not_match_is_kept_held_and_shown_and_never_fulfilled(shop, tee, what):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    forged = altered(told(shop, COMPLETED), **DIFFERENT[what])
    assert shop.post_event(forged) == (200, "attention")
    for _ in range(2):
        assert shop.post_event(again(forged))[0] == 200
    shop.worker.drain()

    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("quarantined", (3, 1))
    assert (shop.counts()["order"], shop.mails()) == (0, [])
    if what == "no payment required":
        assert (payments(shop), shop.attention()) == ([], ["session_mismatch"])
    else:
        amount, currency = {"amount": (395, "usd"), "currency": (3950, "eur")}.get(what, (3950, "usd"))
        assert payments(shop) == [("paid", amount, currency, "mismatch", False)]
        assert shop.attention() == ["unapplied_mismatch"]
    (outcome,) = {row[0] for row in shop.rows("SELECT outcome FROM webhook_event WHERE failures = 0")} - {"applied"}
    assert outcome == "attention"


def test_staff_read_by_how_much_it_differs_as_money(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    shop.post_event(altered(told(shop, COMPLETED), amount_total=395))
    (sentence,) = shop.rows("SELECT sentence FROM attention WHERE kind = 'unapplied_mismatch'")[0]
    assert "differs from our checkout in the amount ($3.95 instead of $39.50)." in sentence


def test_what_is_quarantined_stays_so_when_the_right_story_is_told_as_well(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    shop.post_event(altered(told(shop, COMPLETED), amount_total=395))
    shop.deliver()
    shop.clock.advance(hours=2)
    shop.worker.drain()
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee), shop.counts()["order"]) == (
        "quarantined", (3, 1), 0,
    )  # fmt: skip
    assert [row[3] for row in payments(shop)] == ["mismatch"]


def test_what_was_quarantined_without_money_waits_for_staff_also_when_the_agreed_sum_comes(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    shop.post_event(altered(told(shop, COMPLETED), payment_status="no_payment_required", payment_intent=None))
    assert (shop.value("SELECT state FROM checkout"), payments(shop)) == ("quarantined", [])
    assert shop.post_event(again(told(shop, COMPLETED))) == (200, "attention")
    assert payments(shop) == [("paid", 3950, "usd", "mismatch", False)]
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee), shop.counts()["order"]) == (
        "quarantined", (3, 1), 0,
    )  # fmt: skip
    assert shop.attention() == ["session_mismatch", "unapplied_mismatch"]


def test_a_sum_that_is_none_of_ours_is_kept_for_staff_and_not_booked(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    assert shop.post_event(altered(told(shop, COMPLETED), amount_total=None)) == (200, "attention")
    assert payments(shop) == [("paid", None, "usd", "mismatch", False)]
    assert (booked(shop, "unapplied"), shop.attention()) == ([], ["unapplied_mismatch"])


def test_another_session_under_our_attempts_name_is_no_session_of_ours(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    twin = altered(told(shop, COMPLETED), id="cs_test_twin", payment_intent="pi_twin")
    assert shop.post_event(twin) == (200, "attention")
    assert payments(shop) == [("paid", 3950, "usd", "mismatch", False)]
    assert (shop.counts()["order"], shop.level(tee)) == (0, (3, 1))


def test_our_mark_on_a_session_of_no_checkout_keeps_the_money_and_calls_staff(shop, tee):
    shop.pay(shop.check_out(shop.visitor_with(tee)))
    lost = {"id": "cs_test_before_the_restore", "payment_intent": "pi_before_the_restore"}
    unknown = altered(told(shop, COMPLETED), metadata={"checkout": "gone", "attempt": "gone"}, **lost)
    assert shop.post_event(unknown) == (200, "attention")
    assert shop.post_event(again(unknown))[0] == 200
    assert payments(shop) == [("paid", 3950, "usd", "unknown", False)]
    assert (shop.attention(), shop.value("SELECT state FROM checkout")) == (["unapplied_unknown"], "open")
    shop.deliver()
    assert shop.counts()["order"] == 1


def test_a_payment_that_has_its_order_keeps_it_whatever_else_claims_it(shop, tee):
    shop.buy(tee)
    claims = altered(told(shop, COMPLETED), id="cs_test_claims", metadata={"checkout": "gone", "attempt": "gone"})
    assert shop.post_event(claims)[0] == 200
    assert payments(shop) == [("paid", 3950, "usd", None, True)]


# -- rule 18: what a decline is --


def test_a_decline_on_an_open_page_ends_nothing(shop, tee):
    session = shop.check_out(shop.visitor_with(tee))
    shop.pay(session, card="4000000000000002")
    assert {answer for _, answer in shop.deliver("payment_intent.payment_failed")} == {"applied"}
    assert (shop.value("SELECT state FROM checkout"), shop.level(tee)) == ("open", (3, 1))
    shop.pay(session)
    shop.deliver()
    assert payments(shop) == [("paid", 3950, "usd", None, True)]
    shop.post_event(again(told(shop, "payment_intent.payment_failed")))  # the decline is told once more, late
    assert payments(shop) == [("paid", 3950, "usd", None, True)]


def test_while_several_sessions_have_no_id_here_each_is_told_from_the_others(open_shop, relay):
    """The answers with their ids were lost, and what Stripe then tells is known by its stamp alone (rule 10)."""
    shop = open_shop(stripe_api_base=relay.url)
    things = [shop.make_item(name, units=1) for name in ("Tee", "Slipmat", "Cap")]
    relay.tricks[CREATE] = lost
    for thing in things:
        assert shop.visitor_with(thing).post("/checkout", data=US | {"form_token": token()}).status_code == 503
    relay.tricks.clear()
    assert shop.value("SELECT COUNT(*) FROM stripe_session WHERE stripe_id IS NULL") == 3
    for session in shop.account.v1.checkout.sessions.list().data:  # the newest first
        shop.pay(session.id)
        told_now = told(shop, COMPLETED)
        assert told_now["data"]["object"]["id"] == session.id
        assert shop.post_event(told_now)[0] == 200
    assert payments(shop) == [("paid", 3950, "usd", None, True)] * 3
    assert [shop.level(thing) for thing in things] == [(1, 1)] * 3
    assert shop.attention() == []
