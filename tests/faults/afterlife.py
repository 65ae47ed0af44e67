"""The shop has come up again: the world goes on, and then everything must be right. Stripe knows about the money."""

from __future__ import annotations

from collections import Counter

from store.audit.chain import key_of
from store.audit.checking import verify_chain
from tests.faults.beginnings import UNITS, Notes
from tests.faults.stories import BOOKS, SWEEP, Story
from tests.shop import Shop

OPEN_JOBS = "SELECT kind, state, last_error FROM job WHERE state <> 'done'"


def go_on(shop: Shop) -> list[str]:
    """Stripe tells everything again, leases of the dead run out, holds end, banks answer; faults seen on the way."""
    shop.worker.schedule = SWEEP + BOOKS
    faults = _be_told(shop)
    shop.clock.advance(minutes=6)  # whatever the dead worker had leased is due again
    shop.worker.drain()
    shop.clock.advance(minutes=25)  # every hold has ended, and no session at Stripe has by itself
    faults += _be_told(shop)
    left = [one.id for one in _sessions(shop) if one.status == "open"]
    faults += [f"still payable at Stripe after its hold: {left}"] if left else []
    for wait in ({"days": 4}, {"minutes": 6}, {"minutes": 70}):
        shop.clock.advance(**wait)
        faults += _be_told(shop)
    return faults


def _be_told(shop: Shop) -> list[str]:
    answers = shop.deliver()
    shop.worker.drain()
    return [f"an event was answered {answer}" for answer in answers if answer[0] != 200]


def _sessions(shop: Shop) -> list:
    listed = shop.account.v1.checkout.sessions.list({"limit": 100, "expand": ["data.payment_intent"]})
    return list(listed.auto_paging_iter())


def faults_of(shop: Shop, notes: Notes, story: Story) -> list[str]:
    """Everything that is not as it must be, as sentences."""
    return [
        *(f"{breach.invariant}: {breach.rows}" for breach in shop.breaches()),
        *_money(shop),
        *_returned(shop, story),
        *_stock(shop, notes, story),
        *_words(shop, story),
        *_ends(shop, story),
    ]


def _money(shop: Shop) -> list[str]:
    """Every session paid at Stripe has one payment here, applied to one order or laid out; and nothing else has."""
    taken = {one.payment_intent.id: one.amount_total for one in _sessions(shop) if one.payment_status == "paid"}
    kept = shop.rows(
        "SELECT payment_intent, amount, order_id, unapplied_reason FROM payment WHERE stage = 'paid' ORDER BY id"
    )
    faults = []
    if sorted(taken.items()) != sorted((intent, amount) for intent, amount, *_ in kept):
        faults.append(f"Stripe has taken {taken}, we know of {kept}")
    laid_out = {row[0] for row in shop.rows("SELECT subject FROM attention")}
    for intent, _, order, reason in kept:
        if order is None and (reason is None or f"payment:{intent}" not in laid_out):
            faults.append(f"{intent} has no order and is before nobody")
    unpaid = shop.rows('SELECT number FROM "order" WHERE total > 0 AND id NOT IN (SELECT order_id FROM payment'
                       " WHERE order_id IS NOT NULL AND stage = 'paid')")  # fmt: skip
    faults += [f"an order that nobody has paid: {unpaid}"] if unpaid else []
    intents = shop.account.v1.payment_intents.list({"limit": 100}).data
    twice = Counter(one.metadata["checkout"] for one in intents if one.status == "succeeded")
    faults += [f"{checkout} was charged {times} times" for checkout, times in twice.items() if times > 1]
    return faults


def _returned(shop: Shop, story: Story) -> list[str]:
    """What has gone back at Stripe is what this story sends back, once, and what we know of it."""
    there = shop.account.v1.refunds.list({"limit": 100}).data
    sent = {one.id: one.amount for one in there if one.status == "succeeded"}
    known = dict(shop.rows("SELECT stripe_id, amount FROM refund WHERE state = 'succeeded'"))
    faults = [] if sent == known else [f"Stripe has sent back {sent}, we know of {known}"]
    if sorted(one.amount for one in there) != sorted(story.refunded):
        faults.append(f"sent back were {[(one.amount, one.status) for one in there]}, not {story.refunded}")
    return faults


def _stock(shop: Shop, notes: Notes, story: Story) -> list[str]:
    sold = shop.value("SELECT COALESCE(SUM(quantity), 0) FROM order_line")
    level = (UNITS + story.received - story.shipped, sold - story.shipped - story.cancelled)
    faults = []
    if shop.level(notes["tee"]) != level:
        faults.append(f"the level is {shop.level(notes['tee'])}, not {level}")
    if live := shop.value("SELECT COUNT(*) FROM hold WHERE state = 'live'"):
        faults.append(f"{live} holds are live when all is over")
    return faults


def _words(shop: Shop, story: Story) -> list[str]:
    """One mail of each kind, told apart by Message-ID; nothing left undone; a whole history."""
    told = sorted(mail.id.split(".")[0] for mail in shop.mails())
    orders = shop.value('SELECT COUNT(*) FROM "order"')
    wanted = sorted(["order_confirmation"] * orders + list(story.mails))
    faults = [] if told == wanted else [f"mails were {told}, not {wanted}"]
    if undone := shop.rows(OPEN_JOBS):
        faults.append(f"left undone: {undone}")
    if odd := shop.rows("SELECT type, outcome, error FROM webhook_event WHERE outcome NOT IN ('applied', 'ignored')"):
        faults += [f"an event is {odd}"] if not story.attention else []
    with shop.db.snapshot() as session:
        faults += [fault.sentence for fault in verify_chain(session, key_of(shop.settings.secret_key))]
    return faults


def _ends(shop: Shop, story: Story) -> list[str]:
    ended = tuple(row[0] for row in shop.rows("SELECT state FROM checkout ORDER BY created_at, id"))
    faults = [] if tuple(sorted(ended)) in story.ends else [f"checkouts ended as {ended}"]
    if tuple(shop.attention()) != story.attention:
        faults.append(f"staff were told {shop.attention()}, not {list(story.attention)}")
    return faults
