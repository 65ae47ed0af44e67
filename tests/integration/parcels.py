"""Orders as a packer meets them, and all that sending one could have changed."""

from __future__ import annotations

from store.actors import Actor, Role
from store.fulfilment import service
from store.fulfilment.models import Shipment
from tests.shop import Shop, token

PACKER = Actor(member_id=7, email="pia@nastymixx.example", roles=frozenset({Role.PACKER}))
SENT = "SELECT shipped FROM order_line ORDER BY id"


def buy(shop: Shop, *variant_ids: int, quantity: int = 1) -> str:
    """A paid order of these; its number."""
    shop.buy(*variant_ids, quantity=quantity)
    return shop.value('SELECT number FROM "order" ORDER BY id DESC LIMIT 1')


def lines(shop: Shop, number: str) -> list[int]:
    query = (
        'SELECT line.id FROM order_line line JOIN "order" ON "order".id = line.order_id WHERE "order".number = :number'
    )
    return [row[0] for row in shop.rows(query + " ORDER BY position", number=number)]


def ship(shop: Shop, number: str, wanted: dict[int, int] | None = None, *, actor=PACKER, **how: str) -> Shipment:
    """Send `wanted`, or one of each line."""
    parcel = {"carrier": "USPS", "tracking": "9400 1000", "request_key": token()} | how
    wanted = dict.fromkeys(lines(shop, number), 1) if wanted is None else wanted
    return service.ship(shop.db, actor, number, wanted, **parcel, now=shop.clock())


def state(shop: Shop, number: str) -> str:
    return shop.value('SELECT fulfilment_state FROM "order" WHERE number = :number', number=number)


def timeline(shop: Shop) -> list[tuple[str, str]]:
    return shop.rows("SELECT kind, actor FROM order_event ORDER BY id")


def everything(shop: Shop) -> dict[str, list[tuple]]:
    """What a refusal leaves as it was."""
    queries = {
        "orders": 'SELECT number, fulfilment_state FROM "order" ORDER BY id',
        "lines": "SELECT id, shipped, cancelled, refunding FROM order_line ORDER BY id",
        "holds": "SELECT id, state, shipped FROM hold ORDER BY id",
        "levels": "SELECT variant_id, on_hand, reserved FROM stock_level ORDER BY variant_id",
        "movements": "SELECT id FROM stock_movement",
        "parcels": "SELECT id FROM shipment",
        "events": "SELECT id FROM order_event",
        "jobs": "SELECT id FROM job WHERE kind = 'order_shipped'",
        "history": "SELECT seq FROM audit_entry",
    }
    return {name: shop.rows(query) for name, query in queries.items()}
