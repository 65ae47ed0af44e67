"""What must hold of what has left the house."""

from __future__ import annotations

from store.ops.verify.invariant import never

INVARIANTS = (
    never(
        "what a line has shipped is what its hold has, and what its parcels hold",
        """SELECT line.id, line.shipped, hold.shipped AS held, COALESCE(parcels.units, 0) AS sent FROM order_line line
           JOIN "order" ON "order".id = line.order_id
           LEFT JOIN hold ON hold.checkout_id = "order".checkout_id AND hold.variant_id = line.variant_id
           LEFT JOIN (SELECT order_line_id, SUM(quantity) AS units FROM shipment_line GROUP BY order_line_id) parcels
                ON parcels.order_line_id = line.id
           WHERE line.shipped <> COALESCE(parcels.units, 0) OR line.shipped <> COALESCE(hold.shipped, line.shipped)""",
    ),
    never(
        "a parcel holds lines of its own order, and is not empty",
        """SELECT shipment.id, shipment.order_id, line.order_id AS of_order FROM shipment
           LEFT JOIN shipment_line ON shipment_line.shipment_id = shipment.id
           LEFT JOIN order_line line ON line.id = shipment_line.order_line_id
           WHERE line.id IS NULL OR line.order_id <> shipment.order_id""",
    ),
    never(
        "every shipped unit has the movement that took it off the shelf",
        """SELECT variant_id, SUM(held) AS held, SUM(moved) AS moved FROM (
              SELECT variant_id, shipped AS held, 0 AS moved FROM hold
              UNION ALL SELECT variant_id, 0, -quantity FROM stock_movement WHERE kind = 'ship') both_sides
           GROUP BY variant_id HAVING SUM(held) <> SUM(moved)""",
    ),
    never(
        "nothing was shipped of an order that nobody has paid",
        """SELECT shipment.id, "order".number FROM shipment JOIN "order" ON "order".id = shipment.order_id
           LEFT JOIN payment ON payment.order_id = "order".id AND payment.stage = 'paid'
           WHERE "order".total > 0 AND payment.id IS NULL""",
    ),
    never(
        "every parcel has its one mail in the outbox",
        """SELECT shipment.id FROM shipment WHERE
           (SELECT COUNT(*) FROM job WHERE job.unique_key = 'order_shipped:' || shipment.id) <> 1""",
    ),
    never(
        "what cost nothing is canceled by staff only, all that had not left, with one mail",
        """SELECT "order".number, SUM(line.cancelled) AS canceled, SUM(line.quantity - line.shipped) AS unsent
           FROM "order" JOIN order_line line ON line.order_id = "order".id WHERE "order".total = 0
           GROUP BY "order".id, "order".number
           HAVING SUM(line.cancelled) <> CASE WHEN EXISTS (SELECT 1 FROM order_event
                 WHERE order_event.order_id = "order".id AND order_event.kind = 'canceled')
              THEN SUM(line.quantity - line.shipped) ELSE 0 END
           OR (SELECT COUNT(*) FROM order_event WHERE order_event.order_id = "order".id AND kind = 'canceled')
              <> (SELECT COUNT(*) FROM job WHERE job.unique_key = 'order_canceled:' || "order".id)""",
    ),
)
