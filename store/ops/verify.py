"""The invariants of money and stock, each a query whose answer must be empty (docs/money-and-stock.md, at its end).

`flask verify` runs them on the live shop, the tests after every step they take. All of them read one snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text

from store.db import Database

HOLDING = "('open', 'awaiting_payment', 'quarantined')"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, and the query that names every row breaking it."""

    name: str
    broken_by: TextClause


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold, with the rows that break it (at most 20)."""

    invariant: str
    rows: list[dict[str, Any]]


def _never(name: str, query: str) -> Invariant:
    return Invariant(name, text(query))


INVARIANTS = (
    _never(
        "on_hand is the sum of its movements",
        """SELECT level.variant_id, level.on_hand, COALESCE(SUM(movement.quantity), 0) AS moved
           FROM stock_level level LEFT JOIN stock_movement movement ON movement.variant_id = level.variant_id
           GROUP BY level.variant_id, level.on_hand HAVING level.on_hand <> COALESCE(SUM(movement.quantity), 0)""",
    ),
    _never(
        "reserved is what live holds hold, and what sold ones have not shipped or cancelled",
        """SELECT level.variant_id, level.reserved, COALESCE(SUM(CASE hold.state
               WHEN 'live' THEN hold.quantity
               WHEN 'sold' THEN hold.quantity - hold.shipped - hold.cancelled ELSE 0 END), 0) AS held
           FROM stock_level level LEFT JOIN hold ON hold.variant_id = level.variant_id
           GROUP BY level.variant_id, level.reserved
           HAVING level.reserved <> COALESCE(SUM(CASE hold.state
               WHEN 'live' THEN hold.quantity
               WHEN 'sold' THEN hold.quantity - hold.shipped - hold.cancelled ELSE 0 END), 0)""",
    ),
    _never(
        "reserved stays within what is there, counted short or promised",
        """SELECT variant_id, on_hand, reserved FROM stock_level
           WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand + short + backorder_limit""",
    ),
    _never(
        "short is what a count found missing, and no more than is missing still",
        """SELECT variant_id, on_hand, reserved, short FROM stock_level level WHERE short > 0 AND
            (short > reserved - on_hand - backorder_limit OR NOT EXISTS (SELECT 1 FROM stock_movement movement
                WHERE movement.variant_id = level.variant_id AND movement.kind = 'count'))""",
    ),
    _never(
        "what is short stands, or stood, open before staff",
        """SELECT variant_id, short FROM stock_level WHERE short > 0 AND NOT EXISTS (SELECT 1 FROM attention
              WHERE attention.kind = 'stock_short' AND attention.subject = 'variant:' || variant_id)""",
    ),
    _never(
        "whatever staff moved stands in the history, as often as it was moved",
        """SELECT movement.variant_id, COUNT(*) AS moved FROM stock_movement movement
           WHERE movement.actor LIKE 'member:%' AND movement.kind IN ('receive', 'adjust', 'count')
           GROUP BY movement.variant_id HAVING COUNT(*) <> (SELECT COUNT(*) FROM audit_entry
              WHERE audit_entry.subject = 'variant:' || movement.variant_id
                AND audit_entry.action IN ('stock.receive', 'stock.adjust', 'stock.count')
                AND audit_entry.actor LIKE 'member:%')""",
    ),
    _never(
        "a hold is live exactly while its checkout is unpaid and not ended",
        f"""SELECT hold.id, hold.state, checkout.state AS checkout_state FROM hold
            JOIN checkout ON checkout.id = hold.checkout_id
            WHERE (hold.state = 'live') <> (checkout.state IN {HOLDING})""",
    ),
    _never(
        "a hold is sold exactly when its checkout is paid",
        """SELECT hold.id, hold.state, checkout.state AS checkout_state FROM hold
           JOIN checkout ON checkout.id = hold.checkout_id
           WHERE (hold.state = 'sold') <> (checkout.state = 'paid')""",
    ),
    _never(
        "a checkout holds what its stocked lines say",
        """SELECT line.checkout_id, line.variant_id, line.quantity FROM checkout_line line
           JOIN variant ON variant.id = line.variant_id AND variant.stocked
           LEFT JOIN hold ON hold.checkout_id = line.checkout_id AND hold.variant_id = line.variant_id
           WHERE hold.id IS NULL OR hold.quantity <> line.quantity""",
    ),
    _never(
        "a checkout's lines, delivery and tax add up to its total",
        """SELECT checkout.id, checkout.total, SUM(line.net) AS net FROM checkout
           LEFT JOIN checkout_line line ON line.checkout_id = checkout.id
           GROUP BY checkout.id, checkout.total, checkout.shipping, checkout.tax
           HAVING COALESCE(SUM(line.net), 0) + checkout.shipping + checkout.tax <> checkout.total""",
    ),
    _never(
        "an order's lines, delivery and tax add up to its total",
        """SELECT "order".number, "order".total, SUM(line.net) AS net FROM "order"
           LEFT JOIN order_line line ON line.order_id = "order".id
           GROUP BY "order".number, "order".total, "order".shipping, "order".tax
           HAVING COALESCE(SUM(line.net), 0) + "order".shipping + "order".tax <> "order".total""",
    ),
    _never(
        "an order is its checkout, unchanged",
        """SELECT "order".number FROM "order" JOIN checkout ON checkout.id = "order".checkout_id
           WHERE "order".total <> checkout.total OR "order".currency <> checkout.currency
              OR "order".email <> checkout.email""",
    ),
    _never(
        "a checkout is paid exactly when it has an order",
        """SELECT checkout.id, checkout.state, "order".number FROM checkout
           LEFT JOIN "order" ON "order".checkout_id = checkout.id
           WHERE (checkout.state = 'paid') <> ("order".id IS NOT NULL)""",
    ),
    _never(
        "an order that costs something has exactly one applied payment, of its total",
        """SELECT "order".number, "order".total, payment.amount FROM "order"
           LEFT JOIN payment ON payment.order_id = "order".id
           WHERE "order".total > 0 AND (payment.id IS NULL OR payment.stage <> 'paid'
              OR payment.amount <> "order".total OR payment.currency <> "order".currency)""",
    ),
    _never(
        "paid money has an order, or stands open before staff",
        """SELECT payment.payment_intent, payment.unapplied_reason FROM payment
           WHERE payment.stage = 'paid' AND payment.order_id IS NULL AND (payment.unapplied_reason IS NULL
              OR NOT EXISTS (SELECT 1 FROM attention
                 WHERE attention.subject = 'payment:' || payment.payment_intent))""",
    ),
    _never(
        "an ended checkout has no session that could still be paid",
        """SELECT attempt.id, attempt.state, checkout.state AS checkout_state FROM stripe_session attempt
           JOIN checkout ON checkout.id = attempt.checkout_id
           WHERE checkout.state IN ('expired', 'cancelled') AND NOT attempt.dead
             AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.checkout_id = checkout.id
                             AND payment.unapplied_reason IS NOT NULL)""",
    ),
    _never(
        "every checkout has asked Stripe at least once",
        """SELECT checkout.id FROM checkout WHERE checkout.total > 0
           AND NOT EXISTS (SELECT 1 FROM stripe_session attempt WHERE attempt.checkout_id = checkout.id)""",
    ),
    _never(
        "every booking balances",
        """SELECT entry.id, entry.kind, SUM(posting.amount) AS off_by FROM journal_entry entry
           LEFT JOIN posting ON posting.entry_id = entry.id
           GROUP BY entry.id, entry.kind HAVING COALESCE(SUM(posting.amount), 1) <> 0""",
    ),
    _never(
        "every paid payment is booked once, at its amount",
        """SELECT payment.payment_intent, payment.amount FROM payment
           LEFT JOIN journal_entry entry ON entry.source_type = 'payment_intent'
                AND entry.source_id = payment.payment_intent AND entry.kind IN ('sale', 'unapplied')
           LEFT JOIN posting ON posting.entry_id = entry.id AND posting.account = 'stripe_clearing'
           WHERE payment.stage = 'paid' AND payment.amount > 0
           GROUP BY payment.payment_intent, payment.amount
           HAVING COUNT(posting.id) <> 1 OR MAX(posting.amount) <> payment.amount""",
    ),
    _never(
        "nobody counts as holding more, or fewer, unpaid checkouts than they do",
        f"""SELECT owner, SUM(counted) AS counted, SUM(live) AS live FROM (
               SELECT owner, count AS counted, 0 AS live FROM live_checkout_count
               UNION ALL SELECT email_key, 0, 1 FROM checkout WHERE state IN {HOLDING}
               UNION ALL SELECT network_key, 0, 1 FROM checkout WHERE state IN {HOLDING}) both_sides
            GROUP BY owner HAVING SUM(counted) <> SUM(live)""",
    ),
    _never(
        "every order has its one confirmation in the outbox",
        """SELECT "order".number FROM "order" WHERE
           (SELECT COUNT(*) FROM job WHERE job.unique_key = 'order_confirmation:' || "order".id) <> 1""",
    ),
    _never(
        "no line counts more units than it has",
        """SELECT id, quantity FROM order_line WHERE shipped + cancelled + refunding > quantity
           OR returned > shipped OR refunded > quantity""",
    ),
    _never(
        "what a line has shipped is what its hold has, and what its parcels hold",
        """SELECT line.id, line.shipped, hold.shipped AS held, COALESCE(parcels.units, 0) AS sent FROM order_line line
           JOIN "order" ON "order".id = line.order_id
           LEFT JOIN hold ON hold.checkout_id = "order".checkout_id AND hold.variant_id = line.variant_id
           LEFT JOIN (SELECT order_line_id, SUM(quantity) AS units FROM shipment_line GROUP BY order_line_id) parcels
                ON parcels.order_line_id = line.id
           WHERE line.shipped <> COALESCE(parcels.units, 0) OR line.shipped <> COALESCE(hold.shipped, line.shipped)""",
    ),
    _never(
        "a parcel holds lines of its own order, and is not empty",
        """SELECT shipment.id, shipment.order_id, line.order_id AS of_order FROM shipment
           LEFT JOIN shipment_line ON shipment_line.shipment_id = shipment.id
           LEFT JOIN order_line line ON line.id = shipment_line.order_line_id
           WHERE line.id IS NULL OR line.order_id <> shipment.order_id""",
    ),
    _never(
        "every shipped unit has the movement that took it off the shelf",
        """SELECT variant_id, SUM(held) AS held, SUM(moved) AS moved FROM (
              SELECT variant_id, shipped AS held, 0 AS moved FROM hold
              UNION ALL SELECT variant_id, 0, -quantity FROM stock_movement WHERE kind = 'ship') both_sides
           GROUP BY variant_id HAVING SUM(held) <> SUM(moved)""",
    ),
    _never(
        "nothing was shipped of an order that nobody has paid",
        """SELECT shipment.id, "order".number FROM shipment JOIN "order" ON "order".id = shipment.order_id
           LEFT JOIN payment ON payment.order_id = "order".id AND payment.stage = 'paid'
           WHERE "order".total > 0 AND payment.id IS NULL""",
    ),
    _never(
        "how far an order is follows from its units",
        """SELECT "order".number, "order".fulfilment_state, units.shipped, units.open_units FROM "order" JOIN (
              SELECT order_id, SUM(shipped) AS shipped, SUM(quantity - shipped - cancelled) AS open_units
              FROM order_line GROUP BY order_id) units ON units.order_id = "order".id
           WHERE NOT CASE WHEN units.shipped = 0 AND units.open_units = 0 THEN fulfilment_state = 'cancelled'
                          WHEN units.shipped = 0 THEN fulfilment_state IN ('unfulfilled', 'packed')
                          WHEN units.open_units > 0 THEN fulfilment_state = 'part'
                          ELSE fulfilment_state IN ('shipped', 'delivered', 'returned') END""",
    ),
    _never(
        "every parcel has its one mail in the outbox",
        """SELECT shipment.id FROM shipment WHERE
           (SELECT COUNT(*) FROM job WHERE job.unique_key = 'order_shipped:' || shipment.id) <> 1""",
    ),
    _never(
        "a handled event has an outcome",
        """SELECT id, type FROM webhook_event WHERE outcome IS NULL""",
    ),
)


def verify(db: Database) -> list[Breach]:
    """Every invariant that does not hold, with its rows; an empty list when the books are right."""
    breaches = []
    with db.snapshot() as session:
        for invariant in INVARIANTS:
            rows = session.execute(invariant.broken_by).mappings().fetchmany(20)
            if rows:
                breaches.append(Breach(invariant.name, [dict(row) for row in rows]))
    return breaches
