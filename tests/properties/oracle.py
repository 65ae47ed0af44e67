"""Stripe's word against ours: what must be true after every step, and what must be true when all has come to rest."""

from __future__ import annotations

from collections import Counter

from tests.properties.deeds import balance, tell, work
from tests.properties.world import World

LEAPS = ({"minutes": 45}, {"days": 1, "hours": 1}, {"days": 5}, {"days": 16})
"""Past the end of holds, of sessions at Stripe, of bank debits, and of what is overdue."""


BALANCE = ("charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund", "adjustment")
"""Movements at Stripe that come from buyers' money, not from fees of its own or payouts."""


def check(world: World) -> None:
    """After every step, with everything quiet."""
    assert world.shop.breaches() == []
    _ours_is_stripes(world)
    _what_was_told_is_known(world)
    _nothing_is_sold_twice(world)
    _nobody_is_refunded_twice(world)
    unwanted = "SELECT id FROM checkout WHERE cancel_requested AND state = 'paid'"
    assert world.shop.rows(unwanted) == [], "an order of what its buyer had cancelled"


def paid_at_stripe(events: list[dict]) -> dict[str, int]:
    """Payment intent → amount, of every session that these events call paid."""
    return {
        session["payment_intent"]: session["amount_total"]
        for event in events
        if (session := event["data"]["object"])["object"] == "checkout.session" and session["payment_status"] == "paid"
    }


def _ours_is_stripes(world: World) -> None:
    """What we call paid is paid there, at that amount; so our sums never exceed Stripe's."""
    truth = paid_at_stripe(world.events)
    for intent, amount in world.shop.rows("SELECT payment_intent, amount FROM payment WHERE stage = 'paid'"):
        assert truth.get(intent) == amount, (intent, amount)


def _what_was_told_is_known(world: World) -> None:
    told = paid_at_stripe([event for event in world.ours() if event["id"] in world.told])
    known = dict(world.shop.rows("SELECT payment_intent, amount FROM payment WHERE stage = 'paid'"))
    assert {intent: known.get(intent) for intent in told} == told


def _nothing_is_sold_twice(world: World) -> None:
    """Σ sold + held ≤ what we put on the shelf, as this test has counted it, and what buyers gave back to it; but for
    what staff counted short."""
    held = dict(
        world.shop.rows(
            "SELECT variant_id, SUM(quantity - cancelled) FROM hold WHERE state <> 'released' GROUP BY variant_id"
        )
    )
    back = dict(
        world.shop.rows(
            "SELECT variant_id, SUM(quantity) FROM stock_movement WHERE kind IN ('return', 'cancel')"
            " GROUP BY variant_id"
        )
    )
    short = dict(world.shop.rows("SELECT variant_id, short FROM stock_level"))
    over = {item: held.get(item, 0) - world.shelved[item] - back.get(item, 0) - short[item] for item in world.items}
    assert all(count <= 0 for count in over.values()), over


def _nobody_is_refunded_twice(world: World) -> None:
    """One refund at Stripe for each of ours, and never more of ours than was paid."""
    made = [refund for refund in world.newest("refund").values() if refund["status"] not in ("failed", "canceled")]
    ours = [refund for refund in made if "refund" in refund["metadata"]]
    keys = [refund["metadata"]["refund"] for refund in ours]
    assert len(keys) == len(set(keys)), keys
    paid, back = world.paid(), Counter[str]()
    for refund in ours:
        back[refund["payment_intent"]] += refund["amount"]
    assert {intent: amount for intent, amount in back.items() if amount > paid[intent]} == {}


def come_to_rest(world: World, *, told: bool) -> None:
    """Time passes until nothing can happen any more. Unless `told`, no event arrives: the reconciler reads them."""
    world.run(balance(world, enough=True))
    for leap in ({}, *LEAPS):
        if leap:
            world.say(f"time passes: {leap}")
            world.clock.advance(**leap)
            world.learn()
        for _ in range(2):  # what the worker asks of Stripe is told by events too
            world.run(work())
            for event in world.untold() if told else []:
                world.run(tell(world, event))
    world.run(work())
    check(world)


def check_at_rest(world: World) -> None:
    shop = world.shop
    assert shop.rows("SELECT id, state FROM checkout WHERE state IN ('open', 'awaiting_payment')") == []
    live = "SELECT checkout_id FROM hold WHERE state = 'live' AND checkout_id NOT IN"
    assert shop.rows(f"{live} (SELECT id FROM checkout WHERE state = 'quarantined')") == []
    assert shop.rows("SELECT kind, state, last_error FROM job WHERE state IN ('dead', 'running')") == []
    _every_paid_session_has_its_order_or_goes_back_or_stands_before_staff(world)
    _every_refund_is_known(world)
    _every_dispute_is_known(world)
    _the_books_hold_what_stripe_holds(world)
    _every_order_was_confirmed_once(world)


def _every_paid_session_has_its_order_or_goes_back_or_stands_before_staff(world: World) -> None:
    truth = {
        session.payment_intent: session.amount_total
        for session in world.stripe.checkout.sessions.list({"limit": 100}).auto_paging_iter()
        if session.payment_status == "paid"
    }
    kept = {
        intent: (amount, order_id is not None or attention + refunds > 0)
        for intent, amount, order_id, attention, refunds in world.shop.rows(
            "SELECT payment_intent, amount, order_id, (SELECT COUNT(*) FROM attention WHERE closed_at IS NULL"
            " AND (subject = 'payment:' || payment_intent OR subject IN (SELECT 'refund:' || id FROM refund"
            " WHERE payment_id = payment.id))), (SELECT COUNT(*) FROM refund WHERE payment_id = payment.id"
            " AND state NOT IN ('rejected', 'failed', 'canceled')) FROM payment WHERE stage = 'paid'"
        )
    }
    assert kept == {intent: (amount, True) for intent, amount in truth.items()}


def _every_refund_is_known(world: World) -> None:
    truth = {refund["id"]: (refund["amount"], refund["status"]) for refund in world.newest("refund").values()}
    known = {row[0]: (row[1], row[2]) for row in world.shop.rows("SELECT stripe_id, amount, state FROM refund")}
    undecided = world.shop.rows("SELECT id, state FROM refund WHERE state IN ('reserved', 'sent')")
    assert (undecided, {name: state for name, state in known.items() if name}) == ([], truth)


def _every_dispute_is_known(world: World) -> None:
    """Its status, and what was taken for it and not given back."""
    truth = {
        dispute["id"]: (dispute["status"], -sum(moved["amount"] for moved in dispute["balance_transactions"]))
        for dispute in world.newest("dispute").values()
    }
    known = {row[0]: (row[1], row[2]) for row in world.shop.rows("SELECT stripe_id, status, withdrawn FROM dispute")}
    assert known == truth


def _the_books_hold_what_stripe_holds(world: World) -> None:
    """Gross: the clearing account is the sum of all that moved at Stripe, before its fees, and will move yet."""
    listed = world.stripe.balance_transactions.list({"limit": 100}).auto_paging_iter()
    moved = sum(entry.amount for entry in listed if entry.type in BALANCE)
    moved -= sum(
        refund["amount"]
        for refund in world.newest("refund").values()
        if refund["status"] in ("pending", "requires_action") and refund["balance_transaction"] is None
    )
    booked = world.shop.value(
        "SELECT COALESCE(SUM(amount), 0) FROM posting JOIN journal_entry entry ON entry.id = entry_id"
        " WHERE account = 'stripe_clearing' AND entry.kind NOT LIKE 'settlement%'"
    )
    assert booked == moved


def _every_order_was_confirmed_once(world: World) -> None:
    """A mail may be handed over twice; its Message-ID, the name of its file here, is one."""
    mails = list(world.mails.glob("order_confirmation.*.eml"))
    assert len(mails) == world.shop.value('SELECT COUNT(*) FROM "order"')
