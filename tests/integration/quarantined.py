"""Checkouts whose payment is not what was agreed, and staff who decide about them."""

from __future__ import annotations

from store.actors import Actor, Role
from store.payments.accepting import Acceptance, accept
from tests.integration.stories import altered, told
from tests.shop import Shop, token

COMPLETED = "checkout.session.completed"
ORLA = Actor(member_id=5, email="orla@nastymixx.example", roles=frozenset({Role.ORDERS}))
OMAR = Actor(member_id=6, email="omar@nastymixx.example", roles=frozenset({Role.ORDERS}))
RITA = Actor(member_id=8, email="rita@nastymixx.example", roles=frozenset({Role.REFUNDS}))
WHY = "The buyer was shown the old price."


def quarantine(shop: Shop, *variant_ids: int, **differs: object) -> str:
    """A checkout of these that was paid, though Stripe tells of it otherwise; its payment intent."""
    shop.pay(shop.check_out(shop.visitor_with(*variant_ids)))
    story = altered(told(shop, COMPLETED), **(differs or {"amount_total": 395}))
    assert shop.post_event(story) == (200, "attention")
    return shop.value("SELECT payment_intent FROM payment ORDER BY id DESC LIMIT 1")


def accepted(shop: Shop, payment_intent: str, actor: Actor = ORLA, reason: str = WHY, form: str | None = None) -> str:
    """The number of the order that comes of it."""
    how = Acceptance(reason, form or token())
    return accept(shop.payments, actor, payment_intent, how, shop.settings.secret_key, shop.clock())


def money(shop: Shop) -> list[tuple]:
    """(amount, currency, why unapplied, whether an order has it, who accepted it) of each payment."""
    return shop.rows(
        "SELECT amount, currency, unapplied_reason, order_id IS NOT NULL, accepted_by FROM payment ORDER BY id"
    )


def booked(shop: Shop, kind: str) -> list[tuple[str, int]]:
    return shop.rows(
        "SELECT account, amount FROM posting JOIN journal_entry entry ON entry.id = posting.entry_id"
        " WHERE entry.kind = :kind ORDER BY posting.id",
        kind=kind,
    )


def everything(shop: Shop) -> dict[str, list[tuple]]:
    """What a refusal leaves as it was."""
    queries = {
        "payments": "SELECT payment_intent, stage, unapplied_reason, order_id, accepted_by, accepted_at FROM payment",
        "checkouts": "SELECT id, state, bag_taken_at, closed_at, released_by FROM checkout",
        "sessions": "SELECT id, state, dead FROM stripe_session",
        "holds": "SELECT id, state FROM hold",
        "levels": "SELECT variant_id, on_hand, reserved FROM stock_level",
        "carts": "SELECT cart_id, variant_id, quantity FROM cart_line",
        "orders": 'SELECT number FROM "order"',
        "cues": "SELECT id FROM order_event",
        "books": "SELECT id FROM posting",
        "jobs": "SELECT id, state, attempts, max_attempts FROM job",
        "matters": "SELECT id, closed_at, closed_by, note FROM attention",
        "events": "SELECT id, outcome, failures FROM webhook_event",
        "history": "SELECT seq FROM audit_entry",
    }
    return {name: sorted(map(str, shop.rows(query))) for name, query in queries.items()}
