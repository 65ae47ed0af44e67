"""Whatever the order in which Stripe's facts arrive, and however often, they end in one state (rule 21).

Each event of a story comes twice; in half of the tellings the second copy is an event of another id, and in a third the
worker is about in between. The events that tell of the payment itself are among them, so that all the others may come
before it. Handled events of each story, and the orders there are of two copies of each:

card, a decline then nothing: 3 (90) · a decline then a card, a debit that comes, one that fails: 4 (2,520) · an
inquiry: 5 (113,400) · a lost chargeback, an inquiry that becomes one, a warning with a review, a refund whose answer
was lost: 6 (7,484,400) · a won chargeback: 7 (681 million) · refunds in parts: 10 (2.4 · 10¹⁵).

`make prove` plays all of them up to COUNTABLE on SQLite, and of the others MANY, drawn with a seed; `make test` FEW.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from store.payments.refunds.rules import Wish
from store.payments.refunds.service import Asked
from tests.integration.stories import DEBIT_THAT_FAILS, DEBIT_THAT_WORKS, altered
from tests.properties.confluence import Copies, differences, state, tell, tellings, told_to_us
from tests.properties.hand import OWNER
from tests.properties.trouble import befalls
from tests.shop import Shop, token

FEW = {"sqlite": 6, "postgresql": 2}
MANY = {"sqlite": 40, "postgresql": 6}
COUNTABLE = {"sqlite": 90, "postgresql": 24}
SEED = 20261124


def card(shop, session):
    intent = shop.pay(session)["payment_intent"]
    shop.clock.advance(minutes=1)
    return intent


def declined_then_card(shop, session):
    shop.pay(session, card="4000000000000002")
    card(shop, session)


def declined_then_nothing(shop, session):
    shop.pay(session, card="4000000000000002")
    shop.clock.advance(minutes=40)


def debit_that_comes(shop, session):
    shop.pay(session, iban=DEBIT_THAT_WORKS)
    shop.clock.advance(days=4)


def debit_that_fails(shop, session):
    shop.pay(session, iban=DEBIT_THAT_FAILS)
    shop.clock.advance(days=4)


def refunded_in_parts_of_which_one_fails(shop, session):
    """All in Stripe's dashboard."""
    intent = card(shop, session)
    shop.refund_at_stripe(intent, amount=1000)
    shop.clock.advance(days=1)
    rest = shop.refund_at_stripe(intent)
    shop.refund_outcome(rest["id"], "fail")


def disputed_and_won(shop, session):
    _disputed(shop, session, "won")


def disputed_and_lost(shop, session):
    _disputed(shop, session, "lost")


def _disputed(shop, session, outcome):
    dispute = shop.dispute(card(shop, session))
    shop.clock.advance(days=2)
    shop.close_dispute(dispute["id"], outcome)


def asked_about_and_closed(shop, session):
    inquiry = shop.dispute(card(shop, session), kind="inquiry")
    shop.clock.advance(days=2)
    shop.close_dispute(inquiry["id"], "warning_closed")


def asked_about_then_charged_back(shop, session):
    """The same dispute goes through both."""
    inquiry = shop.dispute(card(shop, session), kind="inquiry")
    shop.clock.advance(days=2)
    shop.escalate_dispute(inquiry["id"])


def warned_of_and_reviewed(shop, session):
    intent = card(shop, session)
    shop.warn(intent)
    review = shop.review(intent)
    shop.clock.advance(hours=3)
    shop.close_review(review["id"])


def paid_and_refunded_here_unheard(shop, session):
    """Before the story: staff refund 1000, and Stripe's answer is lost."""
    shop.pay(session)
    shop.deliver()
    number = shop.value('SELECT number FROM "order"')
    asked = Asked(number, Wish(amount=1000), "requested_by_customer", "A dent.", token())
    with befalls("lost"):
        shop.app.extensions["refunds"].refund(OWNER, asked)


def time_passes(shop, _session):
    shop.clock.advance(hours=1)


PAID = {"checkout": ["paid"], "session": ["complete"], "payment": [("paid", 3950)], "stock": (10, 1), "books": 3950}
FAILED = {"checkout": ["expired"], "session": ["complete"], "payment": [("failed", None)], "stock": (10, 0), "books": 0}
NEVER = FAILED | {"session": ["expired"], "payment": [("unknown", None)]}
UNHELD = PAID | {"held": []}
PART = {"order": ["part_refunded"], "books": 2950}


@dataclass(frozen=True)
class Story:
    """What happens at Stripe, given a session that waits to be paid, and how it ends here whoever tells it."""

    happens: Callable[[Shop, str], object]
    end: dict[str, object]
    before: Callable[[Shop, str], object] = lambda _shop, _session: None

    def __str__(self) -> str:
        return (self.happens if self.happens is not time_passes else self.before).__name__.replace("_", " ")


STORIES = [
    Story(card, PAID | {"order": ["paid"], "held": []}),
    Story(declined_then_card, PAID),
    Story(declined_then_nothing, NEVER),
    Story(debit_that_comes, PAID),
    Story(debit_that_fails, FAILED),
    Story(refunded_in_parts_of_which_one_fails, PAID | PART | {"refunds": [("failed", 2950), ("succeeded", 1000)]}),
    Story(disputed_and_won, UNHELD | {"order": ["paid"], "disputes": [("won", 0)]}),
    Story(disputed_and_lost, UNHELD | {"order": ["charged_back"], "disputes": [("lost", 3950)], "books": 0}),
    Story(asked_about_and_closed, UNHELD | {"order": ["paid"], "disputes": [("warning_closed", 0)]}),
    Story(
        asked_about_then_charged_back,
        PAID | {"order": ["disputed"], "disputes": [("needs_response", 3950)], "books": 0, "held": ["dispute"]},
    ),
    Story(warned_of_and_reviewed, PAID | {"order": ["paid"], "held": ["early_fraud_warning"]}),
    Story(time_passes, PAID | PART | {"refunds": [("succeeded", 1000)], "held": []}, paid_and_refunded_here_unheard),
]
QUERIES = {
    "checkout": "SELECT state FROM checkout",
    "session": "SELECT state FROM stripe_session",
    "order": 'SELECT payment_state FROM "order"',
    "held": "SELECT reason FROM fulfilment_block WHERE closed_at IS NULL ORDER BY reason",
}


def in_short(shop: Shop, tee: int) -> dict[str, object]:
    books = "SELECT COALESCE(SUM(amount), 0) FROM posting JOIN journal_entry entry ON entry.id = entry_id"
    return {name: [row[0] for row in shop.rows(query)] for name, query in QUERIES.items()} | {
        "payment": shop.rows("SELECT stage, amount FROM payment"),
        "refunds": shop.rows("SELECT state, amount FROM refund ORDER BY state"),
        "disputes": shop.rows("SELECT status, withdrawn FROM dispute"),
        "stock": shop.level(tee),
        "books": shop.value(f"{books} WHERE account = 'stripe_clearing' AND kind NOT LIKE 'settlement%'"),
    }


def facts(shop: Shop, story: Story, session: str) -> list[dict]:
    """The events of the story that we have asked Stripe for, and a hand-made snapshot of its still open session."""
    story.happens(shop, session)
    events = told_to_us(shop.events())
    about_session = next(event for event in events if event["data"]["object"]["object"] == "checkout.session")
    return [altered(about_session, status="open", payment_status="unpaid", payment_intent=None), *events]


def every_telling_ends_alike(shop: Shop, databases: object, story: Story, countable: int, most: int) -> None:
    shop.worker.handlers |= dict.fromkeys(MAILS, lambda job: None)
    tee = shop.make_item(units=10)
    session = shop.check_out(shop.visitor_with(tee))
    story.before(shop, session)
    copies = Copies.of(shop, databases)
    events = facts(shop, story, session)
    first = None
    for telling in tellings(len(events), countable, most, SEED):
        copies.put_back()
        tell(shop, events, telling)
        short = in_short(shop, tee)
        assert {what: short[what] for what in story.end} == story.end, telling
        first = first or (telling, state(shop))
        assert differences(first[1], state(shop)) == {}, (first[0], telling)
    copies.forget()


MAILS = ("order_confirmation", "payment_on_its_way", "payment_failed", "refund_made", "refund_failed")
"""Not written here, for it takes longer than all the rest; that each is asked for once is compared."""

by_name = pytest.mark.parametrize("story", STORIES, ids=str)


@by_name
def test_a_few_orders_of(shop, databases, story):
    every_telling_ends_alike(shop, databases, story, 0, FEW[kind_of(shop)])


@pytest.mark.prove
@pytest.mark.timeout(3600)
@by_name
def test_every_order_of(shop, databases, story):
    every_telling_ends_alike(shop, databases, story, COUNTABLE[kind_of(shop)], MANY[kind_of(shop)])


def kind_of(shop: Shop) -> str:
    return "sqlite" if shop.db.is_sqlite else "postgresql"
