"""What must hold of levels, holds and movements."""

from __future__ import annotations

from store.ops.verify.invariant import HOLDING, never

INVARIANTS = (
    never(
        "on_hand is the sum of its movements",
        """SELECT level.variant_id, level.on_hand, COALESCE(SUM(movement.quantity), 0) AS moved
           FROM stock_level level LEFT JOIN stock_movement movement ON movement.variant_id = level.variant_id
           GROUP BY level.variant_id, level.on_hand HAVING level.on_hand <> COALESCE(SUM(movement.quantity), 0)""",
    ),
    never(
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
    never(
        "reserved stays within what is there, counted short or promised",
        """SELECT variant_id, on_hand, reserved FROM stock_level
           WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand + short + backorder_limit""",
    ),
    never(
        "short is what a count found missing, and no more than is missing still",
        """SELECT variant_id, on_hand, reserved, short FROM stock_level level WHERE short > 0 AND
            (short > reserved - on_hand - backorder_limit OR NOT EXISTS (SELECT 1 FROM stock_movement movement
                WHERE movement.variant_id = level.variant_id AND movement.kind = 'count'))""",
    ),
    never(
        "what is short stands, or stood, open before staff",
        """SELECT variant_id, short FROM stock_level WHERE short > 0 AND NOT EXISTS (SELECT 1 FROM attention
              WHERE attention.kind = 'stock_short' AND attention.subject = 'variant:' || variant_id)""",
    ),
    never(
        "whatever staff moved stands in the history, as often as it was moved",
        """SELECT movement.variant_id, COUNT(*) AS moved FROM stock_movement movement
           WHERE movement.actor LIKE 'member:%' AND movement.kind IN ('receive', 'adjust', 'count')
           GROUP BY movement.variant_id HAVING COUNT(*) <> (SELECT COUNT(*) FROM audit_entry
              WHERE audit_entry.subject = 'variant:' || movement.variant_id
                AND audit_entry.action IN ('stock.receive', 'stock.adjust', 'stock.count')
                AND audit_entry.actor LIKE 'member:%')""",
    ),
    never(
        "a hold is live exactly while its checkout is unpaid and not ended",
        f"""SELECT hold.id, hold.state, checkout.state AS checkout_state FROM hold
            JOIN checkout ON checkout.id = hold.checkout_id
            WHERE (hold.state = 'live') <> (checkout.state IN {HOLDING})""",
    ),
    never(
        "a hold is sold exactly when its checkout is paid",
        """SELECT hold.id, hold.state, checkout.state AS checkout_state FROM hold
           JOIN checkout ON checkout.id = hold.checkout_id
           WHERE (hold.state = 'sold') <> (checkout.state = 'paid')""",
    ),
    never(
        "a checkout holds what its stocked lines say",
        """SELECT line.checkout_id, line.variant_id, line.quantity FROM checkout_line line
           JOIN variant ON variant.id = line.variant_id AND variant.stocked
           LEFT JOIN hold ON hold.checkout_id = line.checkout_id AND hold.variant_id = line.variant_id
           WHERE hold.id IS NULL OR hold.quantity <> line.quantity""",
    ),
)
