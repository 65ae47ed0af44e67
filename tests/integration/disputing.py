"""What banks and Stripe say against a payment, as their events tell it, and all that it changes here.

The events are those of `tests/stripe_events/`, told of a payment of ours: same words and times, our ids and sums.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.shop import Shop

EVENTS = Path(__file__).parents[1] / "stripe_events"
WON = ("e1", "e2", "e3", "e4", "e5")
LOST = ("e1", "e2", "e3", "e6")
INQUIRY = ("e7", "e8")


def pay(shop: Shop, variant_id: int, **buyer: str) -> str:
    """A paid order of one thing; the payment intent."""
    session = shop.check_out(shop.visitor_with(variant_id), **buyer)
    shop.pay(session)
    found = shop.account.v1.checkout.sessions.retrieve(session).to_dict()["payment_intent"]
    completed = shop.account.v1.events.list({"limit": 1, "type": "checkout.session.completed"}).data[0].to_dict()
    assert shop.post_event(completed) == (200, "applied")
    return found


def told(name: str, intent: str, amount: int = 3950, currency: str = "usd", **changes: object) -> dict:
    """The event whose file begins with `name`, about this payment; `changes` are of its object, but for `created`."""
    (path,) = EVENTS.glob(f"{name}_*.json")
    event = json.loads(path.read_text(encoding="utf-8"))
    own = intent.removeprefix("pi_")
    event["id"] = f"evt_{name}_{own}{changes.pop('event', '')}"
    event["created"] = changes.pop("created", event["created"])
    thing = event["data"]["object"]
    thing["id"] += own
    thing["payment_intent"] = intent
    thing["charge"] = f"ch_{own}"
    if "amount" in thing:
        thing["amount"], thing["currency"] = amount, currency
    for moved in thing.get("balance_transactions", ()):
        moved["id"] += own
        moved["source"] = thing["id"]
        moved["currency"] = currency
        moved["amount"] = amount if moved["amount"] > 0 else -amount
    thing.update(changes)
    return event


def tell(shop: Shop, intent: str, *names: str, **changes: object) -> None:
    """Stripe tells these, one after the other."""
    for name in names:
        assert shop.post_event(told(name, intent, **changes)) == (200, "applied"), name


def disputes(shop: Shop, intent: str) -> list[tuple[str, int]]:
    """(status, withdrawn) of each dispute."""
    query = (
        "SELECT dispute.status, dispute.withdrawn FROM dispute JOIN payment ON payment.id = dispute.payment_id"
        " WHERE payment_intent = :intent ORDER BY dispute.stripe_id"
    )
    return shop.rows(query, intent=intent)


def order_of(shop: Shop, intent: str) -> tuple[str, str, str]:
    """(number, payment state, fulfilment state)."""
    query = 'SELECT number, payment_state, fulfilment_state FROM "order" JOIN payment ON payment.order_id = "order".id'
    return shop.rows(query + " WHERE payment_intent = :intent", intent=intent)[0]


def withdrawn(shop: Shop, intent: str) -> int:
    return shop.value("SELECT withdrawn FROM payment WHERE payment_intent = :intent", intent=intent)


def booked(shop: Shop, intent: str) -> list[tuple[str, int]]:
    """What disputes of the payment have put on each account, entry by entry."""
    query = (
        "SELECT posting.account, posting.amount FROM posting JOIN journal_entry entry ON entry.id = posting.entry_id"
        " WHERE entry.kind = 'dispute' AND entry.source_type = 'balance_transaction' AND entry.source_id LIKE :own"
        " ORDER BY entry.source_id, posting.account"
    )
    return shop.rows(query, own=f"%{intent.removeprefix('pi_')}")


def blocks(shop: Shop, intent: str) -> list[tuple[str, str | None]]:
    """(reason, who has closed it) of all that ever held the order back."""
    query = (
        "SELECT reason, CASE WHEN closed_at IS NULL THEN 'open' ELSE closed_by END FROM fulfilment_block block"
        " JOIN payment ON payment.order_id = block.order_id WHERE payment_intent = :intent ORDER BY block.id"
    )
    return shop.rows(query, intent=intent)


def steps(shop: Shop, intent: str) -> list[tuple]:
    """What the timeline says Stripe has told against the payment, by time."""
    query = (
        "SELECT event.kind, event.data, event.at FROM order_event event JOIN payment ON payment.order_id ="
        " event.order_id WHERE payment_intent = :intent AND event.request_key LIKE 'stripe:%'"
    )
    found = [(kind, json.loads(data) if isinstance(data, str) else data, str(at)[:19]) for kind, data, at in shop.rows(
        query, intent=intent)]  # fmt: skip
    named = [(at, kind, data.get("status") or data.get("amount") or data.get("reason")) for kind, data, at in found]
    return [(kind, what) for _, kind, what in sorted(named, key=str)]


def matters(shop: Shop, intent: str) -> list[tuple[str, str]]:
    """What stands open before staff about the payment's disputes and warnings."""
    query = "SELECT kind, sentence FROM attention WHERE closed_at IS NULL AND subject LIKE :own ORDER BY id"
    return shop.rows(query, own=f"%{intent.removeprefix('pi_')}")


def everything(shop: Shop, intent: str) -> tuple:
    """The state in which all orders of arrival must end."""
    return (
        disputes(shop, intent), withdrawn(shop, intent), order_of(shop, intent)[1:], booked(shop, intent),
        blocks(shop, intent), steps(shop, intent), [kind for kind, _ in matters(shop, intent)],
    )  # fmt: skip
