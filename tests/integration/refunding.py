"""Refunds as staff and Stripe make them, and all that one could have changed."""

from __future__ import annotations

from store.actors import Actor, Role
from store.payments.refunds.models import Refund
from store.payments.refunds.rules import UnitsBack, Wish
from store.payments.refunds.service import Asked
from tests.integration.parcels import lines
from tests.shop import Shop, token

RITA = Actor(member_id=9, email="rita@nastymixx.example", roles=frozenset({Role.REFUNDS}))


def refund(
    shop: Shop, number: str, wish: Wish, *, actor=RITA, request_key: str | None = None, expected: int | None = None
) -> Refund:
    asked = Asked(number, wish, "requested_by_customer", "too small", request_key or token(), expected)
    return shop.app.extensions["refunds"].refund(actor, asked)


def unsent(shop: Shop, number: str, *counts: int, restock=True, **more) -> Wish:
    """So many units of each line, the first first, that have not left."""
    ids = lines(shop, number)
    return Wish(
        {one: UnitsBack(unsent=count, restock=restock) for one, count in zip(ids, counts, strict=False)}, **more
    )


def sent(shop: Shop, number: str, *counts: int, restock=True, **more) -> Wish:
    ids = lines(shop, number)
    return Wish({one: UnitsBack(sent=count, restock=restock) for one, count in zip(ids, counts, strict=False)}, **more)


def intent_of(shop: Shop, number: str) -> str:
    return shop.value(
        'SELECT payment_intent FROM payment JOIN "order" ON "order".id = payment.order_id WHERE number = :number',
        number=number,
    )


def order_states(shop: Shop, number: str) -> tuple[str, str]:
    return shop.rows('SELECT payment_state, fulfilment_state FROM "order" WHERE number = :number', number=number)[0]


def units(shop: Shop) -> list[tuple]:
    """(shipped, cancelled, refunding, returned, refunded) of each line."""
    return shop.rows("SELECT shipped, cancelled, refunding, returned, refunded FROM order_line ORDER BY id")


def refunds(shop: Shop) -> list[tuple]:
    return shop.rows("SELECT origin, state, amount FROM refund ORDER BY id")


def books(shop: Shop) -> dict[str, int]:
    """What stands on each account, but for what Stripe has moved since: whether that was read yet is another story."""
    return dict(
        shop.rows(
            """SELECT account, SUM(amount) FROM posting JOIN journal_entry entry ON entry.id = posting.entry_id
               WHERE entry.kind NOT LIKE 'settlement%' GROUP BY account HAVING SUM(amount) <> 0"""
        )
    )


def everything(shop: Shop) -> dict[str, list[tuple]]:
    """What a refusal leaves as it was; what Stripe has moved since is read when Stripe has it, as in `books`."""
    queries = {
        "orders": 'SELECT number, payment_state, fulfilment_state FROM "order" ORDER BY id',
        "lines": "SELECT id, shipped, cancelled, refunding, returned, refunded FROM order_line ORDER BY id",
        "holds": "SELECT id, state, shipped, cancelled, refunding FROM hold ORDER BY id",
        "levels": "SELECT variant_id, on_hand, reserved, short FROM stock_level ORDER BY variant_id",
        "movements": "SELECT id FROM stock_movement",
        "refunds": "SELECT id, state, amount FROM refund",
        "payments": "SELECT id, refunded, withdrawn FROM payment ORDER BY id",
        "entries": "SELECT id FROM journal_entry WHERE kind NOT LIKE 'settlement%'",
        "events": "SELECT id FROM order_event",
        "jobs": "SELECT id FROM job",
        "history": "SELECT seq FROM audit_entry",
    }
    return {name: shop.rows(query) for name, query in queries.items()}
