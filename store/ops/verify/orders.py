"""What must hold of checkouts and orders."""

from __future__ import annotations

from store.ops.verify.invariant import HOLDING, never

INVARIANTS = (
    never(
        "a checkout's lines, delivery and tax add up to its total",
        """SELECT checkout.id, checkout.total, SUM(line.net) AS net FROM checkout
           LEFT JOIN checkout_line line ON line.checkout_id = checkout.id
           GROUP BY checkout.id, checkout.total, checkout.shipping, checkout.tax
           HAVING COALESCE(SUM(line.net), 0) + checkout.shipping + checkout.tax <> checkout.total""",
    ),
    never(
        "an order's lines, delivery and tax add up to its total",
        """SELECT "order".number, "order".total, SUM(line.net) AS net FROM "order"
           LEFT JOIN order_line line ON line.order_id = "order".id
           GROUP BY "order".number, "order".total, "order".shipping, "order".tax
           HAVING COALESCE(SUM(line.net), 0) + "order".shipping + "order".tax <> "order".total""",
    ),
    never(
        "an order is its checkout, unchanged",
        """SELECT "order".number FROM "order" JOIN checkout ON checkout.id = "order".checkout_id
           WHERE "order".total <> checkout.total OR "order".currency <> checkout.currency
              OR "order".email <> checkout.email""",
    ),
    never(
        "a checkout is paid exactly when it has an order",
        """SELECT checkout.id, checkout.state, "order".number FROM checkout
           LEFT JOIN "order" ON "order".checkout_id = checkout.id
           WHERE (checkout.state = 'paid') <> ("order".id IS NOT NULL)""",
    ),
    never(
        "nobody counts as holding more, or fewer, unpaid checkouts than they do",
        f"""SELECT owner, SUM(counted) AS counted, SUM(live) AS live FROM (
               SELECT owner, count AS counted, 0 AS live FROM live_checkout_count
               UNION ALL SELECT email_key, 0, 1 FROM checkout WHERE state IN {HOLDING}
               UNION ALL SELECT 'member:' || member_id, 0, 1 FROM checkout
                   WHERE member_id IS NOT NULL AND state IN {HOLDING}
               UNION ALL SELECT network_key, 0, 1 FROM checkout WHERE state IN {HOLDING}) both_sides
            GROUP BY owner HAVING SUM(counted) <> SUM(live)""",
    ),
    never(
        "nobody counts as having more, or less, of a limited product than they hold and have bought",
        f"""SELECT product_id, person, SUM(counted) AS counted, SUM(had) AS had FROM (
               SELECT product_id, person, count AS counted, 0 AS had FROM limit_use
               UNION ALL SELECT variant.product_id, persons.person, 0, line.quantity FROM checkout_line line
                   JOIN variant ON variant.id = line.variant_id
                   JOIN (SELECT id, state, email_key AS person FROM checkout
                         UNION ALL SELECT id, state, 'member:' || member_id FROM checkout WHERE member_id IS NOT NULL
                        ) persons ON persons.id = line.checkout_id
                   WHERE line.limited AND (persons.state = 'paid' OR persons.state IN {HOLDING})) both_sides
            GROUP BY product_id, person HAVING SUM(counted) <> SUM(had)""",
    ),
    never(
        "every order has its one confirmation in the outbox",
        """SELECT "order".number FROM "order" WHERE
           (SELECT COUNT(*) FROM job WHERE job.unique_key = 'order_confirmation:' || "order".id) <> 1""",
    ),
    never(
        "no line counts more units than it has",
        """SELECT id, quantity FROM order_line WHERE shipped + cancelled + refunding > quantity
           OR returned > shipped OR refunded > quantity""",
    ),
    never(
        "how far an order is follows from its units",
        """SELECT "order".number, "order".fulfilment_state, units.shipped, units.open_units FROM "order" JOIN (
              SELECT order_id, SUM(shipped) AS shipped, SUM(quantity - shipped - cancelled) AS open_units
              FROM order_line GROUP BY order_id) units ON units.order_id = "order".id
           WHERE NOT CASE WHEN units.shipped = 0 AND units.open_units = 0 THEN fulfilment_state = 'cancelled'
                          WHEN units.shipped = 0 THEN fulfilment_state IN ('unfulfilled', 'packed')
                          WHEN units.open_units > 0 THEN fulfilment_state = 'part'
                          ELSE fulfilment_state IN ('shipped', 'delivered', 'returned') END""",
    ),
)
